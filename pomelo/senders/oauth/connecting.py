"""Connecting a mailbox: a person is sent to its provider, and comes back with a code.

Source: RFC 6749 4.1 with PKCE (RFC 7636), as RFC 9700 2.1 wants it.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final, Protocol

from msgspec import Struct

from pomelo.base import addresses
from pomelo.base.addresses import Address
from pomelo.base.db import Database, Db
from pomelo.base.errors import Conflict, Invalid
from pomelo.base.ids import SenderId, TeamId, UserId
from pomelo.base.vault import Vault
from pomelo.senders import actions
from pomelo.senders.errors import SenderNotFound
from pomelo.senders.model import NewSender, Provider, Sender
from pomelo.senders.oauth import store
from pomelo.senders.oauth.answers import Ended, Tokens, Trouble, is_for, is_whole, shown
from pomelo.senders.oauth.endpoint import OAuth
from pomelo.senders.oauth.providers import TITLES, Client, authorize_url, code_form
from pomelo.senders.oauth.refreshing import seal
from pomelo.senders.oauth.store import Authorization
from pomelo.senders.store import find_by_key

# So long a person may take at the provider.
LIFETIME: Final = timedelta(minutes=10)


class Also(Protocol):
    """What others do in the transaction in which a mailbox is connected."""

    async def __call__(self, db: Db, team: TeamId, sender: SenderId, /, *, now: datetime) -> None:
        """Do it for that sender."""


class AuthorizationUnknown(Invalid):
    """Nobody here is waiting for this leave, or no longer than 10 minutes; start anew."""


class OtherBrowser(Invalid):
    """This was begun in another browser; start anew in the one that you are using."""


class LeaveRefused(Invalid):
    """The provider gave no leave; start anew and agree to everything that it asks."""


class OtherAccount(Invalid):
    """Leave was given for another account; start anew and choose the mailbox's own."""


class ExchangeFailed(Conflict):
    """The provider did not answer; start anew in a few minutes."""


class Wish(Struct, frozen=True, kw_only=True):
    """A mailbox that somebody wants to connect.

    Attributes:
        provider: Whose it is.
        user_id: Who asks; a new sender belongs to them.
        address: What it sends from.
        login: The account that gives leave; empty = the address.
        name: Shown before the address of a new sender.
    """

    provider: Provider
    user_id: UserId
    address: Address
    login: str = ""
    name: str = ""


class Way(Struct, frozen=True):
    """How a browser comes back.

    Attributes:
        redirect_uri: Where to.
        browser: What only that browser knows and brings back; empty where the redirect leads to
            the machine that began.
    """

    redirect_uri: str
    browser: str = ""


class Brought(Struct, frozen=True):
    """What a browser brings back.

    Attributes:
        state: What it was sent with; it works once.
        code: What the provider gave; empty = it gave none.
        browser: What only that browser knows.
        error: What the provider says instead.
    """

    state: str
    code: str
    browser: str = ""
    error: str = ""

    def __repr__(self) -> str:
        return "Brought(***)"


class Started(Struct, frozen=True):
    """Where a person must go now, and until when they may come back."""

    url: str
    state: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Started(until {self.expires_at})"


async def start_connecting(
    db: Db, team: TeamId, wish: Wish, way: Way, *, oauth: OAuth, vault: Vault, now: datetime
) -> Started:
    """Send a person to a provider to give leave for a mailbox.

    Args:
        db: The open transaction.
        team: Whose mailbox it is, or will be.
        wish: Which. A sender of that address is connected anew, else one is added.
        way: How they come back.
        oauth: Where the installation is registered.
        vault: Encrypts what must not be read meanwhile.
        now: When it happens.

    Raises:
        ProviderNotSet: The installation is not registered there.
        AddressInvalid: The login is no account of a provider.
    """
    client = oauth.client(wish.provider)
    known = await find_by_key(db, team, wish.address.key)
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    asked = Authorization(
        team_id=team,
        user_id=wish.user_id,
        sender_id=known.id if known else None,
        provider=wish.provider,
        email=wish.address.given,
        login=addresses.parse(wish.login or wish.address.given).given,
        name=wish.name,
        redirect_uri=way.redirect_uri,
        verifier=vault.encrypt(team, verifier),
        browser_hash=_hash(way.browser),
        expires_at=now + LIFETIME,
    )
    await store.begin_authorization(db, _hash(state), asked, now=now)
    return Started(_url(client, asked, state, verifier), state, asked.expires_at)


