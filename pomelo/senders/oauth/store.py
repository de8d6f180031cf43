"""Grants and authorizations in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base.db import Db
from pomelo.base.ids import SenderId, TeamId, UserId
from pomelo.base.sql import load
from pomelo.senders.model import Provider
from pomelo.senders.oauth.providers import Client

QUERIES: Final = load(__package__ or "")


class Authorization(Struct, frozen=True, kw_only=True):
    """Somebody on the way to a provider; secrets are encrypted or hashed."""

    team_id: TeamId
    user_id: UserId
    sender_id: SenderId | None
    provider: Provider
    email: str
    login: str
    name: str
    redirect_uri: str
    verifier: bytes
    browser_hash: bytes
    expires_at: datetime


class Sealed(Struct, frozen=True):
    """Tokens as they are kept: encrypted."""

    access_token: bytes
    refresh_token: bytes
    expires_at: datetime
    refresh_at: datetime


class Grant(Struct, frozen=True, kw_only=True):
    """A provider's leave, its tokens encrypted, and the mailbox that it is for."""

    team_id: TeamId
    sender_id: SenderId
    provider: Provider
    access_token: bytes
    refresh_token: bytes
    expires_at: datetime
    refresh_at: datetime
    version: int
    leased_until: datetime | None
    failures: int
    ended_at: datetime | None
    email: str
    login: str


class Granted(Struct, frozen=True):
    """A sender that is connected, and to whom."""

    sender_id: SenderId
    provider: Provider


async def begin_authorization(
    db: Db, state_hash: bytes, asked: Authorization, *, now: datetime
) -> None:
    """Keep that somebody is on the way."""
    await QUERIES["begin_authorization"].run(
        db,
        state_hash=state_hash,
        team_id=asked.team_id,
        user_id=asked.user_id,
        sender_id=asked.sender_id,
        provider=asked.provider,
        email=asked.email,
        login=asked.login,
        name=asked.name,
        redirect_uri=asked.redirect_uri,
        verifier=asked.verifier,
        browser_hash=asked.browser_hash,
        expires_at=asked.expires_at,
        now=now,
    )


async def take_authorization(db: Db, state_hash: bytes) -> Authorization | None:
    """Take back who was on the way; the second who asks gets nothing."""
    return await QUERIES["take_authorization"].row(db, Authorization, state_hash=state_hash)


async def use_provider(
    db: Db, team: TeamId, sender: SenderId, *, client: Client, login: str
) -> int:
    """Let a sender use its provider's hosts, and no password."""
    return await QUERIES["use_provider"].run(
        db,
        team_id=team,
        id=sender,
        login=login,
        smtp_host=client.smtp.host,
        smtp_port=client.smtp.port,
        smtp_tls=client.smtp.tls,
        imap_host=client.imap.host,
        imap_port=client.imap.port,
        imap_tls=client.imap.tls,
    )


async def put_grant(
    db: Db, team: TeamId, sender: SenderId, *, provider: Provider, sealed: Sealed
) -> None:
    """Keep what a provider gave, instead of what it gave before."""
    await QUERIES["put_grant"].run(
        db,
        team_id=team,
        sender_id=sender,
        provider=provider,
        access_token=sealed.access_token,
        refresh_token=sealed.refresh_token,
        expires_at=sealed.expires_at,
        refresh_at=sealed.refresh_at,
    )


async def find_grant(db: Db, team: TeamId, sender: SenderId) -> Grant | None:
    """Find the leave to use a living sender's mailbox."""
    return await QUERIES["find_grant"].row(db, Grant, team_id=team, sender_id=sender)


async def list_granted(db: Db, senders: Sequence[tuple[TeamId, SenderId]]) -> list[Granted]:
    """List those of some senders (team, sender) that are connected."""
    return await QUERIES["list_granted"].rows(
        db,
        Granted,
        team_ids=[team for team, _ in senders],
        sender_ids=[sender for _, sender in senders],
    )


async def lease_grant(db: Db, grant: Grant, *, until: datetime, now: datetime) -> bool:
    """Become the one who renews these very tokens; says whether it worked."""
    return bool(
        await QUERIES["lease_grant"].run(
            db,
            team_id=grant.team_id,
            sender_id=grant.sender_id,
            version=grant.version,
            until=until,
            now=now,
        )
    )


async def renew_grant(db: Db, grant: Grant, sealed: Sealed) -> bool:
    """Replace these very tokens; says whether they were still the newest."""
    return bool(
        await QUERIES["renew_grant"].run(
            db,
            team_id=grant.team_id,
            sender_id=grant.sender_id,
            version=grant.version,
            access_token=sealed.access_token,
            refresh_token=sealed.refresh_token,
            expires_at=sealed.expires_at,
            refresh_at=sealed.refresh_at,
        )
    )


async def postpone_grant(db: Db, grant: Grant, refresh_at: datetime) -> bool:
    """Leave the provider alone for a while; says whether these were still the newest tokens."""
    return bool(
        await QUERIES["postpone_grant"].run(
            db,
            team_id=grant.team_id,
            sender_id=grant.sender_id,
            version=grant.version,
            refresh_at=refresh_at,
        )
    )


async def end_grant(db: Db, grant: Grant, *, now: datetime) -> bool:
    """Note that the provider ended it; says whether these were still the newest tokens."""
    return bool(
        await QUERIES["end_grant"].run(
            db, team_id=grant.team_id, sender_id=grant.sender_id, version=grant.version, now=now
        )
    )


async def delete_grant(db: Db, team: TeamId, sender: SenderId) -> int:
    """Forget a sender's tokens."""
    return await QUERIES["delete_grant"].run(db, team_id=team, sender_id=sender)
