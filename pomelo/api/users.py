"""The users of a team on the wire, with their mailboxes, and the ways they reach people."""

from typing import Final

from pomelo import senders, teams
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.user_shapes import (
    Account,
    Channels,
    EmailChannel,
    EmailLimit,
    ShownUser,
    UserMailbox,
)
from pomelo.base.ids import UserId
from pomelo.senders import PausedFor, Sender
from pomelo.teams import UserNotFound

# lemlist's word for a mailbox. Without its log-in it is cut off; other pauses are errors.
STATUS: Final[dict[PausedFor | None, str]] = {
    None: "CONNECTED",
    PausedFor.AUTH: "DISCONNECTED",
    PausedFor.BLOCK: "ERROR",
    PausedFor.THROTTLED: "ERROR",
    PausedFor.SENDER: "ERROR",
    PausedFor.UNREACHABLE: "ERROR",
    PausedFor.BOUNCES: "ERROR",
}


async def get_user(call: Call[NoQuery, None]) -> ShownUser:
    """Answer a user of the team."""
    team = call.caller.team
    async with call.state.database.transaction(readonly=True) as db:
        user = await teams.get_user(db, team, UserId(call.path["userId"]))
        mailboxes = await senders.list_of_team(db, team, users=[user.id])
    return ShownUser(
        user.id, user.name, user.email, user.role, [_mailbox(sender) for sender in mailboxes]
    )


def _mailbox(sender: Sender) -> UserMailbox:
    return UserMailbox(
        id=sender.id,
        email=sender.email,
        status=STATUS[sender.paused_for],
        lemlist=EmailLimit(sender.limit_per_day),
    )


async def channels(call: Call[NoQuery, None]) -> Channels:
    """Answer by what ways the caller's user reaches people."""
    async with call.state.database.transaction(readonly=True) as db:
        found = await senders.list_of_team(db, call.caller.team, users=[call.caller.user])
    accounts = [Account(sender.id, sender.email) for sender in found]
    return Channels(EmailChannel(bool(accounts), accounts))


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/users/{userId}",
        run=get_user,
        permission=Permission.MEMBER,
        section="Users",
        summary="Get a user",
        text=(
            "With their mailboxes. `status` is DISCONNECTED when the log-in is refused, ERROR "
            "when the mailbox is paused for another reason; GET /api/senders says which."
        ),
        answer=ShownUser,
        errors=(UserNotFound,),
    ),
    Operation(
        method="GET",
        path="/api/user/channels",
        run=channels,
        permission=Permission.MEMBER,
        section="Users",
        summary="List the user's channels",
        text="Mail only; on other channels Pomelo makes tasks for people.",
        answer=Channels,
    ),
)
