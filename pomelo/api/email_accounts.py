"""A user's mailboxes on the wire: added, tried and deleted, in lemlist's words."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec

from pomelo import leads, senders, teams
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.email_account_body import AccountBody, FieldsMissing, new_sender
from pomelo.api.sender_presets import with_hosts
from pomelo.base.addresses import AddressInvalid
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.errors import Forbidden, Invalid
from pomelo.base.ids import SenderId, TeamId, UserId
from pomelo.base.outgoing import Guard
from pomelo.base.vault import SecretUnreadable
from pomelo.inbound import (
    IMAP_SUBJECT,
    MAIL_SUBJECT,
    CheckFinding,
    CheckUnderWay,
    Checkup,
    Level,
    examine,
)
from pomelo.senders import (
    HostElsewhere,
    PasswordInvalid,
    Replies,
    Sender,
    SenderExists,
    SenderNotFound,
    Server,
)
from pomelo.smtp import MailAccess
from pomelo.teams import UserNotFound

SECTION: Final = "Email accounts"

REPLIES_UNSEEN: Final = (
    "Replies to this address are not seen, and do not stop sequences, until its mail is handed "
    "to `pomelo receive`."
)
REPLIES_UNSET: Final = (
    "Replies to this address are not seen, and do not stop sequences. Give its imap_ fields to "
    "have it read, or hand its mail to `pomelo receive` and set replies to pipe; none, chosen by "
    "name, lets campaigns with follow-ups start all the same."
)
# Somebody waits for the answer; the command line waits longer.
WAIT_SECONDS: Final = 20.0


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
    """How both connections of a mailbox went; `findings` are Pomelo's own, about all the rest."""

    smtp: Tried
    imap: Tried
    findings: list[CheckFinding]

    def is_fit(self) -> bool:
        """Tell whether mail can be handed over and read, and what was sent to itself came back."""
        failed = {one.subject for one in self.findings if one.level is Level.FAIL}
        return self.smtp.success and failed.isdisjoint((MAIL_SUBJECT, IMAP_SUBJECT))


class TestQuery(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Whether the mailbox writes to itself."""

    __test__ = False

    send_mail: Annotated[
        bool,
        msgspec.Meta(description="Send a mail to itself, and wait 20 seconds for it to come back"),
    ] = True


async def add(call: Call[NoQuery, AccountBody]) -> AccountAdded:
    """Add a mailbox to a user."""
    access = call.state.part(MailAccess)
    body, advice = await with_hosts(call.body, access)
    new = new_sender(body, body.user_id or call.caller.user)
    await check_hosts((new.smtp, new.imap), access.guard, call.state.clock)
    async with call.state.database.transaction() as db:
        await require_member(db, call.caller.team, new.user_id)
        added = await senders.add(db, call.caller.team, new, vault=access.vault, now=call.now)
    return AccountAdded(added.id, added.email, "custom", [*_unheard(added), *advice])


async def require_member(db: Db, team: TeamId, user: UserId) -> None:
    """Refuse a user who is not of the team.

    Raises:
        NotMember: They are of another one, or nobody.
    """
    try:
        await teams.get_user(db, team, user)
    except UserNotFound:
        raise NotMember from None


def _unheard(sender: Sender) -> list[str]:
    if sender.replies is Replies.IMAP:
        return []
    return [REPLIES_UNSEEN if sender.replies is Replies.PIPE else REPLIES_UNSET]


async def check_hosts(servers: Collection[Server | None], guard: Guard, clock: Clock) -> None:
    """Refuse mail hosts that we would not connect to; each connection asks again.

    Those of known providers are public, whether or not the name system answers just now.

    Raises:
        HostElsewhere: The clock is fast, and one is not on this machine.
        HostNotTaken: The sentence says which rule it breaks.
    """
    senders.check_here(servers, clock.speed)
    for server in filter(None, servers):
        if senders.is_known(server):
            continue
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


async def test(call: Call[TestQuery, None]) -> Tested:
    """Check a mailbox."""
    return await try_sender(
        call.state.database,
        call.caller.team,
        SenderId(call.path["emailAccountId"]),
        checkup=call.state.part(Checkup),
        wait=WAIT_SECONDS if call.query.send_mail else None,
        now=call.now,
    )


async def try_sender(
    database: Database,
    team: TeamId,
    sender: SenderId,
    *,
    checkup: Checkup,
    wait: float | None,
    now: datetime,
) -> Tested:
    """Check a mailbox as `inbound.examine` does, in lemlist's words and ours.

    Raises:
        SenderNotFound: The team has none of that id.
        SecretUnreadable: A password was encrypted with another secret key.
        CheckUnderWay: It is being checked already.
    """
    report = await examine(database, team, sender, checkup=checkup, wait=wait, now=now)
    return Tested(_tried(report.smtp_fault), _tried(report.imap_fault), report.findings)


def _tried(fault: str | None) -> Tried:
    return Tried(fault is None, fault)


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
            "`smtp_login` means no log-in, and the `imap_` fields may be left out. Pomelo's own: "
            "without host and port, those of the address's provider are taken where it is known "
            "(GET /api/senders/presets), and the login is the address. Nothing is "
            "connected to yet; POST …/test does that. Limit and gap: PATCH /api/senders/{id}."
        ),
        body=AccountBody,
        status=201,
        answer=AccountAdded,
        errors=(
            FieldsMissing,
            PasswordInvalid,
            HostElsewhere,
            HostNotTaken,
            SenderExists,
            AddressInvalid,
            NotMember,
        ),
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
        query=TestQuery,
        run=test,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Test an email account",
        text=(
            "Connects and logs in. Pomelo's own is `findings`: each line says how something is "
            "(`pass`, `warn`, `fail`), why it matters and what to do: log-ins and their TLS, a "
            "mail to itself that must come back, what its DKIM signature covers, plus addressing, "
            "the Sent copy, MX, SPF, DKIM, DMARC and the tracking host. It takes some seconds, "
            "and longer where a server hangs; without `sendMail` nothing is sent. Where DNS is "
            "silent, the line says so and nothing fails."
        ),
        answer=Tested,
        errors=(SenderNotFound, SecretUnreadable, CheckUnderWay),
    ),
)
