"""How a mailbox's replies are read, on the wire: by IMAP, from a pipe, or not at all."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from pomelo import senders
from pomelo.api.answers import Moment, moment
from pomelo.api.email_account_body import IsTls, Port
from pomelo.api.email_accounts import HostNotTaken, check_hosts
from pomelo.base.clock import Clock
from pomelo.base.db import Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.secret import Secret
from pomelo.base.vault import Vault
from pomelo.inbound import read_anew, read_elsewhere
from pomelo.senders import (
    Changes,
    FolderInvalid,
    FoldersEqual,
    HostElsewhere,
    ImapUnknown,
    MailboxConnected,
    PasswordInvalid,
    PlainHostRefused,
    Replies,
    SavesSentCopy,
    Sender,
    Server,
)
from pomelo.smtp import MailAccess

ERRORS: Final = (
    ImapUnknown,
    FolderInvalid,
    FoldersEqual,
    PlainHostRefused,
    MailboxConnected,
    HostElsewhere,
    HostNotTaken,
    PasswordInvalid,
)

FolderName = Annotated[
    str,
    msgspec.Meta(
        max_length=200,
        description="As the mail server names it; empty = found by special use or usual names",
    ),
]


class ImapBody(msgspec.Struct, frozen=True, rename="camel"):
    """Where a mailbox is read. Until it has been read there, no follow-up leaves."""

    host: str
    login: str
    password: Secret
    port: (
        Annotated[Port, msgspec.Meta(description="Left out: as it was on that host, else 993")]
        | None
    ) = None
    is_tls: IsTls | None = msgspec.field(name="secure", default=None)

    def server(self, known: Sender) -> Server:
        """Give what a connection needs; what is not said stays as it is known."""
        return senders.imap_server(
            known,
            password=self.password.reveal(),
            host=self.host,
            port=self.port,
            login=self.login,
            is_tls=self.is_tls,
        )


class RepliesShown(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """How a mailbox's replies are read, and who keeps what it sent; null: nobody has said."""

    replies: Replies | None
    replies_read_at: Annotated[
        Moment | None, msgspec.Meta(description="When the last complete reading by IMAP began")
    ]
    sent_folder: FolderName
    junk_folder: FolderName
    saves_sent_copy: SavesSentCopy | None


class RepliesChanges(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What may be changed of how a mailbox's replies are read."""

    replies: Replies | None = None
    imap: ImapBody | None = None
    sent_folder: FolderName | None = None
    junk_folder: FolderName | None = None
    saves_sent_copy: (
        Annotated[
            SavesSentCopy,
            msgspec.Meta(
                description="Who puts what it sent into its Sent folder: its server, Pomelo, or "
                "nobody; a test of the mailbox finds out"
            ),
        ]
        | None
    ) = None


def shown_replies(sender: Sender) -> RepliesShown:
    """Show how a mailbox's replies are read."""
    read_at = sender.replies_read_at
    return RepliesShown(
        replies=sender.replies,
        replies_read_at=None if read_at is None else moment(read_at),
        sent_folder=sender.sent_folder,
        junk_folder=sender.junk_folder,
        saves_sent_copy=sender.saves_sent_copy,
    )


async def checked_imap(
    body: RepliesChanges, known: Sender, access: MailAccess, clock: Clock
) -> Server | None:
    """Give where a mailbox is to be read, where that is said.

    Raises:
        HostElsewhere: The clock is fast, and it is not on this machine.
        HostNotTaken: The sentence says which rule it breaks.
    """
    server = None if body.imap is None else body.imap.server(known)
    await check_hosts((server,), access.guard, clock)
    return server


async def change_replies(
    db: Db,
    team: TeamId,
    sender: SenderId,
    body: RepliesChanges,
    *,
    imap: Server | None,
    vault: Vault,
    now: datetime,
) -> None:
    """Change how a mailbox's replies are read; then it is connected anew.

    Raises:
        SenderNotFound: The team has none of that id.
        ImapUnknown: Replies are to be read by IMAP, and no server is known.
        FolderInvalid: That is no folder's name.
        FoldersEqual: Replies would lie where nobody looks for them.
        PlainHostRefused: A connection without TLS to another machine.
        MailboxConnected: Its provider says where it is read.
    """
    if imap is not None:
        await senders.set_imap(db, team, sender, imap, vault=vault)
    changes = Changes(
        replies=body.replies,
        sent_folder=body.sent_folder,
        junk_folder=body.junk_folder,
        saves_sent_copy=body.saves_sent_copy,
    )
    await senders.change(db, team, sender, changes, now=now)
    # How far a folder was read as Sent says nothing of it as Junk.
    if imap is not None or changes.names_folders:
        await read_elsewhere(db, team, sender, now=now)
    elif changes != Changes():
        await read_anew(db, team, sender, now=now)
