"""A user's mailboxes on the wire: added, tried and deleted, in lemlist's words."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal

import msgspec

from pomelo import leads, senders, teams
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.email_account_body import AccountBody, FieldsMissing, new_sender
from pomelo.base.addresses import AddressInvalid
from pomelo.base.db import Db
from pomelo.base.errors import Forbidden, Invalid
from pomelo.base.ids import SenderId, TeamId, UserId
from pomelo.base.outgoing import Guard
from pomelo.base.vault import SecretUnreadable, Vault
from pomelo.inbound import find_imap_fault
from pomelo.senders import SenderExists, SenderNotFound, Server
from pomelo.smtp import MailAccess, find_smtp_fault
from pomelo.teams import UserNotFound

SECTION: Final = "Email accounts"

REPLIES_UNSEEN: Final = (
    "Replies to this address are not seen, and do not stop sequences, until its mail is handed "
    "to `pomelo receive`."
)
NO_IMAP: Final = "IMAP is not configured; add the account with imap_host to have it tested."


class HostNotTaken(Invalid):
    """Invalid host"""


class NotMember(Forbidden):
    """User is not a member of this team"""


class AccountAdded(msgspec.Struct, frozen=True):
    """A mailbox just added; `warnings` are Pomelo's own."""

    id: SenderId
    email: str
    provider: Literal["custom"]
    warnings: list[str]


class AccountDeleted(msgspec.Struct, frozen=True):
    """It is deleted."""

    ok: bool = True


class Tried(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a connection went; `error` says what to do when it did not."""

    success: bool
    error: str | None = None


class Tested(msgspec.Struct, frozen=True):
    """How both connections of a mailbox went."""

    smtp: Tried
    imap: Tried


async def add(call: Call[NoQuery, AccountBody]) -> AccountAdded:
    """Add a mailbox to a user."""
    new = new_sender(call.body, call.body.user_id or call.caller.user)
    access = call.state.part(MailAccess)
    await check_hosts((new.smtp, new.imap), access.guard)
    async with call.state.database.transaction() as db:
        await _require_member(db, call.caller.team, new.user_id)
        added = await senders.add(db, call.caller.team, new, vault=access.vault, now=call.now)
    return AccountAdded(added.id, added.email, "custom", [REPLIES_UNSEEN])


async def _require_member(db: Db, team: TeamId, user: UserId) -> None:
    try:
        await teams.get_user(db, team, user)
    except UserNotFound:
        raise NotMember from None


async def check_hosts(servers: Iterable[Server | None], guard: Guard) -> None:
    """Refuse mail hosts that we would not connect to; each connection asks again.

    Raises:
        HostNotTaken: The sentence says which rule it breaks.
    """
    for server in filter(None, servers):
        try:
            await guard.resolve(server.host, server.port)
        except Invalid as refused:
            raise HostNotTaken(f"Invalid host: {refused}") from None


async def delete(call: Call[NoQuery, None]) -> AccountDeleted:
    """Delete a mailbox; its campaigns go on with the others."""
    await call.state.database.retrying(
        lambda db: remove(db, call.caller.team, _id(call), now=call.now)
    )
    return AccountDeleted()


async def remove(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> None:
    """Delete a mailbox, and let the leads that it wrote to wait for another.

    To be retried: a mail of it that is just being sent holds its lead before its sender.

    Raises:
        SenderNotFound: The team has none of that id.
    """
    await senders.delete(db, team, sender, now=now)
    await leads.park_sender(db, team, sender, now=now)


async def test(call: Call[NoQuery, None]) -> Tested:
    """Connect to a mailbox's servers and log in."""
    access = call.state.part(MailAccess)
    async with call.state.database.transaction(readonly=True) as db:
        servers = await servers_of(db, call.caller.team, _id(call), access.vault)
    return await try_servers(servers, access)


async def servers_of(
    db: Db, team: TeamId, sender: SenderId, vault: Vault
) -> tuple[Server, Server | None]:
    """Read where a mailbox's mail is handed over, and where it is read if that is known."""
    smtp = await senders.get_smtp(db, team, sender, vault)
    return smtp, await senders.find_imap(db, team, sender, vault)


async def try_servers(servers: tuple[Server, Server | None], access: MailAccess) -> Tested:
    """Connect to both servers of a mailbox at the same time and log in."""
    smtp, imap = servers
    faults = await asyncio.gather(find_smtp_fault(smtp, access), _imap_fault(imap, access))
    return Tested(*(Tried(fault is None, fault) for fault in faults))


async def _imap_fault(server: Server | None, access: MailAccess) -> str | None:
    return NO_IMAP if server is None else await find_imap_fault(server, access)


def _id(call: Call[NoQuery, None]) -> SenderId:
    return SenderId(call.path["emailAccountId"])


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="POST",
        path="/api/user/email-accounts",
        run=add,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Add an email account",
        text=(
            "To `userId`, or to the user whose key this is. Hosts must be public and ports usual "
            "for mail, unless the operator allows a network by POMELO_ALLOW_PRIVATE_MAIL. An empty "
            "`smtp_login` means no log-in, and the `imap_` fields may be left out. Nothing is "
            "connected to yet; POST …/test does that. Limit and gap: PATCH /api/senders/{id}."
        ),
        body=AccountBody,
        status=201,
        answer=AccountAdded,
        errors=(FieldsMissing, HostNotTaken, SenderExists, AddressInvalid, NotMember),
        example={
            "sender_name": "Jared Dunn",
            "sender_email": "jared@piedpiper.com",
            "smtp_host": "smtp.piedpiper.com",
            "smtp_port": 587,
            "smtp_login": "jared@piedpiper.com",
            "smtp_password": "…",
            "smtp_secure": False,
        },
    ),
    Operation(
        method="DELETE",
        path="/api/user/email-accounts/{emailAccountId}",
        run=delete,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Delete an email account",
        text=(
            "Its passwords are erased. Campaigns go on with their other mailboxes; leads that this "
            "one wrote to wait, because nobody else continues its conversations unasked."
        ),
        answer=AccountDeleted,
        errors=(SenderNotFound,),
    ),
    Operation(
        method="POST",
        path="/api/user/email-accounts/{emailAccountId}/test",
        run=test,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Test an email account",
        text="Connects and logs in, within 30 seconds; sends nothing and changes nothing.",
        answer=Tested,
        errors=(SenderNotFound, SecretUnreadable),
    ),
)
