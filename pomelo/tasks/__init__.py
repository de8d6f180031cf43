"""Tasks: what a person must do, made by a step or by hand."""

from pomelo.tasks.actions import add, change, finish, new_id
from pomelo.tasks.errors import TaskEnded, TaskInvalid, TaskNotFound
from pomelo.tasks.model import Task, TaskChanges, TaskState, TaskType, Wanted
from pomelo.tasks.store import (
    close_of_leads,
    close_of_lost_steps,
    find,
    insert,
    list_named,
    list_open,
    make_for_answers,
)

__all__ = [
    "Task",
    "TaskChanges",
    "TaskEnded",
    "TaskInvalid",
    "TaskNotFound",
    "TaskState",
    "TaskType",
    "Wanted",
    "add",
    "change",
    "close_of_leads",
    "close_of_lost_steps",
    "find",
    "finish",
    "insert",
    "list_named",
    "list_open",
    "make_for_answers",
    "new_id",
]
