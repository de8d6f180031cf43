"""Activities: what happened, one row a fact, never changed; the door that moves a lead."""

from pomelo.activities.actions import (
    book_meeting,
    list_page,
    mark,
    mend,
    mend_campaign,
    pause,
    remove,
    resume,
    review,
    review_waiting,
    skip,
)
from pomelo.activities.judging import judge
from pomelo.activities.model import Activity, Fact, Filter, Shown, Untold
from pomelo.activities.recording import record, record_opens, record_sent
from pomelo.activities.scanning import Scanner
from pomelo.activities.shapes import Flat, classic, nested, told
from pomelo.activities.spreading import lock_for
from pomelo.activities.store import (
    GUESSED_BY,
    list_answered,
    list_clicks,
    list_first_opens,
    list_untold,
    mark_told,
    show,
)
from pomelo.activities.suppression import resubscribe, suppress_bounced, unsubscribe
from pomelo.activities.verdicts import Click, Verdict

__all__ = [
    "GUESSED_BY",
    "Activity",
    "Click",
    "Fact",
    "Filter",
    "Flat",
    "Scanner",
    "Shown",
    "Untold",
    "Verdict",
    "book_meeting",
    "classic",
    "judge",
    "list_answered",
    "list_clicks",
    "list_first_opens",
    "list_page",
    "list_untold",
    "lock_for",
    "mark",
    "mark_told",
    "mend",
    "mend_campaign",
    "nested",
    "pause",
    "record",
    "record_opens",
    "record_sent",
    "remove",
    "resubscribe",
    "resume",
    "review",
    "review_waiting",
    "show",
    "skip",
    "suppress_bounced",
    "told",
    "unsubscribe",
]
