"""Clicks that turn out to be a machine's, or a person's after all: what that changes; pure rules.

What is kept of a click never changes; what it is held to be is a row beside it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from pomelo import leads
from pomelo.base.ids import ActivityId, LeadId, MessageId, TeamId
from pomelo.leads import ActivityType, LeadState, Others, Standing


class Click(msgspec.Struct, frozen=True):
    """Somebody clicked in a mail.

    Attributes:
        location: Where the link leads.
        is_bot: The visit alone told that it was a machine.
        reason: By which rule it is held to be a machine's because of others; '' = by none.
    """

    team_id: TeamId
    lead_id: LeadId
    message_id: MessageId
    id: ActivityId
    at: datetime
    location: str
    is_bot: bool
    reason: str


class FirstOpen(msgspec.Struct, frozen=True):
    """When a person first opened a mail."""

    message_id: MessageId
    at: datetime


class Verdict(msgspec.Struct, frozen=True):
    """What a click turns out to be; `reason` as in `Click`."""

    team_id: TeamId
    lead_id: LeadId
    activity_id: ActivityId
    reason: str


class Ruling(msgspec.Struct, frozen=True, kw_only=True):
    """What a click is held to be; see `Activity`."""

    team_id: TeamId
    lead_id: LeadId
    id: ActivityId
    reason: str
    is_first: bool
    reached: LeadState | None
    has_stopped: bool

    @property
    def is_bot(self) -> bool:
        """Whether a machine made it."""
        return self.reason != ""


class Judged(Ruling, frozen=True, kw_only=True):
    """A click as it was held to be so far.

    Attributes:
        step_id: '' = it belongs to no step.
        link: Where it led to.
        once_reached: It moved its lead when it came.
        once_stopped: It ended its lead's sequence then.
    """

    step_id: str
    link: str
    at: datetime
    once_reached: bool
    once_stopped: bool

    @property
    def ruling(self) -> Ruling:
        """What it was held to be."""
        values = {name: getattr(self, name) for name in Ruling.__struct_fields__}
        return Ruling(**values)


class OtherFacts(Others, frozen=True, kw_only=True):
    """What else happened to which lead."""

    team_id: TeamId
    lead_id: LeadId


def meant(
    lead: Standing, clicks: Sequence[Judged], reasons: Mapping[ActivityId, str]
) -> list[Judged]:
    """Give the clicks of people on links that the lead's campaign means, by the new verdicts."""
    return [one for one in _of_people(clicks, reasons) if lead.click_filter in one.link]


def _of_people(clicks: Sequence[Judged], reasons: Mapping[ActivityId, str]) -> list[Judged]:
    return [click for click in clicks if not reasons.get(click.id, click.reason)]


def judged(
    lead: Standing, clicks: Sequence[Judged], others: Others, reasons: Mapping[ActivityId, str]
) -> tuple[Standing, list[Ruling]]:
    """Tell what a lead and its clicks are, once some are judged anew.

    Args:
        lead: Where it stands, locked.
        clicks: All that may be people's, oldest first.
        others: What else happened to it.
        reasons: The new verdicts.

    Returns:
        Where it stands now, and the rulings that are new. All follows from what is known, and
        nothing from the order in which it became known.
    """
    people, counted = _of_people(clicks, reasons), meant(lead, clicks, reasons)
    at, is_new = [one.at for one in people], any(click.reason for click in counted)
    now = leads.clicked(lead, at, others, has_meant=bool(counted), is_new=is_new)
    firsts = {click.step_id: click.id for click in reversed(people)}
    heir = people[0] if people else None
    is_ahead = heir is None or (others.ahead_at is not None and others.ahead_at <= heir.at)
    moves = not is_ahead and any(one.once_reached for one in clicks)
    is_over = now.stopped_by is ActivityType.EMAILS_CLICKED
    ends = is_over and any(one.once_stopped for one in clicks)
    rulings = [
        Ruling(
            team_id=click.team_id,
            lead_id=click.lead_id,
            id=click.id,
            reason=reasons.get(click.id, click.reason),
            is_first=firsts.get(click.step_id) == click.id,
            reached=LeadState.ATTRACTED if moves and click is heir else None,
            has_stopped=ends and click is heir,
        )
        for click in clicks
    ]
    known = [click.ruling for click in clicks]
    return now, [new for new, was in zip(rulings, known, strict=True) if new != was]
