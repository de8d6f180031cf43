"""Which tasks a list is to have: a JSON array in the query, as lemlist's clients write it."""

from typing import Final

import msgspec

from pomelo.api.dates import DateInvalid, parse_date, parse_end
from pomelo.base.errors import Invalid
from pomelo.tasks import Wanted

_TEXTS: Final = {
    "fullName": "full_name",
    "email": "email",
    "phone": "phone",
    "linkedin": "linkedin",
}
_LISTS: Final = {
    "campaignId": ("in_campaigns", "not_in_campaigns"),
    "campaignState": ("campaign_states", "not_campaign_states"),
    "type": ("types", "not_types"),
    "assignedTo": ("assigned_to", "not_assigned_to"),
}


class FiltersMalformed(Invalid):
    """Malformed filters"""


class FilterRefused(Invalid):
    """A filter is searched for as text; give value in place of regex."""


class Filter(msgspec.Struct, frozen=True):
    """One filter: by `value`, by `in` and `out`, or by `from` and `to`."""

    id: str
    value: str = ""
    regex: str = ""
    among: tuple[str, ...] | None = msgspec.field(default=None, name="in")
    out: tuple[str, ...] | None = None
    since: str = msgspec.field(default="", name="from")
    to: str = ""


def parse_filters(text: str) -> Wanted:
    """Read the filters of a list of tasks.

    Raises:
        FiltersMalformed: It is no such array, or has a filter that is not known.
        FilterRefused: A pattern is asked for.

    Source:
        API reference 3.12.
    """
    try:
        filters = msgspec.json.decode(text or "[]", type=tuple[Filter, ...])
        fields = {name: value for one in filters for name, value in _read(one).items()}
    except (msgspec.MsgspecError, DateInvalid):
        raise FiltersMalformed from None
    return Wanted(**fields)  # type: ignore[arg-type]


def _read(one: Filter) -> dict[str, object]:
    if one.id in _TEXTS:
        if one.regex:
            raise FilterRefused
        return {_TEXTS[one.id]: one.value} if one.value else {}
    if one.id in _LISTS:
        among, out = _LISTS[one.id]
        return {among: one.among or None, out: one.out or None}
    if one.id == "dueDate":
        return {"since": parse_date(one.since), "until": parse_end(one.to)}
    raise FiltersMalformed