def _url(client: Client, asked: Authorization, state: str, verifier: str) -> str:
    return authorize_url(
        client,
        redirect_uri=asked.redirect_uri,
        state=state,
        verifier=verifier,
        login=asked.login,
    )


async def finish_connecting(
    database: Database, brought: Brought, *, also: Also, oauth: OAuth, vault: Vault, now: datetime
) -> Sender:
    """Take what a person brings back from a provider; no transaction is open on the way there.

    Args:
        database: Where.
        brought: What they bring.
        also: Done in the same transaction, because another mailbox may be meant from then on.
        oauth: Where the installation is registered.
        vault: Encrypts the tokens.
        now: When they came.

    Returns:
        The sender, added or connected anew; a pause for its log-in is over.

    Raises:
        AuthorizationUnknown: Nobody was sent with that, or too long ago, or it was used.
        OtherBrowser: Somebody else was sent.
        LeaveRefused: The person or the provider said no.
        OtherAccount: They gave leave for something else.
        ExchangeFailed: The provider cannot be reached.
        ProviderNotSet: The installation is not registered there any more.
        SenderExists, SenderNotFound: The sender came or went meanwhile.
    """
    asked = await _take(database, brought, now)
    client = oauth.client(asked.provider)
    tokens = await _exchange(asked, brought.code, client, oauth=oauth, vault=vault)
    return await database.retrying(
        lambda db: _keep(db, asked, tokens, also=also, client=client, vault=vault, now=now)
    )


async def _take(database: Database, brought: Brought, now: datetime) -> Authorization:
    """Take what was asked with that state; it works once, whatever comes of it."""
    async with database.transaction() as db:
        asked = await store.take_authorization(db, _hash(brought.state))
    if asked is None or now >= asked.expires_at:
        raise AuthorizationUnknown
    if not hmac.compare_digest(asked.browser_hash, _hash(brought.browser)):
        raise OtherBrowser
    if brought.error or not brought.code:
        raise LeaveRefused(
            f"{TITLES[asked.provider]} gave no leave{shown(brought.error)}; start anew and agree "
            "to everything that it asks."
        )
    return asked


async def _exchange(
    asked: Authorization, code: str, client: Client, *, oauth: OAuth, vault: Vault
) -> Tokens:
    title = TITLES[client.provider]
    verifier = vault.decrypt(asked.team_id, asked.verifier)
    form = code_form(client, code=code, verifier=verifier, redirect_uri=asked.redirect_uri)
    match await oauth.ask(client, form):
        case Ended(error=error):
            raise LeaveRefused(f"{title} did not take the code ({error}); start anew.")
        case Trouble(words=words):
            raise ExchangeFailed(f"{title} {words}; start anew in a few minutes.")
        case Tokens() as tokens:
            _check(tokens, asked, client)
            return tokens


def _check(tokens: Tokens, asked: Authorization, client: Client) -> None:
    """Refuse leave that is for another mailbox, not for its mail, or for an hour only."""
    title = TITLES[client.provider]
    if not is_whole(tokens, client.needed):
        raise LeaveRefused(
            f"{title} gave no leave to read and send mail; start anew and tick that box too."
        )
    if not is_for(tokens, asked.login):
        raise OtherAccount(
            f"Leave was given for {tokens.accounts[0]}, not for {asked.login}; start anew and "
            f"choose that account at {title}."
        )
    if not tokens.refresh:
        raise LeaveRefused(
            f"{title} gave leave for an hour only; remove this app's access in the account's "
            "settings there, and start anew."
        )


async def _keep(
    db: Db,
    asked: Authorization,
    tokens: Tokens,
    *,
    also: Also,
    client: Client,
    vault: Vault,
    now: datetime,
) -> Sender:
    team = asked.team_id
    sender = asked.sender_id or await _add(db, asked, client=client, vault=vault, now=now)
    if not await store.use_provider(db, team, sender, client=client, login=asked.login):
        raise SenderNotFound
    await store.put_grant(
        db, team, sender, provider=asked.provider, sealed=seal(tokens, vault, sender, now=now)
    )
    await also(db, team, sender, now=now)
    return await actions.let_log_in(db, team, sender, now=now)


async def _add(
    db: Db, asked: Authorization, *, client: Client, vault: Vault, now: datetime
) -> SenderId:
    new = NewSender(
        user_id=asked.user_id,
        address=addresses.parse(asked.email),
        smtp=client.smtp,
        imap=client.imap,
        name=asked.name,
    )
    return (await actions.add(db, asked.team_id, new, vault=vault, now=now)).id


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
