"""What it takes to log in as a sender: given by people, and asked for at each connection.

A secret is a password, or an access token of the mailbox's provider, which is renewed before
it is given; no transaction is open while the provider is asked.
"""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import structs

from pomelo.base.db import Database, Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.vault import Vault
from pomelo.senders import store
from pomelo.senders.actions import check_plain, let_log_in, seal
from pomelo.senders.errors import ImapUnknown, MailboxConnected, SenderNotFound
from pomelo.senders.model import LogInKind, Sender, Server, TlsMode
from pomelo.senders.oauth.endpoint import OAuth
from pomelo.senders.oauth.refreshing import Keeper
from pomelo.senders.oauth.store import delete_grant, find_grant
from pomelo.senders.protection import protection


class ImapAccess(msgspec.Struct, frozen=True):
    """Where a mailbox is read, and as whom.

    Attributes:
        server: Its `password` is the secret, of whatever kind; never shown.
        kind: A password, or a provider's token.
    """

    server: Server
    kind: LogInKind = LogInKind.PASSWORD


IMAPS: Final = 993


def imap_server(
    known: Sender,
    *,
    password: str,
    host: str = "",
    port: int | None = None,
    login: str = "",
    is_tls: bool | None = None,
) -> Server:
    """Give where a sender's mailbox is to be read; what is not said stays as it is known.

    On another host that is the usual port, and the name that it sends by.

    Raises:
        ImapUnknown: No host was ever said.
    """
    host = host or known.imap_host
    if not host:
        raise ImapUnknown
    is_same = host == known.imap_host
    port = port or (is_same and known.imap_port) or IMAPS
    login = login or (is_same and known.imap_login) or known.smtp_login or known.email
    tls = protection(host, port, is_tls)
    if is_same and port == known.imap_port and is_tls is None:
        tls = known.imap_tls or tls
    return Server(host, port, tls, login, password)


async def smtp_access(
    database: Database,
    team: TeamId,
    sender: SenderId,
    *,
    vault: Vault,
    oauth: OAuth,
    now: datetime,
    refused: str = "",
) -> Server:
    """Give where a sender's mail is handed over, and a secret that is good now.

    Args:
        database: Where.
        team: Whose.
        sender: Which.
        vault: Reads the secret.
        oauth: Reaches the provider of a connected mailbox.
        now: When it is asked.
        refused: A token that the server has just refused; another one is fetched.

    Raises:
        SenderNotFound: The team has none of that id.
        SecretUnreadable: The secret was encrypted with another secret key.
        ReconnectNeeded, ProviderSilent, ProviderNotSet: There is no token to be had.
    """
    async with database.transaction(readonly=True) as db:
        grant = await find_grant(db, team, sender)
        if grant is None:
            return await get_smtp(db, team, sender, vault)
    client, keeper = oauth.client(grant.provider), Keeper(database, grant, vault, oauth)
    token = await keeper.access_token(now=now, refused=refused)
    return _with_token(client.smtp, grant.login, token)


async def imap_access(
    database: Database,
    team: TeamId,
    sender: SenderId,
    *,
    vault: Vault,
    oauth: OAuth,
    now: datetime,
    refused: str = "",
) -> ImapAccess | None:
    """Find how a sender's mailbox is read, with a secret that is good now.

    Args:
        database: Where.
        team: Whose.
        sender: Which.
        vault: Reads the secret.
        oauth: Reaches the provider of a connected mailbox.
        now: When it is asked.
        refused: A token that the server has just refused; another one is fetched.

    Returns:
        None when no IMAP server is known.

    Raises:
        SenderNotFound: The team has none of that id.
        SecretUnreadable: The secret was encrypted with another secret key.
        ReconnectNeeded, ProviderSilent, ProviderNotSet: There is no token to be had.
    """
    async with database.transaction(readonly=True) as db:
        grant = await find_grant(db, team, sender)
        if grant is None:
            server = await find_imap(db, team, sender, vault)
            return None if server is None else ImapAccess(server)
    client, keeper = oauth.client(grant.provider), Keeper(database, grant, vault, oauth)
    token = await keeper.access_token(now=now, refused=refused)
    return ImapAccess(_with_token(client.imap, grant.login, token), LogInKind.XOAUTH2)


