"""Activities: what happened, one row a fact, never changed; the door that moves a lead."""

from pomelo.activities.actions import (
    list_page,
    mark,
    mend,
    mend_campaign,
    pause,
    remove,
    resume,
    review,
    skip,
)
from pomelo.activities.model import Activity, Fact, Filter, Shown
from pomelo.activities.recording import record
from pomelo.activities.scanning import Scanner
from pomelo.activities.store import list_answered
from pomelo.activities.suppression import resubscribe, suppress_bounced, unsubscribe

__all__ = [
    "Activity",
    "Fact",
    "Filter",
    "Scanner",
    "Shown",
    "list_answered",
    "list_page",
    "mark",
    "mend",
    "mend_campaign",
    "pause",
    "record",
    "remove",
    "resubscribe",
    "resume",
    "review",
    "skip",
    "suppress_bounced",
    "unsubscribe",
]
