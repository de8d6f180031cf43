"""Whom a team must not write to, and what that does to their leads in all campaigns."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo import campaigns, contacts, leads, unsubscribes
from pomelo.activities import store
from pomelo.activities.model import Fact
from pomelo.activities.recording import forget, record
from pomelo.base.addresses import Address, Domain, parse, parse_value, suppression_keys
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, TeamId
from pomelo.contacts import Contact
from pomelo.leads import ActivityType, Standing, WaitsFor
from pomelo.messages import Message
from pomelo.unsubscribes import Source, Unsubscribe

# Leads moved at once; a whole domain may have any number.
BATCH: Final = 1_000
_LEFT: Final = {ActivityType.EMAILS_UNSUBSCRIBED}


async def unsubscribe(
    db: Db,
    team: TeamId,
    values: Sequence[Address | Domain],
    *,
    source: Source,
    by: Message | None = None,
    now: datetime,
) -> list[tuple[Unsubscribe, bool]]:
    """Write to these people no more, in no campaign of the team.

    Args:
        db: The open transaction.
        team: Whose list.
        values: n addresses (each stands for its +tagged spellings too) and domains.
        source: Who asks.
        by: By which mail, if by one: its lead left at that mail's step.
        now: When it happens.

    Returns:
        n entries of the list in the same order, each with whether it is new. Every lead they
        cover is unsubscribed, once.

    Source:
        API reference, "Unsubscribe a Lead from a Campaign".
    """
    entries = await unsubscribes.add(db, team, values, source=source, now=now)
    covered = await _leads_of(db, team, await contacts.list_covered(db, team, values))
    for batch in _batches(covered):
        standings = await leads.lock(db, [(team, lead) for lead in batch])
        await record(
            db, [_left(lead, source, by, now) for lead in standings if not lead.unsubscribed_at]
        )
    return entries


def _left(lead: Standing, source: Source, by: Message | None, now: datetime) -> Fact:
    extra: dict[str, object] = {"unsubscribedSource": source}
    if source is Source.API:
        extra["userName"] = "api"
    left = Fact(
        team_id=lead.team_id,
        type=ActivityType.EMAILS_UNSUBSCRIBED,
        lead_id=lead.id,
        at=now,
        extra=extra,
    )
    if by is None or by.lead_id != lead.id:
        return left
    return msgspec.structs.replace(
        left,
        message_id=by.id,
        sender_id=by.sender_id,
        step_id=by.step_id,
        sequence_step=by.sequence_step if by.step_id else None,
    )


async def suppress_bounced(db: Db, team: TeamId, email: str, *, now: datetime) -> None:
    """Write to an address no more, because it does not exist.

    Its leads elsewhere wait and keep their state; the one whose mail bounced is stopped by
    that fact, which the caller records.
    """
    address = parse(email)
    await unsubscribes.add(db, team, [address], source=Source.BOUNCED, now=now)
    covered = await _leads_of(db, team, await contacts.list_covered(db, team, [address]))
    await leads.hold_for(db, team, covered, WaitsFor.SUPPRESSED, now=now)


async def resubscribe(db: Db, team: TeamId, key: str, *, now: datetime) -> Unsubscribe | None:
    """Take an entry off the list, and let those it covered go on where they stood.

    Whom another entry covers stays unsubscribed. A mail that really bounced stays a fact.

    Args:
        db: The open transaction.
        team: Whose list.
        key: The entry's key (`addresses.suppressed_as`).
        now: When it happens.

    Returns:
        What the entry was; None when it was not there.
    """
    removed = await unsubscribes.remove(db, team, key)
    if removed is None:
        return None
    people = await contacts.list_covered(db, team, [parse_value(removed.value)])
    remaining = await _remaining(db, team, people)
    freed = [person for person in people if not remaining[person.id]]
    bounced = [person for person in people if remaining[person.id] == {Source.BOUNCED}]
    await _free(db, team, await _leads_of(db, team, freed), now)
    await _hold_again(db, team, await _leads_of(db, team, bounced), now)
    return removed


async def _remaining(db: Db, team: TeamId, people: Sequence[Contact]) -> dict[str, set[Source]]:
    """Find which other entries cover these people."""
    keys = {person.id: suppression_keys(parse(person.email)) for person in people}
    wanted = [(team, key) for person in people for key in keys[person.id]]
    found = await unsubscribes.matching(db, wanted)
    return {
        person.id: {found[(team, key)] for key in keys[person.id] if (team, key) in found}
        for person in people
    }


async def _free(db: Db, team: TeamId, covered: Sequence[LeadId], now: datetime) -> None:
    """Let leads go on that nothing forbids to write to any more."""
    for batch in _batches(covered):
        standings = await leads.lock(db, [(team, lead) for lead in batch])
        # Who was added under a bounced address entered as bounced, without a mail that was.
        bounced = set(await store.list_bounced(db, team, batch))
        entered = {lead.id for lead in standings} - bounced
        freed = [
            leads.without(lead, "unsubscribed_at", *(["bounced_at"] if lead.id in entered else []))
            for lead in standings
        ]
        await leads.move(db, await forget(db, freed, _LEFT), now=now)
        await leads.unpark(db, team, batch, WaitsFor.SUPPRESSED, now=now)
        await campaigns.wake(db, team, sorted({lead.campaign_id for lead in freed}), at=now)


async def _hold_again(db: Db, team: TeamId, covered: Sequence[LeadId], now: datetime) -> None:
    """Let leads wait whose people may be written to, at addresses that do not exist."""
    for batch in _batches(covered):
        standings = await leads.lock(db, [(team, lead) for lead in batch])
        back = [leads.without(one, "unsubscribed_at") for one in standings]
        await leads.move(db, await forget(db, back, _LEFT), now=now)
        await leads.hold_for(db, team, batch, WaitsFor.SUPPRESSED, now=now)


async def _leads_of(db: Db, team: TeamId, people: Sequence[Contact]) -> list[LeadId]:
    if not people:
        return []
    found = await leads.list_ids_of_contacts(db, team, [person.id for person in people])
    return [LeadId(lead) for lead in found]


def _batches(covered: Sequence[LeadId]) -> Iterable[Sequence[LeadId]]:
    return (covered[at : at + BATCH] for at in range(0, len(covered), BATCH))