def _with_token(server: Server, login: str, token: str) -> Server:
    """Show a token to its provider's hosts alone, whatever the sender's row may say."""
    return structs.replace(server, login=login, password=token, kind=LogInKind.XOAUTH2)


async def get_smtp(db: Db, team: TeamId, sender: SenderId, vault: Vault) -> Server:
    """Get where and how a sender hands over its mail, password included.

    Raises:
        SenderNotFound: The team has none of that id.
        SecretUnreadable: The password was encrypted with another secret key.
    """
    row = await store.secrets(db, team, sender)
    if row is None:
        raise SenderNotFound
    password = vault.decrypt(sender, row.smtp_password) if row.smtp_password else ""
    return Server(row.smtp_host, row.smtp_port, row.smtp_tls, row.smtp_login, password)


async def find_imap(db: Db, team: TeamId, sender: SenderId, vault: Vault) -> Server | None:
    """Find where and how a sender's mailbox is read, password included, if that is known.

    Raises:
        SenderNotFound: The team has none of that id.
        SecretUnreadable: The password was encrypted with another secret key.
    """
    row = await store.secrets(db, team, sender)
    if row is None:
        raise SenderNotFound
    if row.imap_port is None:
        return None
    password = vault.decrypt(sender, row.imap_password) if row.imap_password else ""
    tls = row.imap_tls or TlsMode.TLS
    return Server(row.imap_host, row.imap_port, tls, row.imap_login, password)


async def set_log_in(
    db: Db,
    team: TeamId,
    sender: SenderId,
    *,
    login: str | None,
    password: str,
    vault: Vault,
    now: datetime,
) -> Sender:
    """Give a sender the password its provider wants now; a pause for a refused log-in ends.

    A mailbox that was connected to its provider is so no more.

    Args:
        db: The open transaction.
        team: Whose.
        sender: Which.
        login: Another name to log in with; None leaves it.
        password: The new password; empty = none.
        vault: Encrypts it.
        now: When it happens.

    Raises:
        SenderNotFound: The team has none of that id.
        PasswordInvalid: No mail server could be told it.
    """
    secret = seal(vault, sender, password)
    if not await store.set_log_in(db, team, sender, login=login, password=secret):
        raise SenderNotFound
    await delete_grant(db, team, sender)
    return await let_log_in(db, team, sender, now=now)


async def set_imap(db: Db, team: TeamId, sender: SenderId, server: Server, *, vault: Vault) -> None:
    """Say where a sender's mailbox is read; whether that may be reached was checked before.

    Until it has been read there, no follow-up leaves.

    Raises:
        SenderNotFound: The team has none of that id.
        PlainHostRefused: A connection without TLS to another machine.
        PasswordInvalid: No mail server could be told its password.
        MailboxConnected: Its provider says where it is read.
    """
    check_plain(server)
    if await find_grant(db, team, sender) is not None:
        raise MailboxConnected
    secret = seal(vault, sender, server.password)
    if not await store.set_imap(db, team, sender, server, secret):
        raise SenderNotFound


async def set_imap_password(
    db: Db, team: TeamId, sender: SenderId, password: str, *, vault: Vault
) -> None:
    """Give a sender's mailbox another password; what was read of it stays read.

    Raises:
        MailboxConnected: Its provider lets it be read, without a password.
        ImapUnknown: Nobody has said where it is read, or it is gone.
        PasswordInvalid: No mail server could be told it.
    """
    if await find_grant(db, team, sender) is not None:
        raise MailboxConnected
    if not await store.set_imap_password(db, team, sender, seal(vault, sender, password)):
        raise ImapUnknown
