"""What can be done with tasks; what that means for leads is told by `delivery.complete_tasks`."""

from collections.abc import Sequence
from datetime import datetime

from pomelo import teams
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import TaskId, TeamId, UserId
from pomelo.tasks import store
from pomelo.tasks.errors import TaskEnded, TaskInvalid, TaskNotFound
from pomelo.tasks.model import Task, TaskChanges, TaskState

TITLE_LIMIT = 1_000
TEXT_LIMIT = 100_000


async def add(db: Db, task: Task) -> Task:
    """Keep a task that somebody makes by hand.

    Raises:
        TaskInvalid: Its user is not of the team, or it says too much.
    """
    await _check_user(db, task.team_id, task.assigned_to)
    _check_texts(task.title, task.message)
    await store.insert(db, [task])
    return task


async def change(db: Db, team: TeamId, task: TaskId, changes: TaskChanges) -> Task:
    """Change an open task; one that is over and says all that already is left as it is.

    Raises:
        TaskNotFound: The team has none of that id.
        TaskEnded: It is over, and says something else.
        TaskInvalid: Its user is not of the team, or it says too much.
    """
    if changes.assigned_to is not None:
        await _check_user(db, team, changes.assigned_to)
    _check_texts(changes.title or "", changes.message or "")
    changed = await store.change(db, team, task, changes)
    if changed is not None:
        return changed
    ended = await store.find(db, team, task)
    if ended is None:
        raise TaskNotFound
    if not _says(ended, changes):
        raise TaskEnded
    return ended


async def finish(
    db: Db, team: TeamId, wanted: Sequence[TaskId], state: TaskState, *, now: datetime
) -> list[Task]:
    """End tasks, as done or ignored; gives those that were open.

    Raises:
        TaskNotFound: The team lacks one of them; then none is ended.
    """
    found = await store.list_named(db, team, wanted)
    if {task.id for task in found} != set(wanted):
        raise TaskNotFound
    ended = set(await store.finish(db, team, wanted, state, now=now))
    return [task for task in found if task.id in ended]


def _says(task: Task, changes: TaskChanges) -> bool:
    """Tell whether changes would change nothing: who asks again did not hear the answer."""
    asked = ((name, getattr(changes, name)) for name in changes.__struct_fields__)
    return all(value is None or value == getattr(task, name) for name, value in asked)


def new_id() -> TaskId:
    """Make a task's identifier."""
    return TaskId(ids.new("opp"))


async def _check_user(db: Db, team: TeamId, user: UserId) -> None:
    if user not in {one.id for one in await teams.list_users(db, team)}:
        raise TaskInvalid("There is no such user in the team; give another assignedTo.")


def _check_texts(title: str, message: str) -> None:
    if len(title) > TITLE_LIMIT or len(message) > TEXT_LIMIT:
        raise TaskInvalid(
            f"The title has at most {TITLE_LIMIT} characters, the message {TEXT_LIMIT}; shorten it."
        )
