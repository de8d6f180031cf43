"""Conditions: what they ask about a lead, and how long they wait for the answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from pomelo.delivery.errands.model import Await, Choose, Errand, Person
from pomelo.leads import Awaited
from pomelo.schedules import add_days
from pomelo.sequences import Condition, ConditionKey, DelayType


def decide(errand: Errand, condition: Condition, *, now: datetime) -> Choose | Await:
    """Decide a condition, or let the lead wait before it.

    Args:
        errand: The lead before it.
        condition: What it asks.
        now: When it is decided.

    Returns:
        The branch as soon as it holds; else, with `within`, the fallback when its time is
        over, and with `waitUntil` no end of waiting.

    Source:
        API reference 3.9.
    """
    if holds(condition.key, errand.person):
        return Choose(condition.key, does_hold=True)
    if condition.delay_type is DelayType.WAIT_UNTIL:
        return Await(Awaited(condition.key), None)
    until = errand.person.awaits_until if errand.person.awaits else _last_moment(errand, now)
    if until is None or until <= now:
        return Choose(condition.key, does_hold=False)
    return Await(Awaited(condition.key), until)


def holds(key: ConditionKey, person: Person) -> bool:
    """Tell whether what a condition asks is true of a lead; of what nobody can tell it is not."""
    is_true = ASKED.get(key)
    return is_true is not None and is_true(person)


def _has(person: Person, name: str) -> bool:
    value = person.variables.get(name)
    return isinstance(value, str) and bool(value.strip())


ASKED: Final[dict[ConditionKey, Callable[[Person], bool]]] = {
    ConditionKey.HAS_EMAIL_ADDRESS: lambda person: bool(person.email),
    ConditionKey.HAS_LINKEDIN_URL: lambda person: _has(person, "linkedinUrl"),
    ConditionKey.HAS_PHONE_NUMBER: lambda person: _has(person, "phone"),
    ConditionKey.EMAILS_OPENED: lambda person: person.opened_at is not None,
    ConditionKey.EMAILS_CLICKED: lambda person: person.clicked_at is not None,
    ConditionKey.EMAILS_UNSUBSCRIBED: lambda person: person.unsubscribed_at is not None,
    ConditionKey.MEETING_BOOKED: lambda person: person.meeting_booked_at is not None,
    ConditionKey.AIRCALL_DONE: lambda person: person.was_called,
}


def _last_moment(errand: Errand, now: datetime) -> datetime | None:
    """Give when a condition's time is over that the lead has just come to."""
    spot, windows = errand.spot, errand.windows
    if spot is None:
        return None
    zone = windows[0].timezone if windows else "UTC"
    # Who was added to a draft, or waits for a review, has not come to the step by that.
    since = max(errand.person.due_at or now, errand.person.released_at or now)
    days_later = add_days(since, spot.delay_days, zone, frozenset())
    return days_later + timedelta(minutes=spot.delay_minutes)
