"""What contact rules need to know, from the database; only for teams that have such rules."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from pomelo import messages
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, TeamId
from pomelo.base.sql import load
from pomelo.delivery.contacting.model import (
    Known,
    Parked,
    Ref,
    Touched,
)
from pomelo.delivery.contacting.ruling import Ruling
from pomelo.delivery.contacting.spacing import DomainKey, DomainTurns, Spacing, domain_key
from pomelo.delivery.model import Facts

QUERIES: Final = load(__package__ or "")
DAY: Final = timedelta(hours=24)


class Crossed(msgspec.Struct, frozen=True):
    """A lead whose person another campaign is talking to."""

    team_id: TeamId
    lead_id: LeadId


async def rule(db: Db, facts: Sequence[Facts], *, now: datetime, is_final: bool = False) -> Ruling:
    """Read what the rules of their teams say about leads.

    Args:
        db: The open transaction.
        facts: Claimed leads, or those that might be.
        now: When they would be written to.
        is_final: Their mails are about to go: nobody else is allowed to write to the same
            people and companies until the transaction ends.
    """
    spacing = Spacing(await _list_turns(db, facts), is_final=is_final)
    ruled = [one for one in facts if one.contact_rules]
    if not ruled:
        return Ruling({}, (), (), spacing)
    known = await _list_known(db, ruled, is_final=is_final)
    if is_final:
        await _lock(db, {key for one in known for key in (one.person_key, one.company_key)})
    since = _since(ruled, now)
    people = await _list_people(db, known, since)
    watching = {one.team_id for one in ruled if one.contact_rules.watches_companies}
    employed = [one for one in known if one.team_id in watching]
    companies = await _list_companies(db, employed, since, now) if employed else []
    crossing = [(one.team_id, one.lead_id) for one in ruled if one.contact_rules.is_one_campaign]
    refs = {(one.team_id, one.lead_id): one for one in known}
    return Ruling(refs, [*people, *companies], await list_crossed(db, crossing), spacing)


async def note_written(db: Db, facts: Sequence[Facts], *, now: datetime) -> None:
    """Write that senders are writing to the domains of leads."""
    spaced = sorted({domain_key(one) for one in facts if one.domain_gap})
    if spaced:
        await QUERIES["note_written"].run(db, **_arrays(spaced), now=now)


async def keep_turns(db: Db, turns: Sequence[DomainTurns]) -> None:
    """Write which turns were given to leads that wait for their domain."""
    if turns:
        await QUERIES["keep_turns"].run(
            db,
            **_arrays([one.key for one in turns]),
            gaps=[one.gap_seconds for one in turns],
            takens=[one.taken_until for one in turns],
            follow_ups=[one.follow_ups_until for one in turns],
        )


async def _list_turns(db: Db, facts: Sequence[Facts]) -> list[DomainTurns]:
    spaced = sorted({domain_key(one) for one in facts if one.domain_gap})
    if not spaced:
        return []
    return await QUERIES["list_turns"].rows(db, DomainTurns, **_arrays(spaced))


def _arrays(keys: Sequence[DomainKey]) -> dict[str, list[str]]:
    return {
        "team_ids": [team for team, _, _ in keys],
        "sender_ids": [sender for _, sender, _ in keys],
        "domains": [domain for _, _, domain in keys],
    }


async def hold_quotas(db: Db, limits: Mapping[TeamId, int], *, now: datetime) -> dict[TeamId, int]:
    """Give how many mails teams may still send, and let nobody else count until the end."""
    await _lock(db, {f"team {team}" for team in limits})
    found = await messages.team_quotas(db, limits, since=now - DAY)
    return {team: limit - found[team].sent for team, limit in limits.items()}


async def _lock(db: Db, keys: Collection[str]) -> None:
    await QUERIES["lock_touches"].run(db, keys=sorted(keys))


def _since(ruled: Sequence[Facts], now: datetime) -> dict[TeamId, datetime]:
    """Give since when mails count, by team: its longest rule says it."""
    days = {
        one.team_id: max(
            [cap.days for cap in (one.contact_rules.person, one.contact_rules.company) if cap],
            default=0,
        )
        for one in ruled
    }
    return {team: now - timedelta(days=amount) for team, amount in days.items()}


async def _list_known(db: Db, ruled: Sequence[Facts], *, is_final: bool) -> list[Known]:
    return await QUERIES["list_known"].rows(
        db,
        Known,
        team_ids=[one.team_id for one in ruled],
        lead_ids=[one.lead_id for one in ruled],
        is_final=is_final,
    )


async def _list_people(
    db: Db, known: Sequence[Known], since: dict[TeamId, datetime]
) -> list[Touched]:
    people = list({one.person_key: one for one in known}.values())
    return await QUERIES["list_people_touched"].rows(
        db,
        Touched,
        keys=[one.person_key for one in people],
        team_ids=[one.team_id for one in people],
        people=[one.person for one in people],
        sinces=[since[one.team_id] for one in people],
    )


async def _list_companies(
    db: Db, known: Sequence[Known], since: dict[TeamId, datetime], now: datetime
) -> list[Touched]:
    companies = list({one.company_key: one for one in known}.values())
    return await QUERIES["list_companies_touched"].rows(
        db,
        Touched,
        keys=[one.company_key for one in companies],
        team_ids=[one.team_id for one in companies],
        people=[one.person for one in companies],
        companies=[one.company for one in companies],
        sinces=[since[one.team_id] for one in companies],
        now=now,
    )


async def list_crossed(db: Db, refs: Sequence[Ref]) -> list[Ref]:
    """Find whose person another campaign is talking to, of some leads."""
    if not refs:
        return []
    found = await QUERIES["list_crossed"].rows(
        db, Crossed, team_ids=[team for team, _ in refs], lead_ids=[lead for _, lead in refs]
    )
    return [(one.team_id, one.lead_id) for one in found]


async def lock_parked(db: Db, after: Parked, *, amount: int) -> list[Parked]:
    """Lock who waits for another campaign to end, after one of them; not who is locked."""
    return await QUERIES["lock_parked"].rows(
        db,
        Parked,
        team_id=after.team_id,
        campaign_id=after.campaign_id,
        id=after.id,
        amount=amount,
    )
