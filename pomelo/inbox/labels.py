"""What can be done with labels: make, list, put on conversations and take off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import ContactId, LabelId, TeamId
from pomelo.inbox import store
from pomelo.inbox.conversations import get_conversation
from pomelo.inbox.errors import LabelExists, LabelInvalid, LabelNameMissing, LabelNotFound
from pomelo.inbox.model import Label

NAME_CHARACTERS: Final = 100


async def add_label(db: Db, team: TeamId, name: str, *, now: datetime) -> Label:
    """Make a label.

    Raises:
        LabelNameMissing: The name is empty.
        LabelInvalid: It is too long.
        LabelExists: The team has one of that name.
    """
    name = name.strip()
    if not name:
        raise LabelNameMissing
    if len(name) > NAME_CHARACTERS or not name.isprintable():
        raise LabelInvalid
    added = await store.insert_label(db, team, ids.label(), name, now=now)
    if added is None:
        raise LabelExists
    return added


async def list_labels(db: Db, team: TeamId) -> list[Label]:
    """List a team's labels by name."""
    return await store.list_labels(db, team)


async def get_label(db: Db, team: TeamId, label: LabelId) -> Label:
    """Get a label.

    Raises:
        LabelNotFound: The team has none of that id.
    """
    return (await _known(db, team, [label]))[0]


async def put_labels(
    db: Db, team: TeamId, contact: ContactId, labels: Sequence[LabelId], *, keeps_others: bool
) -> None:
    """Put labels on the conversation with a person.

    Args:
        db: The open transaction.
        team: Whose.
        contact: With whom.
        labels: Which.
        keeps_others: Those that are on it stay; else they are replaced.

    Raises:
        ConversationNotFound: There is no conversation with them.
        LabelNotFound: One of them is no label of the team's.
    """
    await get_conversation(db, team, contact)
    await _known(db, team, labels)
    if not keeps_others:
        await store.take_other_labels(db, team, contact, labels)
    await store.put_labels(db, team, contact, labels)


async def take_labels(db: Db, team: TeamId, contact: ContactId, labels: Sequence[LabelId]) -> None:
    """Take labels off the conversation with a person; what is not on it stays away.

    Raises:
        ConversationNotFound: There is no conversation with them.
        LabelNotFound: One of them is no label of the team's.
    """
    await get_conversation(db, team, contact)
    await _known(db, team, labels)
    await store.take_labels(db, team, contact, labels)


async def _known(db: Db, team: TeamId, labels: Sequence[LabelId]) -> list[Label]:
    found = await store.list_labels(db, team, labels)
    if {one.id for one in found} != set(labels):
        raise LabelNotFound
    return found
