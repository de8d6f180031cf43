"""Hooks: other systems that are told of activities; at least once, signed, and logged."""

from pomelo.hooks.actions import add, list_deliveries, remove, replay, rotate
from pomelo.hooks.errors import (
    DeliveryNotFound,
    HookNotFound,
    TargetInvalid,
    TooManyHooks,
    TypeUnknown,
)
from pomelo.hooks.loop import Courier
from pomelo.hooks.model import (
    Delivery,
    DeliveryState,
    DisabledFor,
    Hook,
    NewHook,
)
from pomelo.hooks.store import count_waiting, list_of_team
from pomelo.hooks.targets import check_url
from pomelo.hooks.types import parse_type

__all__ = [
    "Courier",
    "Delivery",
    "DeliveryNotFound",
    "DeliveryState",
    "DisabledFor",
    "Hook",
    "HookNotFound",
    "NewHook",
    "TargetInvalid",
    "TooManyHooks",
    "TypeUnknown",
    "add",
    "check_url",
    "count_waiting",
    "list_deliveries",
    "list_of_team",
    "parse_type",
    "remove",
    "replay",
    "rotate",
]
