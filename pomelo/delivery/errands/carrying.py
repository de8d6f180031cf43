"""What decisions change, all of it in the transaction that claimed the leads."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from pomelo import activities, campaigns, leads, tasks
from pomelo.activities import Fact
from pomelo.base import addresses
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.delivery.errands.model import (
    Await,
    Choose,
    Decision,
    Divert,
    Errand,
    Finish,
    GoOn,
    HandOver,
    Later,
    MakeTask,
    OutOfHours,
    Park,
    Stop,
)
from pomelo.delivery.errands.tasks import task_of
from pomelo.delivery.plan import due_after
from pomelo.leads import (
    ActivityType,
    HeldBy,
    Lead,
    NewLead,
    NextStep,
    Ruled,
    Source,
    Wait,
    WaitsFor,
)
from pomelo.sequences import Spot

Decided: TypeAlias = Sequence[tuple[Errand, Decision]]
# A lead, what comes next for it, and when the step before was done.
Onward: TypeAlias = tuple[Errand, Spot | None, datetime]


async def carry(db: Db, decided: Decided, *, now: datetime) -> None:
    """Write what was decided about claimed leads; no refused lead stays due.

    Args:
        db: The open transaction, in which they are locked.
        decided: Leads and what becomes of them; calls are made later.
        now: When it is decided.
    """
    facts = [fact_of(e, d.because, now=now) for e, d in decided if isinstance(d, Stop)]
    facts += [_chosen(e, d, now) for e, d in decided if isinstance(d, Choose)]
    for errand, decision in decided:
        if isinstance(decision, HandOver):
            facts.append(await _hand_over(db, errand, decision, now))
    await activities.record(db, facts)
    made = [errand for errand, decision in decided if isinstance(decision, MakeTask)]
    if made:
        await tasks.insert(db, [task_of(errand, now) for errand in made])
    parked = [(e.hold, d.waits_for) for e, d in decided if isinstance(d, Park)]
    await leads.park(db, [*parked, *((errand.hold, WaitsFor.TASK) for errand in made)])
    await leads.wait_until(db, [(e.hold, d.until) for e, d in decided if isinstance(d, Later)])
    closed = [(e, d.until) for e, d in decided if isinstance(d, OutOfHours)]
    await leads.hold_by_rule(db, [_ruled(errand, until) for errand, until in closed])
    waits = [Wait(e.hold, d.awaits, d.until) for e, d in decided if isinstance(d, Await)]
    await leads.await_conditions(db, waits)
    await leads.divert(db, [e.hold for e, d in decided if isinstance(d, Divert)])
    await go_on(db, _onward(decided, now))
    await _wake_senders(db, [e for e, d in decided if isinstance(d, Divert)], now)
    await leads.free(db, [e.hold for e, _ in decided])


def _ruled(errand: Errand, until: datetime) -> Ruled:
    return Ruled(errand.hold, until, errand.person.hours_version, HeldBy.WINDOW)


def _onward(decided: Decided, now: datetime) -> list[Onward]:
    onward: list[Onward] = []
    for errand, decision in decided:
        match decision:
            case Choose(does_hold=does_hold):
                onward.append((errand, errand.holds if does_hold else errand.fails, now))
            case GoOn(done_at=done_at):
                onward.append((errand, errand.next, done_at))
            case Finish() | HandOver():
                onward.append((errand, None, now))
            case _:
                pass
    return onward


async def go_on(db: Db, onward: Sequence[Onward]) -> None:
    """Let leads go on to their next steps, and have these looked for.

    Args:
        db: The open transaction.
        onward: Leads, what comes next for each (None: the end), and when the step before was
            done.
    """
    dues = [(errand, spot, due_after(at, spot, errand.windows)) for errand, spot, at in onward]
    await leads.schedule_next(db, [_next_step(errand, spot, due) for errand, spot, due in dues])
    coming = [(errand, spot, due) for errand, spot, due in dues if spot and due]
    mails = [(errand, due) for errand, spot, due in coming if spot.needs_sender]
    others = [(errand, due) for errand, spot, due in coming if not spot.needs_sender]
    for (team, campaign), at in _earliest(mails).items():
        await campaigns.wake_senders(db, team, [campaign], at=at)
    for (team, campaign), at in _earliest(others).items():
        await campaigns.wake_errands(db, team, [campaign], at=at)


def _next_step(errand: Errand, spot: Spot | None, due: datetime | None) -> NextStep:
    return NextStep(
        team_id=errand.hold.team_id,
        id=errand.hold.id,
        fence=errand.hold.fence,
        sender_id=errand.person.sender_id,
        after=errand.step_id if spot is None else spot.before,
        due_at=due,
        into=None if spot is None or spot.before else spot.branch,
        needs_sender=spot is None or spot.needs_sender,
    )


async def _wake_senders(db: Db, errands: Sequence[Errand], now: datetime) -> None:
    for (team, campaign), at in _earliest([(errand, now) for errand in errands]).items():
        await campaigns.wake_senders(db, team, [campaign], at=at)


def _earliest(
    dues: Sequence[tuple[Errand, datetime]],
) -> dict[tuple[TeamId, CampaignId], datetime]:
    firsts: dict[tuple[TeamId, CampaignId], datetime] = {}
    for errand, due in dues:
        ref = errand.person.team_id, errand.person.campaign_id
        firsts[ref] = min(firsts.get(ref, due), due)
    return firsts


def fact_of(
    errand: Errand,
    happened: ActivityType,
    *,
    now: datetime,
    extra: dict[str, object] | None = None,
) -> Fact:
    """Say what happened to a lead at its present step."""
    return Fact(
        team_id=errand.person.team_id,
        type=happened,
        lead_id=errand.person.lead_id,
        step_id=errand.step_id,
        sequence_step=errand.position,
        at=now,
        extra=extra or {},
    )


def _chosen(errand: Errand, choice: Choose, now: datetime) -> Fact:
    spot = errand.holds if choice.does_hold else errand.fails
    extra: dict[str, object] = {
        "conditionKey": choice.key,
        "conditionValue": choice.does_hold,
        **({"newSequenceId": spot.branch} if spot and spot.branch else {}),
    }
    return fact_of(errand, ActivityType.CONDITION_CHOSEN, now=now, extra=extra)


async def _hand_over(db: Db, errand: Errand, decision: HandOver, now: datetime) -> Fact:
    """Add a lead to another campaign; in which it may be already."""
    person = errand.person
    new = NewLead(
        team_id=person.team_id,
        campaign_id=decision.campaign_id,
        address=addresses.parse(person.email),
        variables=person.variables,
        source=Source.API,
    )
    (outcome,) = await leads.add(db, [new], now=now)
    extra: dict[str, object] = {"newCampaignId": decision.campaign_id}
    extra |= {"newLeadId": outcome.id} if isinstance(outcome, Lead) else {"reason": str(outcome)}
    return fact_of(errand, ActivityType.SENT_TO_ANOTHER_CAMPAIGN, now=now, extra=extra)
