"""Tasks of steps: made for a person, and what it means for the lead that one is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pomelo import activities, campaigns, leads, tasks
from pomelo.activities import Fact
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import TaskId, TeamId
from pomelo.delivery.errands.calling import values_for
from pomelo.delivery.errands.model import Errand
from pomelo.leads import DONE, ActivityType, WaitsFor
from pomelo.sequences import StepType, compile_template, spelled_out
from pomelo.sequences import Task as TaskKind
from pomelo.tasks import Task, TaskChanges, TaskState, TaskType


def task_of(errand: Errand, now: datetime) -> Task:
    """Write a step's task for a lead; what its texts lack stays to be seen in them."""
    kind, person = errand.kind, errand.person
    if not isinstance(kind, TaskKind) or errand.spot is None:
        raise TypeError
    return Task(
        team_id=person.team_id,
        id=tasks.new_id(),
        type=TaskType(errand.spot.type),
        title=_shown(kind.title, errand, now),
        message=_shown(kind.message, errand, now),
        images=kind.images,
        videos=kind.videos,
        lead_id=person.lead_id,
        campaign_id=person.campaign_id,
        contact_id=person.contact_id,
        step_id=errand.spot.step,
        sequence_step=errand.position,
        assigned_to=person.owner,
        due_at=now,
        created_at=now,
    )


async def end_tasks(
    db: Db, team: TeamId, wanted: Sequence[TaskId], state: TaskState, *, now: datetime
) -> None:
    """End tasks as done or ignored, and let the leads that waited for them go on.

    Those that were over before stay as they are.

    Args:
        db: The open transaction.
        team: Whose tasks.
        wanted: Which.
        state: Done or ignored.
        now: When it happens.

    Raises:
        TaskNotFound: The team lacks one of them; then none is ended.

    Source:
        API reference 3.12.
    """
    # Leads before their tasks, as by whoever stops them.
    named = await tasks.list_named(db, team, list(dict.fromkeys(wanted)))
    await leads.lock(db, [(team, task.lead_id) for task in named if task.lead_id])
    ended = await tasks.finish(db, team, list(dict.fromkeys(wanted)), state, now=now)
    if state is TaskState.DONE:
        await activities.record(db, [fact for task in ended if (fact := _fact(task, now))])
    waited = [task.lead_id for task in ended if task.lead_id and task.step_id]
    freed = await leads.unpark(db, team, waited, WaitsFor.TASK, now=now)
    await campaigns.wake_errands(db, team, freed, at=now)


async def change_task(
    db: Db, team: TeamId, task: TaskId, changes: TaskChanges, *, now: datetime
) -> Task:
    """Change an open task; a later due date puts it off.

    Raises:
        TaskNotFound: The team has none of that id.
        TaskEnded: It is over.
        TaskInvalid: Its user is not of the team, or it says too much.
    """
    was = await tasks.find(db, team, task)
    changed = await tasks.change(db, team, task, changes)
    if was and changed.lead_id and changed.due_at > was.due_at:
        snoozed = _told(changed, ActivityType.SNOOZED, now)
        await activities.record(db, [snoozed] if snoozed else [])
    return changed


def _fact(task: Task, now: datetime) -> Fact | None:
    """Say what was done; a mail written by hand is told by the inbox, or nowhere."""
    match task.type:
        case TaskType.EMAIL | TaskType.OPPORTUNITY_REPLIED | TaskType.OPPORTUNITY_CLICKED:
            return None
        case TaskType.LINKEDIN:
            return _told(task, ActivityType.LINKEDIN_DONE, now)
        case _:
            return _told(task, DONE[StepType(task.type)], now)


def _told(task: Task, happened: ActivityType, now: datetime) -> Fact | None:
    if task.lead_id is None:
        return None
    return Fact(
        team_id=task.team_id,
        type=happened,
        lead_id=task.lead_id,
        step_id=task.step_id,
        sequence_step=task.sequence_step,
        at=now,
        extra={"taskId": task.id},
    )


def wording(source: str, values: Mapping[str, object]) -> str:
    """Write a text of a task.

    Raises:
        Invalid: It cannot be written with these values.
    """
    return compile_template(spelled_out(source), html=False).render(values)


def _shown(source: str, errand: Errand, now: datetime) -> str:
    try:
        return wording(source, values_for(errand, now))
    except Invalid:
        return source
