"""The kinds of step: what each says, and what it must say."""

from pomelo.sequences.kinds.checks import check_delay, check_kind, check_minutes
from pomelo.sequences.kinds.model import (
    AVAILABLE,
    TASKS,
    Call,
    Condition,
    ConditionKey,
    DelayType,
    Handover,
    Kind,
    Mail,
    Method,
    RecordMode,
    StepType,
    Task,
    kind_of,
    stored,
)
from pomelo.sequences.kinds.structure import Outline, Spot, Structure, place, usual_delay

__all__ = [
    "AVAILABLE",
    "TASKS",
    "Call",
    "Condition",
    "ConditionKey",
    "DelayType",
    "Handover",
    "Kind",
    "Mail",
    "Method",
    "Outline",
    "RecordMode",
    "Spot",
    "StepType",
    "Structure",
    "Task",
    "check_delay",
    "check_kind",
    "check_minutes",
    "kind_of",
    "place",
    "stored",
    "usual_delay",
]
