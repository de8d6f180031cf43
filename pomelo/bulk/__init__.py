"""Bulk edits: one thing done to many leads of a campaign, in turns, with its progress."""

from pomelo.bulk.actions import cancel, get, go_on, list_of_campaign, start
from pomelo.bulk.errors import EditEnded, EditNotFound, SenderElsewhere, SenderUnasked
from pomelo.bulk.job import Editor
from pomelo.bulk.model import Action, BulkEdit, EditStatus, NewEdit

__all__ = [
    "Action",
    "BulkEdit",
    "EditEnded",
    "EditNotFound",
    "EditStatus",
    "Editor",
    "NewEdit",
    "SenderElsewhere",
    "SenderUnasked",
    "cancel",
    "get",
    "go_on",
    "list_of_campaign",
    "start",
]
