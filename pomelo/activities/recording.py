"""The one door through which a lead moves: a fact is told, kept, and changes what it changes."""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec

from pomelo import leads, tasks
from pomelo.activities import store
from pomelo.activities.light import Ref, enter_light, enter_sent, is_light, wake_errands
from pomelo.activities.model import Activity, Fact, kept
from pomelo.activities.spreading import list_colleagues, make_tasks, spread
from pomelo.activities.store import Kind
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, TeamId
from pomelo.leads import ActivityType, NextStep, Standing

Standings = dict[tuple[TeamId, LeadId], Standing]


async def record(db: Db, facts: Sequence[Fact]) -> list[Activity | None]:
    """Keep what happened and move the leads it happened to.

    The number of statements is the same for one fact as for hundreds, of any teams. Several
    facts about one lead take effect in their order.

    Args:
        db: The open transaction; the leads stay locked until it ends, except those of which
            only machines opened mails.
        facts: n facts.

    Returns:
        n activities in the same order; None for a lead that is gone.
    """
    if not facts:
        return []
    further: list[Activity] = []
    if all(map(is_light, facts)):
        activities, _ = await enter_light(db, facts)
    else:
        activities, further = await _enter_all(db, facts)
    await store.insert(db, [*filter(None, activities), *further])
    return activities


async def record_opens(db: Db, opens: Sequence[Fact]) -> set[Ref]:
    """Keep opens as `record` does.

    Args:
        db: The open transaction.
        opens: Of any teams.

    Returns:
        The leads that clicked, too: what their clicks are may be another thing now.
    """
    if not opens:
        return set()
    activities, clicked = await enter_light(db, opens)
    await store.insert(db, [activity for activity in activities if activity])
    return clicked


async def record_sent(
    db: Db, facts: Sequence[Fact], nexts: Sequence[NextStep], *, at: datetime
) -> None:
    """Keep that mails were sent as `record` does, and let their leads go on to what is next.

    Args:
        db: The open transaction, in which the leads are locked.
        facts: One a lead. Of those whose claim is not ours any more nothing is kept.
        nexts: What comes next for each, in the same order.
        at: When they were sent.
    """
    if facts:
        await store.insert(db, await enter_sent(db, facts, nexts, at=at))


async def _enter_all(db: Db, facts: Sequence[Fact]) -> tuple[list[Activity | None], list[Activity]]:
    """Lock the leads, decide fact by fact, and write where they stand then.

    Returns:
        n activities, and those of other leads that follow from them.
    """
    colleagues = await list_colleagues(db, facts)
    others = [(team, lead) for (team, _), own in colleagues.items() for lead in own]
    locked = await leads.lock(db, [*(fact.lead for fact in facts), *others])
    standings = {(lead.team_id, lead.id): lead for lead in locked}
    asked = (Kind.of(fact) for fact in facts if not fact.is_bot)
    seen = {one.kind for one in await store.list_seen(db, list(dict.fromkeys(asked)))}
    activities: list[Activity | None] = []
    further: list[Activity] = []
    for fact in facts:
        was = standings.get(fact.lead)
        entered = _enter(fact, Kind.of(fact), standings, seen)
        activities.append(entered)
        is_first = entered is not None and entered.is_first
        for one in spread(fact, was, standings, colleagues, is_first=is_first):
            further += filter(None, [_enter(one, Kind.of(one), standings, {Kind.of(one)})])
    await _write(db, locked, standings, [*activities, *further], now=max(f.at for f in facts))
    return activities, further


async def _write(
    db: Db,
    locked: Sequence[Standing],
    standings: Standings,
    activities: Sequence[Activity | None],
    *,
    now: datetime,
) -> None:
    """Write where leads stand, and what people have to do or not to do any more."""
    changed = [lead for lead in locked if standings[(lead.team_id, lead.id)] != lead]
    await leads.move(db, [standings[(lead.team_id, lead.id)] for lead in changed], now=now)
    await _close_tasks(db, activities)
    await make_tasks(db, activities, standings, now)
    awaiting = [lead for lead in changed if lead.awaits is not None]
    await wake_errands(db, [lead for lead in awaiting if _is_awoken(lead, standings)])


def _is_awoken(was: Standing, standings: Standings) -> bool:
    now = standings[was.team_id, was.id]
    return (now.due_at, now.waits_for) != (was.due_at, was.waits_for)


async def _close_tasks(db: Db, activities: Sequence[Activity | None]) -> None:
    """End what people were to do for leads whose sequence ended by this."""
    stopped = [one for one in activities if one and one.has_stopped]
    if stopped:
        await tasks.close_of_leads(
            db,
            [(one.team_id, one.lead_id, one.type) for one in stopped],
            now=max(one.created_at for one in stopped),
        )


def _enter(fact: Fact, kind: Kind, standings: Standings, seen: set[Kind]) -> Activity | None:
    """Let one fact take effect on what is known; a machine's has none."""
    was = standings.get(fact.lead)
    if was is None:
        return None
    if fact.is_bot:
        return kept(fact, was)
    now = leads.moved(was, fact.type, fact.at, link=str(fact.extra.get("location", "")))
    standings[fact.lead] = now
    is_first = kind not in seen
    seen.add(kind)
    was_open = was.stopped_by is None and was.due_at is not None
    return kept(
        fact,
        was,
        is_first=is_first,
        reached=now.state if now.state != was.state else None,
        has_stopped=was_open and now.stopped_by is not None,
    )


async def forget(
    db: Db, people: Sequence[Standing], taken_back: Collection[ActivityType]
) -> list[Standing]:
    """Give locked leads with what else happened last, where that was what is taken back now."""
    refs = [(lead.team_id, lead.id) for lead in people if lead.last_state in taken_back]
    found = await store.list_last(db, refs, without=taken_back) if refs else []
    last = dict.fromkeys(refs, "") | {(one.team_id, one.lead_id): one.type for one in found}
    return [
        msgspec.structs.replace(lead, last_state=last.get((lead.team_id, lead.id), lead.last_state))
        for lead in people
    ]
