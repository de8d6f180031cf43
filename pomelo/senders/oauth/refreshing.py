"""An access token that is good now: the kept one, or a new one fetched ahead of its end.

One process at a time asks the provider, outside of any transaction; what it gets is written
only over the tokens that it read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from pomelo.base import log
from pomelo.base.clock import monotonic
from pomelo.base.db import Database, Db
from pomelo.base.errors import Conflict, Unavailable
from pomelo.base.ids import SenderId
from pomelo.base.vault import Vault
from pomelo.senders.errors import SenderNotFound
from pomelo.senders.model import PausedFor, Provider
from pomelo.senders.oauth import store
from pomelo.senders.oauth.answers import Ended, Tokens, Trouble, refresh_at, rest
from pomelo.senders.oauth.endpoint import OAuth
from pomelo.senders.oauth.providers import TITLES, refresh_form
from pomelo.senders.oauth.store import Grant, Sealed
from pomelo.senders.store import pause

Result = TypeVar("Result")
LOG: Final = log.get("oauth")
# Longer than a provider may take to answer, and the database to be back.
LEASE: Final = timedelta(seconds=60)
WRITE_SECONDS: Final = 30.0
AGAIN_SECONDS: Final = 0.1
RECONNECT: Final = "Reconnect needed"


class ReconnectNeeded(Conflict):
    """Reconnect needed: the provider has ended its leave; run `pomelo sender connect` anew."""

    def __init__(self, provider: Provider, email: str) -> None:
        super().__init__(
            f"{RECONNECT}: {TITLES[provider]} has ended its leave to use {email} (access was "
            "withdrawn, the password changed, or nothing was asked for months); run "
            f"`pomelo sender connect {provider} {email}`."
        )


class ProviderSilent(Unavailable):
    """The mailbox's provider gives no new access token; it is asked again by itself."""

    def __init__(self, provider: Provider, words: str = "gave no answer a moment ago") -> None:
        super().__init__(
            f"No access token: {TITLES[provider]} {words}; it is asked again by itself."
        )


class Step(StrEnum):
    """What is to be done for a good token."""

    USE = "use"
    REFRESH = "refresh"
    WAIT = "wait"
    """Somebody else is fetching one."""
    REST = "rest"
    """There is none, and the provider is left alone for a while."""
    RECONNECT = "reconnect"


def next_step(grant: Grant, *, is_refused: bool, now: datetime) -> Step:
    """Decide what to do for a token that is good now.

    Args:
        grant: What is kept.
        is_refused: A server has just refused its access token, whatever its end.
        now: The present.
    """
    if grant.ended_at is not None:
        return Step.RECONNECT
    is_usable = not is_refused and now < grant.expires_at
    is_leased = grant.leased_until is not None and now < grant.leased_until
    is_resting = now < grant.refresh_at and (is_usable or grant.failures > 0)
    if is_resting or is_leased:
        return Step.USE if is_usable else Step.WAIT if is_leased else Step.REST
    return Step.REFRESH


