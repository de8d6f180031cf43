"""Unsubscribes: whom a team must not write to, by address or by domain."""

from pomelo.unsubscribes.actions import add, find, list_after, matching, remove
from pomelo.unsubscribes.errors import UnsubscribeNotFound, UnsubscribeProtected
from pomelo.unsubscribes.model import PROTECTED, Source, Unsubscribe
from pomelo.unsubscribes.store import list_page

__all__ = [
    "PROTECTED",
    "Source",
    "Unsubscribe",
    "UnsubscribeNotFound",
    "UnsubscribeProtected",
    "add",
    "find",
    "list_after",
    "list_page",
    "matching",
    "remove",
]
