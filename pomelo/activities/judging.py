"""Clicks are judged anew: leads step back or forward, lists agree, and hooks hear of it again."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pomelo import campaigns, leads, tasks
from pomelo.activities import store
from pomelo.activities.spreading import lock_for
from pomelo.activities.store import Touched
from pomelo.activities.verdicts import Judged, OtherFacts, Ruling, Verdict, judged, meant
from pomelo.base.db import Db
from pomelo.base.ids import ActivityId, CampaignId, LeadId, TeamId
from pomelo.leads import ActivityType, Others, Standing

Ref = tuple[TeamId, LeadId]


async def judge(db: Db, verdicts: Sequence[Verdict], *, now: datetime) -> None:
    """Let verdicts on clicks take effect.

    Counts, state, last state and what ended the sequence are computed anew from what is left.
    An unsubscribe stays one. Hooks that heard of a click hear of it again, with `bot` as it is
    now; those that had not heard are not told of a machine's.

    Args:
        db: The open transaction, in which the leads are locked.
        verdicts: On clicks of any teams, each once.
        now: When it is judged.
    """
    refs = sorted({(one.team_id, one.lead_id) for one in verdicts})
    reasons = {one.activity_id: one.reason for one in verdicts}
    clicks: dict[Ref, list[Judged]] = {}
    for click in await store.list_judged(db, refs):
        clicks.setdefault((click.team_id, click.lead_id), []).append(click)
    others = {(one.team_id, one.lead_id): one for one in await store.list_others(db, refs)}
    was = await lock_for(db, [(ref, ActivityType.EMAILS_CLICKED) for ref in refs])
    found = [_judged(lead, clicks, others, reasons) for lead in was]
    rulings = [ruling for _, new in found for ruling in new]
    await store.rule(db, rulings, now=now)
    await store.tell_again(db, _turned(rulings, clicks))
    is_now = [lead for lead, _ in found]
    await leads.move(db, is_now, now=now)
    await _close_tasks(db, was, is_now, now)
    going = [new for old, new in zip(was, is_now, strict=True) if _goes_on(old, new)]
    alone = [lead for lead in was if not meant(lead, clicks.get(_ref(lead), []), reasons)]
    going += await _let_go(db, [_ref(lead) for lead in alone], now)
    await _wake(db, going, now)


async def _close_tasks(
    db: Db, was: Sequence[Standing], is_now: Sequence[Standing], now: datetime
) -> None:
    """End what people were to do for leads that a person's click has stopped after all."""
    stopped = [
        (new.team_id, new.id, new.stopped_by)
        for old, new in zip(was, is_now, strict=True)
        if old.stopped_by is None and new.stopped_by is not None
    ]
    if stopped:
        await tasks.close_of_leads(db, stopped, now=now)


async def _let_go(db: Db, refs: Sequence[Ref], now: datetime) -> list[Standing]:
    """Let those go on whom the clicks of these leads stopped or paused: no person made any."""
    found = await store.list_touched(db, refs) if refs else []
    touched = {(one.team_id, one.lead_id): one for one in found}
    was = await leads.lock(db, sorted(touched)) if touched else []
    is_now = [_freed(lead, touched[_ref(lead)]) for lead in was]
    await leads.move(db, [lead for lead in is_now if lead not in was], now=now)
    return [new for old, new in zip(was, is_now, strict=True) if new != old]


def _freed(lead: Standing, touched: Touched) -> Standing:
    if touched.is_paused and lead.is_paused:
        lead = msgspec.structs.replace(lead, is_paused=False, paused_by=None)
    if touched.stopped_at is not None:
        return lead
    if lead.stopped_by is ActivityType.COMPANY_STOPPED:
        return leads.without(lead, "company_stopped_at")
    return msgspec.structs.replace(lead, company_stopped_at=None)


def _judged(
    lead: Standing,
    clicks: dict[Ref, list[Judged]],
    others: dict[Ref, OtherFacts],
    reasons: dict[ActivityId, str],
) -> tuple[Standing, list[Ruling]]:
    ref = _ref(lead)
    return judged(lead, clicks.get(ref, []), others.get(ref, Others()), reasons)


def _ref(lead: Standing) -> Ref:
    return lead.team_id, lead.id


def _turned(rulings: Sequence[Ruling], clicks: dict[Ref, list[Judged]]) -> list[Ruling]:
    """Give those by which another one made the click than was thought."""
    were_bots = {click.id: click.is_bot for known in clicks.values() for click in known}
    return [one for one in rulings if one.is_bot is not were_bots[one.id]]


def _goes_on(was: Standing, now: Standing) -> bool:
    return was.stopped_by is not None and now.stopped_by is None


async def _wake(db: Db, going: Sequence[Standing], now: datetime) -> None:
    by_team: dict[TeamId, set[CampaignId]] = {}
    for lead in going:
        by_team.setdefault(lead.team_id, set()).add(lead.campaign_id)
    for team, woken in by_team.items():
        await campaigns.wake(db, team, sorted(woken), at=now)
