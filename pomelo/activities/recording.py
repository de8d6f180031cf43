"""The one door through which a lead moves: a fact is told, kept, and changes what it changes."""

from collections.abc import Sequence

from pomelo import leads
from pomelo.activities import store
from pomelo.activities.model import Activity, Fact
from pomelo.activities.store import Kind
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, TeamId
from pomelo.leads import Standing

Standings = dict[tuple[TeamId, LeadId], Standing]


async def record(db: Db, facts: Sequence[Fact]) -> list[Activity | None]:
    """Keep what happened and move the leads it happened to.

    The number of statements is the same for one fact as for hundreds, of any teams. Several
    facts about one lead take effect in their order.

    Args:
        db: The open transaction; the leads stay locked until it ends.
        facts: n facts.

    Returns:
        n activities in the same order; None for a lead that is gone.
    """
    if not facts:
        return []
    locked = await leads.lock(db, [_lead(fact) for fact in facts])
    standings = {(lead.team_id, lead.id): lead for lead in locked}
    kinds = [_kind(fact) for fact in facts]
    asked = (kind for kind, fact in zip(kinds, facts, strict=True) if not fact.is_bot)
    seen = set(await store.list_seen(db, list(dict.fromkeys(asked))))
    activities = [
        _enter(fact, kind, standings, seen) for fact, kind in zip(facts, kinds, strict=True)
    ]
    changed = [lead for lead in locked if standings[(lead.team_id, lead.id)] != lead]
    await leads.move(
        db,
        [standings[(lead.team_id, lead.id)] for lead in changed],
        now=max(fact.at for fact in facts),
    )
    await store.insert(db, [activity for activity in activities if activity])
    return activities


def _lead(fact: Fact) -> tuple[TeamId, LeadId]:
    return fact.team_id, fact.lead_id


def _kind(fact: Fact) -> Kind:
    return Kind(fact.team_id, fact.lead_id, fact.type, fact.step_id or "")


def _enter(fact: Fact, kind: Kind, standings: Standings, seen: set[Kind]) -> Activity | None:
    """Let one fact take effect on what is known; a machine's has none."""
    was = standings.get(_lead(fact))
    if was is None:
        return None
    if fact.is_bot:
        return _activity(fact, was, was, is_first=False)
    now = leads.moved(was, fact.type, fact.at)
    standings[_lead(fact)] = now
    is_first = kind not in seen
    seen.add(kind)
    return _activity(fact, was, now, is_first=is_first)


def _activity(fact: Fact, was: Standing, now: Standing, *, is_first: bool) -> Activity:
    was_open = was.stopped_by is None and was.due_at is not None
    return Activity(
        team_id=fact.team_id,
        id=ids.activity(),
        type=fact.type,
        campaign_id=was.campaign_id,
        lead_id=fact.lead_id,
        message_id=fact.message_id,
        sender_id=fact.sender_id or was.sender_id,
        step_id=fact.step_id,
        sequence_step=fact.sequence_step,
        is_first=is_first,
        is_bot=fact.is_bot,
        reached=now.state if now.state != was.state else None,
        has_stopped=was_open and now.stopped_by is not None,
        extra=fact.extra,
        created_at=fact.at,
    )
