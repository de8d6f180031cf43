"""What an answer touches beyond its own lead: a task for a person, the lead's colleagues."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from pomelo import leads, tasks
from pomelo.activities.model import Activity, Fact
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, TeamId
from pomelo.leads import ActivityType, Standing
from pomelo.tasks import TaskType

Ref: TypeAlias = tuple[TeamId, LeadId]
Colleagues: TypeAlias = Mapping[Ref, Sequence[LeadId]]

# As campaigns name what happened in their settings.
KINDS: Final = {
    ActivityType.EMAILS_REPLIED: "replied",
    ActivityType.LINKEDIN_REPLIED: "replied",
    ActivityType.WHATSAPP_REPLIED: "replied",
    ActivityType.SMS_REPLIED: "replied",
    ActivityType.EMAILS_CLICKED: "clicked",
    ActivityType.MEETING_BOOKED: "meeting",
}
_TASKS: Final = {"replied": TaskType.OPPORTUNITY_REPLIED, "clicked": TaskType.OPPORTUNITY_CLICKED}


async def list_colleagues(db: Db, facts: Sequence[Fact]) -> Colleagues:
    """List who shares company and campaign with leads, where the campaign wants that to count."""
    asked = [(*fact.lead, KINDS[fact.type]) for fact in facts if _may_spread(fact)]
    return await leads.list_colleagues(db, asked) if asked else {}


async def lock_for(db: Db, refs: Sequence[tuple[Ref, ActivityType]]) -> list[Standing]:
    """Lock leads to which something is about to happen, and all whom it may touch, in one order.

    Whoever locks leads before it records must lock these too: else two colleagues who answer at
    once would each wait for the other.

    Returns:
        Those of the leads that are there, in order.
    """
    asked = [(*ref, KINDS[kind]) for ref, kind in refs if kind in KINDS]
    colleagues = await leads.list_colleagues(db, asked) if asked else {}
    others = [(team, lead) for (team, _), own in colleagues.items() for lead in own]
    wanted = {ref for ref, _ in refs}
    locked = await leads.lock(db, [*wanted, *others])
    return [one for one in locked if (one.team_id, one.id) in wanted]


def spread(
    fact: Fact,
    was: Standing | None,
    around: Mapping[Ref, Standing],
    to: Colleagues,
    *,
    is_first: bool,
) -> list[Fact]:
    """Give what happens to a lead's colleagues by what it did.

    Args:
        fact: What it did.
        was: The lead as it was before.
        around: All locked leads as they are.
        to: The colleagues.
        is_first: It is the first of its kind, so that it is told of those, too, whom another one
            of the company has stopped: if that is taken back, this still holds.
    """
    if was is None or not _may_spread(fact):
        return []
    link = str(fact.extra.get("location", ""))
    progress = leads.progress(was, fact.type, link)
    if progress is None:
        return []
    refs = [(fact.team_id, one) for one in to.get(fact.lead, ())]
    found = [around[ref] for ref in refs if ref in around]  # who was removed meanwhile is not
    return [
        Fact(
            team_id=fact.team_id,
            type=progress,
            lead_id=one.id,
            at=fact.at,
            extra={"because": fact.type, "becauseOf": fact.lead_id},
        )
        for one in found
        if _is_news(one, progress, is_first=is_first)
    ]


def _is_news(colleague: Standing, progress: ActivityType, *, is_first: bool) -> bool:
    """Tell whether it changes anything; of who was stopped, the stop outlasts what did it first."""
    if progress is ActivityType.COMPANY_STOPPED:
        return is_first or colleague.company_stopped_at is None
    return colleague.stopped_by is None and not colleague.is_paused


async def make_tasks(
    db: Db, activities: Sequence[Activity | None], around: Mapping[Ref, Standing], now: datetime
) -> None:
    """Make the tasks that campaigns want of answers, one of a kind for a lead at most."""
    wanted = [
        (one.team_id, one.lead_id, _TASKS[kind])
        for one in activities
        if one and not one.is_bot and (kind := KINDS.get(one.type)) in _TASKS
        if kind in around[one.team_id, one.lead_id].task_on
    ]
    if wanted:
        await tasks.make_for_answers(db, wanted, now=now)


def _may_spread(fact: Fact) -> bool:
    return fact.type in KINDS and not fact.is_bot
