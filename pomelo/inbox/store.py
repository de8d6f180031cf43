"""The inbox in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import ActivityId, ContactId, LabelId, LeadId, TeamId, UserId
from pomelo.base.sql import load
from pomelo.inbox.model import Conversation, Label, Mentioned, Original
from pomelo.leads import ActivityType

QUERIES: Final = load(__package__ or "")
# Of each mailbox so many mails are looked through when conversations are counted.
NEWEST: Final = 10_000


async def list_page(
    db: Db, team: TeamId, user: UserId, *, offset: int, limit: int
) -> list[ContactId]:
    """List with whom a user's mailboxes exchanged mails, the newest mail first."""
    return await QUERIES["page"].rows(
        db,
        ContactId,
        team_id=team,
        user_id=user,
        offset=offset,
        limit=limit,
        last_one=offset + limit,
    )


async def count_page(db: Db, team: TeamId, user: UserId) -> int:
    """Count them among the newest mails."""
    return await QUERIES["count_page"].one(db, int, team_id=team, user_id=user, newest=NEWEST)


async def show(db: Db, team: TeamId, contacts: Sequence[ContactId]) -> list[Conversation]:
    """Show the conversations with some people, in no order."""
    return await QUERIES["show"].rows(db, Conversation, team_id=team, contact_ids=list(contacts))


async def list_of_contact(
    db: Db,
    team: TeamId,
    contact: ContactId,
    types: Sequence[ActivityType],
    *,
    offset: int,
    limit: int,
) -> list[ActivityId]:
    """List what happened by mail with a person, newest first."""
    return await QUERIES["page_of_contact"].rows(
        db,
        ActivityId,
        team_id=team,
        contact_id=contact,
        types=list(types),
        offset=offset,
        limit=limit,
    )


async def count_of_contact(
    db: Db, team: TeamId, contact: ContactId, types: Sequence[ActivityType]
) -> int:
    """Count what happened by mail with a person."""
    return await QUERIES["count_of_contact"].one(
        db, int, team_id=team, contact_id=contact, types=list(types)
    )


async def list_originals(db: Db, team: TeamId, activities: Sequence[ActivityId]) -> list[Original]:
    """List what mails said by which something happened."""
    return await QUERIES["list_originals"].rows(
        db, Original, team_id=team, activity_ids=list(activities)
    )


async def find_mentioned(
    db: Db,
    team: TeamId,
    contact: ContactId,
    *,
    lead: LeadId | None,
    activity: ActivityId | None,
) -> Mentioned | None:
    """Find the newest mail of a conversation, or a named one."""
    return await QUERIES["find_mentioned"].row(
        db,
        Mentioned,
        team_id=team,
        contact_id=contact,
        lead_id=lead,
        activity_id=activity,
    )


async def find_newest_lead(db: Db, team: TeamId, contact: ContactId) -> LeadId | None:
    """Find the lead that a person became last."""
    return await QUERIES["find_newest_lead"].row(db, LeadId, team_id=team, contact_id=contact)


async def mark_read(
    db: Db, team: TeamId, contact: ContactId, user: UserId, *, now: datetime
) -> int:
    """Note that a user has read a conversation."""
    return await QUERIES["mark_read"].run(
        db, team_id=team, contact_id=contact, user_id=user, now=now
    )


async def insert_label(
    db: Db, team: TeamId, label: LabelId, name: str, *, now: datetime
) -> Label | None:
    """Insert a label; gives nothing when there is one of that name."""
    return await QUERIES["insert_label"].row(db, Label, team_id=team, id=label, name=name, now=now)


async def list_labels(db: Db, team: TeamId, labels: Sequence[LabelId] | None = None) -> list[Label]:
    """List a team's labels by name, or some of them."""
    ids = None if labels is None else list(labels)
    return await QUERIES["list_labels"].rows(db, Label, team_id=team, ids=ids)


async def put_labels(db: Db, team: TeamId, contact: ContactId, labels: Sequence[LabelId]) -> int:
    """Put labels on a conversation."""
    return await QUERIES["put_labels"].run(db, team_id=team, contact_id=contact, ids=list(labels))


async def take_labels(db: Db, team: TeamId, contact: ContactId, labels: Sequence[LabelId]) -> int:
    """Take labels off a conversation."""
    return await QUERIES["take_labels"].run(db, team_id=team, contact_id=contact, ids=list(labels))


async def take_other_labels(
    db: Db, team: TeamId, contact: ContactId, labels: Sequence[LabelId]
) -> int:
    """Take all labels but these off a conversation."""
    return await QUERIES["take_other_labels"].run(
        db, team_id=team, contact_id=contact, ids=list(labels)
    )
