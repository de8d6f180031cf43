"""Mails in doubt on the wire: which they are, and what a person says became of them."""

from typing import Annotated, Final, Literal

import msgspec

from pomelo import delivery, inbound, messages
from pomelo.api.answers import Moment, moment
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.paging import PAGE, Limit, Offset, part
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, MessageId, TeamId
from pomelo.messages import (
    Doubtful,
    MessageNotDoubtful,
    MessageNotFound,
    MessageState,
    Resolution,
)

SECTION: Final = "Messages"

# What a mail is once its doubt has ended.
BECOMES: Final = {
    Resolution.SENT: MessageState.SENT,
    Resolution.RESEND: MessageState.DEFERRED,
}


class DoubtfulQuery(msgspec.Struct, frozen=True):
    """Which mails."""

    state: Annotated[
        Literal["uncertain"], msgspec.Meta(description="Only uncertain ones are listed")
    ] = "uncertain"
    offset: Offset = 0
    limit: Limit = PAGE


class ShownMessage(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A mail in doubt.

    `messageId` is its Message-ID, by which a Sent folder finds it; `note` says what Pomelo found
    there, and what that is worth (empty once the doubt has ended).
    """

    id: MessageId = msgspec.field(name="_id")
    lead_id: LeadId
    lead_email: str
    campaign_id: CampaignId
    sender_email: str
    message_id: str
    state: MessageState
    created_at: Moment
    note: str = ""


class ResolveBody(msgspec.Struct, frozen=True):
    """What became of a mail: `sent`, it arrived; `resend`, send it again."""

    resolution: Resolution = msgspec.field(name="as")


async def list_doubtful(call: Call[DoubtfulQuery, None]) -> list[ShownMessage]:
    """Answer the team's uncertain mails."""
    cut = part(offset=call.query.offset, limit=call.query.limit, page=None)
    async with call.state.database.transaction(readonly=True) as db:
        return await list_shown(db, call.caller.team, cut.offset, cut.limit)


async def resolve(call: Call[NoQuery, ResolveBody]) -> ShownMessage:
    """End the doubt about a mail."""
    message, resolution = MessageId(call.path["messageId"]), call.body.resolution
    resolved = await call.state.database.retrying(
        lambda db: delivery.resolve(db, call.caller.team, message, resolution, now=call.now)
    )
    return shown(resolved, BECOMES[resolution])


async def list_shown(db: Db, team: TeamId, offset: int, limit: int) -> list[ShownMessage]:
    """List a team's uncertain mails, oldest first, each with what was found out about it."""
    found = await messages.list_doubtful(db, team, offset, limit)
    notes = await inbound.explain(db, team, [one.id for one in found])
    return [shown(one, one.state, notes.get(one.id, "")) for one in found]


def shown(mail: Doubtful, state: MessageState, note: str = "") -> ShownMessage:
    """Show a mail that is or was in doubt."""
    return ShownMessage(
        id=mail.id,
        lead_id=mail.lead_id,
        lead_email=mail.lead_email,
        campaign_id=mail.campaign_id,
        sender_email=mail.sender_email,
        message_id=mail.header_id,
        state=state,
        created_at=moment(mail.created_at),
        note=note,
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/messages",
        run=list_doubtful,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List mails in doubt",
        text=(
            "Pomelo's own. All of such a mail was handed to the server and no answer came back, so "
            "nobody knows whether it was taken (RFC 1047). The lead of a step's mail waits. "
            "Where the sender's mailbox is read by IMAP, it is looked for in the Sent folder for "
            "`POMELO_DOUBT_MINUTES` and counts as sent once it is found there, or once anything "
            "comes back for it; what is left is for a person, and `note` says what was found. "
            "Oldest first."
        ),
        query=DoubtfulQuery,
        answer=list[ShownMessage],
    ),
    Operation(
        method="POST",
        path="/api/messages/{messageId}/resolve",
        run=resolve,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="End the doubt about a mail",
        text=(
            "Pomelo's own. Look for its `messageId` in the mailbox's Sent folder, then say `sent` "
            "if it is there, or `resend` to send the same mail once more. Its lead goes on."
        ),
        body=ResolveBody,
        answer=ShownMessage,
        errors=(MessageNotFound, MessageNotDoubtful),
        example={"as": "sent"},
    ),
)
