"""Tasks on the wire: what people must do, by lemlist's calls."""

from typing import Final

import msgspec

from pomelo import delivery, leads, tasks
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.dates import DateInvalid, parse_date
from pomelo.api.paging import FAR, PAGE
from pomelo.api.task_filters import FilterRefused, FiltersMalformed, parse_filters
from pomelo.api.task_shapes import (
    IgnoreBody,
    ListQuery,
    Nothing,
    ShownTask,
    ShownTasks,
    TaskBody,
    TaskPatch,
    show,
)
from pomelo.base.db import Db
from pomelo.base.errors import PomeloError
from pomelo.base.ids import LeadId
from pomelo.leads import LeadNotFound
from pomelo.tasks import (
    Task,
    TaskChanges,
    TaskEnded,
    TaskInvalid,
    TaskNotFound,
    TaskState,
    TaskType,
)

SECTION: Final = "Tasks"
BY_HAND: Final = (TaskType.EMAIL, TaskType.MANUAL, TaskType.PHONE, TaskType.LINKEDIN)


class Refused(msgspec.Struct, frozen=True):
    """Why a call about tasks is refused, as lemlist's clients read it."""

    error: str


class RecordMissing(TaskInvalid):
    """recordId is required"""


class TypeByStep(TaskInvalid):
    """A task made by hand is email, manual, phone or linkedin; the others come from steps."""


async def list_some(call: Call[ListQuery, None]) -> ShownTasks:
    """List open tasks, first due first."""
    wanted = parse_filters(call.query.filters)
    page = min(call.query.page, FAR // PAGE)
    async with call.state.database.transaction(readonly=True) as db:
        found = await tasks.list_open(db, call.caller.team, wanted, offset=page * PAGE, limit=PAGE)
    return ShownTasks([show(task) for task in found], call.query.page)


async def add(call: Call[NoQuery, TaskBody]) -> ShownTask:
    """Make a task by hand."""
    body, team = call.body, call.caller.team
    if not body.record_id:
        raise RecordMissing
    if body.type not in BY_HAND:
        raise TypeByStep
    due = parse_date(body.due_date)
    async with call.state.database.transaction() as db:
        lead = await leads.get(db, team, LeadId(body.record_id))
        task = Task(
            team_id=team,
            id=tasks.new_id(),
            type=body.type,
            title=body.title,
            message=body.message,
            images=body.images,
            videos=body.videos,
            priority=_priority(body.priority),
            lead_id=lead.id,
            campaign_id=lead.campaign_id,
            contact_id=lead.contact_id,
            step_id=None,
            sequence_step=None,
            assigned_to=body.assigned_to,
            due_at=due or call.now,
            created_at=call.now,
        )
        return show(await tasks.add(db, task))


async def change(call: Call[NoQuery, TaskPatch]) -> ShownTask:
    """Change a task, put it off, or say that it is done."""
    body, team = call.body, call.caller.team
    changes = TaskChanges(
        assigned_to=body.assigned_to,
        due_at=parse_date(body.due_date or ""),
        title=body.title,
        message=body.message,
        priority=_priority(body.priority or ""),
        images=body.images,
        videos=body.videos,
    )

    async def work(db: Db) -> ShownTask:
        if changes != TaskChanges():
            await delivery.change_task(db, team, body.id, changes, now=call.now)
        if body.done:
            await delivery.end_tasks(db, team, [body.id], TaskState.DONE, now=call.now)
        found = await tasks.find(db, team, body.id)
        if found is None:
            raise TaskNotFound
        return show(found)

    return await call.state.database.retrying(work)


async def ignore(call: Call[NoQuery, IgnoreBody]) -> Nothing:
    """Let tasks be; the leads that waited for them go on."""
    team, named = call.caller.team, call.body.ids

    async def work(db: Db) -> None:
        await delivery.end_tasks(db, team, named, TaskState.IGNORED, now=call.now)

    await call.state.database.retrying(work)
    return Nothing()


def refused(error: PomeloError) -> Refused | None:
    """Write as JSON what lemlist does."""
    is_known = isinstance(error, FiltersMalformed | RecordMissing)
    return Refused(str(error)) if is_known else None


def _priority(text: str) -> int | None:
    return int(text) if text else None


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/tasks",
        run=list_some,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List open tasks",
        text="First due first, 100 a page, past the end an empty one.",
        query=ListQuery,
        answer=ShownTasks,
        errors=(FiltersMalformed, FilterRefused),
        shape_error=refused,
    ),
    Operation(
        method="POST",
        path="/api/tasks",
        run=add,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Make a task by hand",
        text="Tasks of steps are made by themselves when a lead comes to one.",
        body=TaskBody,
        answer=ShownTask,
        errors=(RecordMissing, TypeByStep, LeadNotFound, DateInvalid, TaskInvalid),
        shape_error=refused,
        example={
            "recordId": "lea_…",
            "type": "phone",
            "assignedTo": "usr_…",
            "dueDate": "2026-12-01",
            "title": "Call Richard",
        },
    ),
    Operation(
        method="PATCH",
        path="/api/tasks",
        run=change,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Change a task, put it off, or complete it",
        text=(
            "`done` tells the activity of its kind (`manualDone`, `aircallDone`, "
            "`linkedinVisitDone` …) and lets the lead go on to its next step. Twice is once."
        ),
        body=TaskPatch,
        answer=ShownTask,
        errors=(TaskNotFound, TaskEnded, TaskInvalid, DateInvalid),
        example={"id": "opp_…", "done": True},
    ),
    Operation(
        method="POST",
        path="/api/tasks/ignore",
        run=ignore,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Ignore tasks",
        text="The leads that waited for them go on to their next step; nothing counts as done.",
        body=IgnoreBody,
        answer=Nothing,
        errors=(TaskNotFound,),
        example={"ids": ["opp_…"]},
    ),
)
