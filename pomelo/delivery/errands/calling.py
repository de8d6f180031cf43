"""Calls of other systems: what is said, and what an answer means.

At least once: a worker may die between a call and its being written. Every try of a lead's step
has the same Idempotency-Key, so that the other side can tell.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import msgspec

from pomelo.base.errors import Invalid
from pomelo.base.faults import Answer, Fault
from pomelo.base.ids import LeadId, StepId
from pomelo.delivery.errands.model import Errand
from pomelo.letters import Occasion, Writer, known, seed
from pomelo.sequences import Call, Method, compile_template

# Waits between tries; a day in all, as with mails.
WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=15),
)
# These may be otherwise next time (RFC 9110 15.5, RFC 6585 4, RFC 8470 5.2).
PASSING: Final = frozenset({408, 409, 423, 425, 429})
# These will not.
FINAL: Final = frozenset({Fault.REFUSED, Fault.INVALID})
JSON: Final = "application/json"


class Request(msgspec.Struct, frozen=True):
    """What is said to another system."""

    method: Method
    url: str
    headers: dict[str, str]
    body: bytes


class Failed(msgspec.Struct, frozen=True):
    """The call cannot be written for this lead, or was refused for good."""

    sentence: str


def request(errand: Errand, call: Call, now: datetime) -> Request | Failed:
    """Write a call for a lead; Failed where it cannot be written."""
    try:
        return written(call, values_for(errand, now), key_of(errand.person.lead_id, errand.step_id))
    except Invalid as problem:
        return Failed(str(problem))


def written(call: Call, values: Mapping[str, object], key: str) -> Request:
    """Write a call.

    Args:
        call: What is said.
        values: What its texts may name.
        key: The Idempotency-Key.

    Raises:
        Invalid: It cannot be written with these values.
    """
    headers = {name: _shown(text, values, _one_line) for name, text in call.headers.items()}
    is_json = _media(headers).startswith(JSON) or not _media(headers)
    return Request(
        method=call.method,
        url=_shown(call.url, values, _in_url),
        headers={**headers, "Idempotency-Key": key},
        body=_shown(call.message, values, _in_json if is_json else None).encode(),
    )


def key_of(lead: LeadId, step: StepId | None) -> str:
    """Give the key by which the other side knows a lead's step again."""
    return f"{step}-{lead}"


def next_try(errand: Errand, answer: Answer, *, now: datetime) -> datetime | None:
    """Tell when a call that failed is tried again; None when it never is.

    Args:
        errand: The lead; `tries` counts those before this one.
        answer: What came of it.
        now: When it came.
    """
    is_final = answer.status is not None and 400 <= answer.status < 500
    if answer.fault in FINAL or (is_final and answer.status not in PASSING):
        return None
    tries = errand.person.tries
    return now + WAITS[tries] if tries < len(WAITS) else None


def sentence(answer: Answer) -> str:
    """Say what was wrong with a call, for a person."""
    if answer.status is not None:
        return f"The other system answered {answer.status}."
    return f"The other system could not be reached ({answer.fault})."


def values_for(errand: Errand, now: datetime) -> dict[str, object]:
    """Give what the texts of an errand may name."""
    person = errand.person
    return known(
        person.variables,
        person.email,
        person.campaign_name,
        writer=Writer(person.sender_name, person.sender_email, person.sender_variables),
        occasion=Occasion(seed(person.lead_id, errand.step_id), now, person.timezone),
    )


def _media(headers: Mapping[str, str]) -> str:
    found = (value for name, value in headers.items() if name.lower() == "content-type")
    return next(found, "").strip().lower()


def _shown(source: str, values: Mapping[str, object], present: Callable[[str], str] | None) -> str:
    template = compile_template(source, html=False)
    return template.render(values, within=present)


def _in_url(text: str) -> str:
    return quote(text, safe="")


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _one_line(text: str) -> str:
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
