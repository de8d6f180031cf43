"""Tasks on the wire: what may be asked of one, and how it is shown."""

from typing import Annotated, Final

import msgspec

from pomelo.base.ids import CampaignId, ContactId, LeadId, TaskId, UserId
from pomelo.base.moments import Moment, moment
from pomelo.tasks import Task, TaskState, TaskType

STATUSES: Final = {
    TaskState.OPEN: "pending",
    TaskState.DONE: "completed",
    TaskState.IGNORED: "ignored",
    TaskState.CLOSED: "ignored",
}
Due = Annotated[str, msgspec.Meta(description="ISO 8601; a date alone is its first moment in UTC")]
Priority = Annotated[
    str, msgspec.Meta(pattern="^[012]?$", description='"0" low, "1" usual, "2" high, or ""')
]


class ListQuery(msgspec.Struct, frozen=True):
    """Which part of which tasks."""

    page: Annotated[int, msgspec.Meta(ge=0, description="From 0")] = 0
    filters: Annotated[
        str,
        msgspec.Meta(
            description=(
                "A JSON array of filters: `fullName`, `email`, `phone`, `linkedin` with `value`; "
                "`campaignId`, `campaignState`, `type`, `assignedTo` with `in` and `out`; "
                "`dueDate` with `from` and `to`"
            )
        ),
    ] = "[]"


class TaskBody(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A task to be made by hand."""

    record_id: Annotated[str, msgspec.Meta(description="The lead it is about")] = ""
    type: TaskType
    assigned_to: UserId
    due_date: Due
    title: str = ""
    message: str = ""
    priority: Priority = ""
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()


class TaskPatch(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What may be changed of a task; what is left out or null stays."""

    id: TaskId
    assigned_to: UserId | None = None
    due_date: Annotated[str | None, msgspec.Meta(description="A later one puts the task off")] = (
        None
    )
    title: str | None = None
    message: str | None = None
    priority: Priority | None = None
    done: Annotated[
        bool, msgspec.Meta(description="It is done: the lead that waited for it goes on")
    ] = False
    images: tuple[str, ...] | None = None
    videos: tuple[str, ...] | None = None


class IgnoreBody(msgspec.Struct, frozen=True):
    """Tasks that nobody will do."""

    ids: list[TaskId]


class ShownTask(msgspec.Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """A task; `content` is its message."""

    id: TaskId = msgspec.field(name="_id")
    type: TaskType
    title: str
    priority: int
    lead_id: LeadId | None = None
    campaign_id: CampaignId | None = None
    contact_id: ContactId
    due_date: Moment
    user_id: UserId
    content: str
    status: str
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    created_at: Moment
    completed_at: Moment | None = None


class ShownTasks(msgspec.Struct, frozen=True):
    """A page of tasks."""

    results: list[ShownTask]
    page: int


class Nothing(msgspec.Struct, frozen=True):
    """It is done."""


def show(task: Task) -> ShownTask:
    """Write a task as the API does."""
    return ShownTask(
        id=task.id,
        type=task.type,
        title=task.title,
        priority=1 if task.priority is None else task.priority,
        lead_id=task.lead_id,
        campaign_id=task.campaign_id,
        contact_id=task.contact_id,
        due_date=moment(task.due_at),
        user_id=task.assigned_to,
        content=task.message,
        status=STATUSES[task.state],
        images=task.images,
        videos=task.videos,
        created_at=moment(task.created_at),
        completed_at=None if task.ended_at is None else moment(task.ended_at),
    )