@dataclass(frozen=True)
class Keeper:
    """Keeps one mailbox's tokens.

    Args:
        database: Where they are.
        grant: As they were a moment ago.
        vault: Encrypts them.
        oauth: Reaches the provider.
    """

    database: Database
    grant: Grant
    vault: Vault
    oauth: OAuth

    async def access_token(self, *, now: datetime, refused: str = "") -> str:
        """Give a token that is good now.

        Args:
            now: When it is wanted.
            refused: A token that a server has just refused; empty = none.

        Raises:
            ReconnectNeeded: Only a person can get another.
            ProviderSilent: The provider gives none at present, and the kept one has ended.
            ProviderNotSet: This installation is not registered there any more.
            SenderNotFound: The sender is gone, or not connected any more.
            SecretUnreadable: The tokens were encrypted with another secret key.
        """
        grant, asked_at, began = self.grant, now, monotonic()
        while monotonic() - began < LEASE.total_seconds():
            token = self._open(grant, grant.access_token)
            match next_step(grant, is_refused=token == refused, now=now):
                case Step.USE:
                    return token
                case Step.RECONNECT:
                    raise ReconnectNeeded(grant.provider, grant.email)
                case Step.REST:
                    raise ProviderSilent(grant.provider)
                case Step.WAIT:
                    await asyncio.sleep(AGAIN_SECONDS)
                case Step.REFRESH:
                    usable = "" if token == refused or now >= grant.expires_at else token
                    found = await self.oauth.finish(self._refresh(grant, usable, now))
                    if found:
                        return found
            grant, now = await self._read(), asked_at + timedelta(seconds=monotonic() - began)
        raise ProviderSilent(grant.provider)

    async def _read(self) -> Grant:
        async with self.database.transaction(readonly=True) as db:
            grant = await store.find_grant(db, self.grant.team_id, self.grant.sender_id)
        if grant is None:
            raise SenderNotFound
        return grant

    def _open(self, grant: Grant, sealed: bytes) -> str:
        return self.vault.decrypt(grant.sender_id, sealed)

    async def _refresh(self, grant: Grant, usable: str, now: datetime) -> str:
        """Ask the provider; gives nothing when somebody else was quicker.

        A token that is still usable is given when the provider does not answer.
        """
        client = self.oauth.client(grant.provider)
        form = refresh_form(client, self._open(grant, grant.refresh_token))
        async with self.database.transaction() as db:
            if not await store.lease_grant(db, grant, until=now + LEASE, now=now):
                return ""
        answer = await self.oauth.ask(client, form)
        match answer:
            case Tokens():
                sealed = seal(answer, self.vault, grant.sender_id, grant.refresh_token, now=now)
                is_newest = await self._write(lambda db: store.renew_grant(db, grant, sealed))
                return answer.access if is_newest else ""
            case Ended():
                return await self._end(grant, answer, now)
            case Trouble():
                return await self._postpone(grant, usable, answer, now)

    async def _end(self, grant: Grant, answer: Ended, now: datetime) -> str:
        reconnect = ReconnectNeeded(grant.provider, grant.email)

        async def end(db: Db) -> bool:
            if not await store.end_grant(db, grant, now=now):
                return False
            await pause(
                db,
                grant.team_id,
                grant.sender_id,
                reason=PausedFor.AUTH,
                reply=str(reconnect),
                until=None,
                now=now,
            )
            return True

        if not await self._write(end):
            return ""
        LOG.warning("grant_ended", sender=grant.sender_id, error=answer.error)
        raise reconnect

    async def _postpone(self, grant: Grant, usable: str, answer: Trouble, now: datetime) -> str:
        until = now + rest(grant.failures + 1)
        if not await self._write(lambda db: store.postpone_grant(db, grant, until)):
            return ""
        LOG.warning("grant_not_renewed", sender=grant.sender_id, why=answer.words, until=until)
        if usable:
            return usable
        raise ProviderSilent(grant.provider, answer.words)

    async def _write(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        """Write what came of it, also when the database is away for a moment."""
        give_up_at = monotonic() + WRITE_SECONDS
        while True:
            try:
                return await self.database.retrying(work)
            except Unavailable:
                if monotonic() > give_up_at:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)


def seal(
    tokens: Tokens, vault: Vault, sender: SenderId, was: bytes = b"", *, now: datetime
) -> Sealed:
    """Encrypt tokens for a sender's row.

    Args:
        tokens: As they came.
        vault: Encrypts.
        sender: Whose they are.
        was: The sealed refresh token so far, which stays when no other came (RFC 6749 6).
        now: When they were asked for.
    """
    return Sealed(
        access_token=vault.encrypt(sender, tokens.access),
        refresh_token=vault.encrypt(sender, tokens.refresh) if tokens.refresh else was,
        expires_at=now + tokens.lifetime,
        refresh_at=refresh_at(tokens, now),
    )
