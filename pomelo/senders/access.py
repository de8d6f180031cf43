"""What it takes to log in as a sender, asked for at each connection.

A secret is a password, or an access token of the mailbox's provider, which is renewed before
it is given; no transaction is open while the provider is asked.
"""

from datetime import datetime

import msgspec
from msgspec import structs

from pomelo.base.db import Database
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.vault import Vault
from pomelo.senders.actions import find_imap, get_smtp
from pomelo.senders.model import LogInKind, Server
from pomelo.senders.oauth.endpoint import OAuth
from pomelo.senders.oauth.refreshing import Keeper
from pomelo.senders.oauth.store import find_grant


class ImapAccess(msgspec.Struct, frozen=True):
    """Where a mailbox is read, and as whom.

    Attributes:
        server: Its `password` is the secret, of whatever kind; never shown.
        kind: A password, or a provider's token.
    """

    server: Server
    kind: LogInKind = LogInKind.PASSWORD


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
