"""Which mailboxes a caller means when they choose a campaign's senders."""

from collections.abc import Sequence
from typing import Final

from pomelo import senders, teams
from pomelo.api.campaign_settings import CampaignPatch
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import SenderId, TeamId, UserId


class SendersTwice(Invalid):
    """Name the senders either by sendUserIds or by senderIds, not by both."""


class NoMembers(Invalid):
    """None of the provided sender IDs are members of this team"""


class NoMailboxes(Invalid):
    """None of the provided senders have the required capabilities for this campaign"""


class SenderUnknown(Invalid):
    """The team has no such mailbox; name only mailboxes of its own."""


ERRORS: Final = (SendersTwice, NoMembers, NoMailboxes, SenderUnknown)


async def chosen(db: Db, team: TeamId, patch: CampaignPatch) -> Sequence[SenderId] | None:
    """Give the mailboxes a campaign shall have, or nothing when that stays as it is.

    Raises:
        SendersTwice: Both ways to name them were used.
        NoMembers: None of the users is of the team.
        NoMailboxes: None of the users has a mailbox.
        SenderUnknown: One of the mailboxes is not the team's.

    Source:
        API reference A9.
    """
    if patch.send_user_ids is not None and patch.sender_ids is not None:
        raise SendersTwice
    if patch.sender_ids is not None:
        return await _known(db, team, patch.sender_ids)
    if patch.send_user_ids is not None:
        return await _mailboxes_of(db, team, patch.send_user_ids)
    return None


async def _known(db: Db, team: TeamId, wanted: Sequence[SenderId]) -> Sequence[SenderId]:
    found = {sender.id for sender in await senders.list_of_team(db, team, senders=wanted)}
    for sender in wanted:
        if sender not in found:
            raise SenderUnknown(f"The team has no mailbox {sender}; name only its own.")
    return wanted


async def _mailboxes_of(db: Db, team: TeamId, wanted: Sequence[UserId]) -> Sequence[SenderId]:
    """Take all mailboxes of those users who are of the team; to name nobody is to have none."""
    members = [user.id for user in await teams.list_users(db, team) if user.id in wanted]
    if wanted and not members:
        raise NoMembers
    found = await senders.list_of_team(db, team, users=members)
    if wanted and not found:
        raise NoMailboxes
    return [sender.id for sender in found]
