"""Giving a mailbox's leads to another, on the wire: first what it would do, then the deed."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from pomelo import leads, senders
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import SenderId
from pomelo.leads import Move
from pomelo.senders import SenderNotFound


class SameSender(Invalid):
    """These leads are this mailbox's already; name another one in `to`, or none."""


class MoveWanted(msgspec.Struct, frozen=True):
    """Where a mailbox's leads go."""

    to: Annotated[
        SenderId | None,
        msgspec.Meta(description="The mailbox; null: any of the campaign's, whoever has room"),
    ] = None
    preview: Annotated[bool, msgspec.Meta(description="Only say what it would do")] = False


class ShownMove(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What a move does, or would do."""

    preview: bool
    leads: Annotated[int, msgspec.Meta(description="That have something to come")]
    moved: Annotated[int, msgspec.Meta(description="Whose campaign has the other mailbox")]
    in_doubt: Annotated[
        int, msgspec.Meta(description="Who stay, for it is not known if their last mail went")
    ]


async def move(call: Call[NoQuery, MoveWanted]) -> ShownMove:
    """Give a mailbox's leads to another."""
    wanted = call.body
    what = Move(call.caller.team, SenderId(call.path["senderId"]), wanted.to)
    return await call.state.database.retrying(
        lambda db: carry_out(db, what, is_preview=wanted.preview, now=call.now)
    )


async def carry_out(db: Db, what: Move, *, is_preview: bool, now: datetime) -> ShownMove:
    """Move leads, or only say what that would do.

    Raises:
        SenderNotFound: The team never had the mailbox, or has not the other one.
        SameSender: They are the same.
    """
    if what.to == what.sender:
        raise SameSender
    if what.to is not None:
        await senders.get(db, what.team, what.to)
    found = await leads.preview_move(db, what)
    if not found.is_known:
        raise SenderNotFound
    if not is_preview:
        await leads.move_sender(db, what, now=now)
    return ShownMove(
        preview=is_preview, leads=found.leads, moved=found.moved, in_doubt=found.in_doubt
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="POST",
        path="/api/senders/{senderId}/move",
        run=move,
        permission=Permission.MEMBER,
        section="Senders",
        summary="Give a sender's leads to another",
        text=(
            "Pomelo's own. Leads keep the mailbox that wrote first; when it was deleted, blocked "
            "or has too much to do, this gives those that have something to come to another one, "
            "in all campaigns that have it, and whoever waited for a mailbox goes on. Without `to` "
            "any of the campaign's mailboxes takes them. `preview` only says how many it would be. "
            "Of more than 2,000 leads the rest follows within minutes."
        ),
        body=MoveWanted,
        answer=ShownMove,
        errors=(SenderNotFound, SameSender),
        example={"to": "usm_…", "preview": True},
    ),
)
