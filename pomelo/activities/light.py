"""Facts that come by thousands and end nothing: opens, and mails that were sent.

They need no decision, so nobody looks at the lead before: they are written in one statement,
and a machine's lock nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from pomelo import campaigns, leads
from pomelo.activities import store
from pomelo.activities.model import Activity, Fact, kept
from pomelo.activities.store import Kind, Seen
from pomelo.base.db import EVER, Db
from pomelo.base.ids import CampaignId, LeadId, TeamId
from pomelo.leads import ActivityType, LeadState, NextStep, Opened, Opens, Seat, Standing

Ref = tuple[TeamId, LeadId]


def is_light(fact: Fact) -> bool:
    """Tell whether a fact can end nothing, whatever its lead's campaign chose."""
    return fact.type is ActivityType.EMAILS_OPENED


async def enter_light(db: Db, facts: Sequence[Fact]) -> tuple[list[Activity | None], set[Ref]]:
    """Let opens take effect, and find where machines were.

    Returns:
        n activities in the order of the facts; None for a lead that is gone. And the leads of
        which a person opened, and somebody clicked.
    """
    opens = [fact for fact in facts if not fact.is_bot]
    opened = await _open(db, opens)
    visited = {fact.lead for fact in facts if fact.is_bot} - opened.keys()
    seats: dict[Ref, Seat] = {**await _list_seats(db, visited), **opened}
    found = await _list_seen(db, opens, opened)
    seen = {one.kind for one in found}
    reached = {ref: lead.reached for ref, lead in opened.items()}
    entered = [_enter(fact, seats.get(fact.lead), seen, reached) for fact in facts]
    clicked = {ref for ref, lead in opened.items() if lead.was_clicked}
    return entered, clicked | {(one.team_id, one.lead_id) for one in found if one.was_judged}


async def enter_sent(
    db: Db, facts: Sequence[Fact], nexts: Sequence[NextStep], *, at: datetime
) -> list[Activity]:
    """Let mails that were sent take effect, and their leads go on; those still held are told."""
    found = await leads.schedule_next(db, nexts, sent_at=at)
    onward = {(lead.team_id, lead.id): lead for lead in found}
    ours = [(fact, onward[fact.lead]) for fact in facts if fact.lead in onward]
    asked = [Kind.of(fact) for fact, lead in ours if lead.was_contacted]
    seen = {one.kind for one in await store.list_seen(db, asked)}
    return [
        kept(fact, lead, is_first=not seen or Kind.of(fact) not in seen, reached=lead.reached)
        for fact, lead in ours
    ]


def _enter(
    fact: Fact, seat: Seat | None, seen: set[Kind], reached: dict[Ref, LeadState | None]
) -> Activity | None:
    """Make a fact's activity; of a lead's opens the first one is who moved it."""
    if seat is None:
        return None
    if fact.is_bot:
        return kept(fact, seat)
    kind = Kind.of(fact)
    is_first = kind not in seen
    seen.add(kind)
    return kept(fact, seat, is_first=is_first, reached=reached.pop(fact.lead, None))


async def _open(db: Db, opens: Sequence[Fact]) -> dict[Ref, Opened]:
    """Write the opens, those of a lead together."""
    moments: dict[Ref, list[datetime]] = {}
    for fact in opens:
        moments.setdefault(fact.lead, []).append(fact.at)
    if not moments:
        return {}
    found = await leads.open_all(
        db,
        [Opens(*ref, len(ats), min(ats)) for ref, ats in moments.items()],
        now=max(fact.at for fact in opens),
    )
    await wake_errands(db, [lead for lead in found if lead.was_awaited])
    return {(lead.team_id, lead.id): lead for lead in found}


async def wake_errands(db: Db, awoken: Sequence[Seat | Standing]) -> None:
    """Have campaigns looked at in which a condition may have come true; they are due already."""
    by_team: dict[TeamId, set[CampaignId]] = {}
    for lead in awoken:
        by_team.setdefault(lead.team_id, set()).add(lead.campaign_id)
    for team, woken in by_team.items():
        await campaigns.wake_errands(db, team, sorted(woken), at=EVER)


async def _list_seats(db: Db, visited: set[Ref]) -> dict[Ref, Seat]:
    found = await leads.list_seats(db, visited) if visited else []
    return {(lead.team_id, lead.id): lead for lead in found}


async def _list_seen(db: Db, opens: Sequence[Fact], opened: dict[Ref, Opened]) -> list[Seen]:
    """Find which opens are not the first; a lead without any before need not be looked up."""
    asked = [Kind.of(fact) for fact in opens if (lead := opened.get(fact.lead)) and lead.was_opened]
    return await store.list_seen(db, list(dict.fromkeys(asked)))
