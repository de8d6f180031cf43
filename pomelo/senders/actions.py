"""What can be done with senders."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final

from msgspec import structs

from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.vault import Vault
from pomelo.senders import store
from pomelo.senders.errors import (
    FolderInvalid,
    FoldersEqual,
    HostElsewhere,
    ImapUnknown,
    PasswordInvalid,
    PlainHostRefused,
    SenderExists,
    SenderNotFound,
    VariablesInvalid,
)
from pomelo.senders.model import Changes, NewSender, PausedFor, Sender, Server, TlsMode
from pomelo.senders.oauth.store import delete_grant
from pomelo.senders.protection import is_loopback
from pomelo.senders.replies import Replies
from pomelo.senders.store import QUERIES

FOLDER_CHARACTERS: Final = 200
PASSWORD_CHARACTERS: Final = 1_000
VARIABLES: Final = 50
# What templates name anyhow.
OWN_VARIABLES: Final = frozenset({"name", "email"})

_VARIABLE: Final = re.compile("[A-Za-z_][A-Za-z0-9_]{0,63}")


async def add(db: Db, team: TeamId, new: NewSender, *, vault: Vault, now: datetime) -> Sender:
    """Add a mailbox that the team can send from.

    Args:
        db: The open transaction.
        team: Whose.
        new: What it is; whether its hosts may be reached was checked before.
        vault: Encrypts the passwords.
        now: When it happens.

    Raises:
        SenderExists: The team has a sender of that address.
        PlainHostRefused: A connection without TLS to another machine.
        PasswordInvalid: No mail server could be told it.
        ImapUnknown: Replies are to be read by IMAP, and no server was given.
    """
    for server in filter(None, (new.smtp, new.imap)):
        check_plain(server)
    if new.replies is Replies.IMAP and new.imap is None:
        raise ImapUnknown
    sender = ids.sender()
    replies = new.replies or (Replies.IMAP if new.imap else None)
    added = await store.insert(
        db,
        team,
        sender,
        structs.replace(new, replies=replies),
        smtp_password=seal(vault, sender, new.smtp.password),
        imap_password=seal(vault, sender, new.imap.password if new.imap else ""),
        now=now,
    )
    if added is None:
        raise SenderExists
    return added


def check_plain(server: Server) -> None:
    """Refuse to speak to another machine without TLS.

    Raises:
        PlainHostRefused: It would be.
    """
    if server.tls is TlsMode.NONE and not is_loopback(server.host):
        raise PlainHostRefused


def check_here(servers: Iterable[Server | None], speed: float) -> None:
    """Refuse to write to real people, or to read their mail, by a clock that runs ahead.

    Args:
        servers: A sender's, as far as they are said.
        speed: Of the clock.

    Raises:
        HostElsewhere: The clock is fast, and one of them is on another machine.
    """
    if speed != 1.0 and not all(is_loopback(one.host) for one in filter(None, servers)):
        raise HostElsewhere


def seal(vault: Vault, sender: SenderId, password: str) -> bytes | None:
    """Encrypt a sender's password; an empty one is none.

    Raises:
        PasswordInvalid: No mail server could be told it (RFC 4616 2).
    """
    if len(password) > PASSWORD_CHARACTERS or "\0" in password:
        raise PasswordInvalid
    return vault.encrypt(sender, password) if password else None


async def get(db: Db, team: TeamId, sender: SenderId) -> Sender:
    """Get a sender.

    Raises:
        SenderNotFound: The team has none of that id.
    """
    found = await store.find(db, team, sender)
    if found is None:
        raise SenderNotFound
    return found


async def change(
    db: Db, team: TeamId, sender: SenderId, changes: Changes, *, now: datetime
) -> Sender:
    """Change a sender's name, signature, limit, gap, or how its replies are read.

    Raises:
        SenderNotFound: The team has none of that id.
        ImapUnknown: Replies are to be read by IMAP, and no server is known.
        FolderInvalid: That is no folder's name.
        FoldersEqual: Replies would lie where nobody looks for them.
        VariablesInvalid: Templates could not name them.
    """
    for folder in filter(None, (changes.sent_folder, changes.junk_folder)):
        if len(folder) > FOLDER_CHARACTERS or not folder.isprintable():
            raise FolderInvalid
    if changes.variables is not None and not _may_be(changes.variables):
        raise VariablesInvalid
    if changes.replies is Replies.IMAP and not (await get(db, team, sender)).imap_host:
        raise ImapUnknown
    changed = await store.change(db, team, sender, changes, now=now)
    if changed is None:
        raise SenderNotFound
    if changes.names_folders:
        _check_folders(changed)
    return changed


def _check_folders(sender: Sender) -> None:
    named = [name for name in (sender.sent_folder, sender.junk_folder) if name]
    if len(named) > len(set(named)) or any(name.upper() == "INBOX" for name in named):
        raise FoldersEqual


def _may_be(variables: Mapping[str, str]) -> bool:
    return len(variables) <= VARIABLES and all(
        _VARIABLE.fullmatch(name) and name not in OWN_VARIABLES for name in variables
    )


async def reconsider(db: Db, team: TeamId, *, now: datetime) -> None:
    """Let all of a team's senders be looked at again, for a limit that they share changed."""
    await QUERIES["reconsider"].run(db, team_id=team, now=now)


async def let_go(db: Db, team: TeamId, senders: Collection[SenderId], *, now: datetime) -> None:
    """Take senders from the workers that have claimed them: their hours are others now."""
    await QUERIES["let_go"].run(db, team_id=team, ids=list(senders), now=now)


async def let_log_in(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> Sender:
    """End a sender's pause for a refused log-in, because it has another one; others stay.

    Raises:
        SenderNotFound: The team has none of that id.
    """
    found = await get(db, team, sender)
    if found.paused_for is not PausedFor.AUTH:
        return found
    return await recover(db, team, sender, now=now)


async def delete(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> None:
    """Delete a sender; what it sent keeps naming it.

    Raises:
        SenderNotFound: The team has none of that id.
    """
    if not await store.delete(db, team, sender, now=now):
        raise SenderNotFound
    await delete_grant(db, team, sender)


async def lift(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> Sender:
    """End a sender's pause and its brake, by hand.

    Raises:
        SenderNotFound: The team has none of that id.
    """
    await store.lift(db, team, sender, now=now)
    return await get(db, team, sender)


async def recover(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> Sender:
    """End a sender's pause, because it works again; one for bounces stays.

    Raises:
        SenderNotFound: The team has none of that id.
    """
    await store.recover(db, team, sender, now=now)
    return await get(db, team, sender)


async def set_dkim(
    db: Db, team: TeamId, sender: SenderId, *, selector: str, pem: str, vault: Vault
) -> None:
    """Let a sender's mails be signed with DKIM; an empty selector ends it.

    Args:
        db: The open transaction.
        team: Whose sender.
        sender: Which.
        selector: Names the key in DNS; checked before.
        pem: The private key, checked before.
        vault: Encrypts it.

    Raises:
        SenderNotFound: The team has none of that id.
    """
    key = vault.encrypt(sender, pem) if selector else None
    if not await store.set_dkim(db, team, sender, selector, key):
        raise SenderNotFound


async def find_dkim_pem(db: Db, team: TeamId, sender: SenderId, vault: Vault) -> str | None:
    """Find the private key a sender signs with.

    Raises:
        SecretUnreadable: It was encrypted with another secret key.
    """
    key = await store.dkim_key(db, team, sender)
    return None if key is None else vault.decrypt(sender, key)
