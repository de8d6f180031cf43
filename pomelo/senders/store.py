"""Senders in the database: one function a query."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import asdict

from pomelo.base.db import NEVER, Db
from pomelo.base.ids import SenderId, TeamId, UserId
from pomelo.base.sql import load
from pomelo.senders.model import (
    Changes,
    NewSender,
    Paused,
    PausedFor,
    Released,
    SavesSentCopy,
    Secrets,
    Sender,
    Server,
    Unheard,
)

QUERIES: Final = load(__package__ or "")
Ref = tuple[TeamId, SenderId]


async def insert(
    db: Db,
    team: TeamId,
    sender: SenderId,
    new: NewSender,
    *,
    smtp_password: bytes | None,
    imap_password: bytes | None,
    now: datetime,
) -> Sender | None:
    """Insert a sender; nothing when its address has one already."""
    imap = new.imap
    return await QUERIES["insert"].row(
        db,
        Sender,
        team_id=team,
        id=sender,
        user_id=new.user_id,
        email=new.address.given,
        address_key=new.address.key,
        name=new.name,
        signature=new.signature,
        smtp_host=new.smtp.host,
        smtp_port=new.smtp.port,
        smtp_tls=new.smtp.tls,
        smtp_login=new.smtp.login,
        smtp_password=smtp_password,
        imap_host=imap.host if imap else "",
        imap_port=imap.port if imap else None,
        imap_tls=imap.tls if imap else None,
        imap_login=imap.login if imap else "",
        imap_password=imap_password,
        replies=new.replies,
        limit_per_day=new.limit_per_day,
        gap_seconds=new.gap_seconds,
        gap_jitter_seconds=new.gap_jitter_seconds,
        domain_gap_seconds=new.domain_gap_seconds,
        ramp_per_day=new.ramp_per_day,
        now=now,
    )


async def find(db: Db, team: TeamId, sender: SenderId) -> Sender | None:
    """Find a living sender."""
    return await QUERIES["find"].row(db, Sender, team_id=team, id=sender)


async def find_by_key(db: Db, team: TeamId, address_key: str) -> Sender | None:
    """Find a living sender by its address key."""
    return await QUERIES["find_by_key"].row(db, Sender, team_id=team, address_key=address_key)


async def list_everywhere(db: Db, address_key: str | None = None) -> list[Sender]:
    """List the living senders of all teams, or those of one address key."""
    return await QUERIES["list_everywhere"].rows(db, Sender, address_key=address_key)


async def list_of_team(
    db: Db,
    team: TeamId,
    *,
    users: Sequence[UserId] | None = None,
    senders: Sequence[SenderId] | None = None,
) -> list[Sender]:
    """List a team's living senders, all or those of some users or ids."""
    return await QUERIES["list_of_team"].rows(
        db,
        Sender,
        team_id=team,
        user_ids=None if users is None else list(users),
        ids=None if senders is None else list(senders),
    )


async def secrets(db: Db, team: TeamId, sender: SenderId) -> Secrets | None:
    """Read how to log in, still encrypted."""
    return await QUERIES["secrets"].row(db, Secrets, team_id=team, id=sender)


async def change(
    db: Db, team: TeamId, sender: SenderId, changes: Changes, *, now: datetime
) -> Sender | None:
    """Change what is given."""
    return await QUERIES["change"].row(
        db, Sender, team_id=team, id=sender, now=now, **asdict(changes)
    )


async def delete(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> int:
    """Delete a sender softly."""
    return await QUERIES["delete"].run(db, team_id=team, id=sender, now=now)


async def claim_ready(
    db: Db,
    *,
    worker: str,
    now: datetime,
    until: datetime,
    amount: int,
    busy: Collection[SenderId] = (),
) -> list[Sender]:
    """Claim ready senders for a worker until its lease ends, but none that it is busy with."""
    return await QUERIES["claim_ready"].rows(
        db, Sender, worker=worker, now=now, until=until, amount=amount, busy=list(busy)
    )


async def renew(db: Db, *, worker: str, senders: Sequence[Ref], until: datetime) -> int:
    """Keep claimed senders longer."""
    return await QUERIES["renew"].run(
        db,
        worker=worker,
        team_ids=[team for team, _ in senders],
        ids=[sender for _, sender in senders],
        until=until,
    )


async def lock(db: Db, team: TeamId, senders: Collection[SenderId]) -> None:
    """Lock senders, as is done before their rows in campaigns are."""
    await QUERIES["lock"].run(db, team_id=team, ids=list(senders))


async def lock_claimed(db: Db, worker: str, senders: Sequence[tuple[TeamId, SenderId]]) -> None:
    """Lock claimed senders that are about to be let go of."""
    await QUERIES["lock_claimed"].run(
        db,
        worker=worker,
        team_ids=[team for team, _ in senders],
        ids=[sender for _, sender in senders],
    )


async def release(db: Db, *, worker: str, released: Sequence[Released]) -> int:
    """Let go of claimed senders and say when to look again."""
    return await QUERIES["release"].run(
        db,
        worker=worker,
        team_ids=[r.team_id for r in released],
        ids=[r.id for r in released],
        may_send_ats=[r.may_send_at for r in released],
        next_ats=[r.next_at for r in released],
    )


async def rest(db: Db, rests: Sequence[tuple[TeamId, SenderId, datetime]]) -> int:
    """Keep senders (team, sender, until) from sending for their gap."""
    return await QUERIES["rest"].run(
        db,
        team_ids=[team for team, _, _ in rests],
        ids=[sender for _, sender, _ in rests],
        untils=[until for _, _, until in rests],
    )


async def pause(
    db: Db,
    team: TeamId,
    sender: SenderId,
    *,
    reason: PausedFor,
    reply: str,
    until: datetime | None,
    now: datetime,
) -> int:
    """Keep a sender from sending, for a reason shown to people; without `until` for good."""
    return await QUERIES["pause"].run(
        db,
        team_id=team,
        id=sender,
        reason=reason,
        reply=reply[:1024],
        until=until or NEVER,
        now=now,
    )


async def lift(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> int:
    """End a pause and the brake."""
    return await QUERIES["lift"].run(db, team_id=team, id=sender, now=now)


async def recover(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> int:
    """End a pause of a sender that works again; one for bounces stays."""
    return await QUERIES["recover"].run(db, team_id=team, id=sender, now=now)


async def stop_new_leads(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> bool:
    """Let a sender write to nobody new; false when it did not anyhow."""
    return (
        await QUERIES["stop_new_leads"].row(db, str, team_id=team, id=sender, now=now) is not None
    )


async def take_new_leads(db: Db, team: TeamId, sender: SenderId) -> int:
    """Let a sender write to new leads again."""
    return await QUERIES["take_new_leads"].run(db, team_id=team, id=sender)


async def learn_sent_copy(db: Db, team: TeamId, sender: SenderId, learnt: SavesSentCopy) -> int:
    """Write who saves copies of what a sender sent, where nobody has said it."""
    return await QUERIES["learn_sent_copy"].run(db, team_id=team, id=sender, saves_sent_copy=learnt)


async def count_paused(db: Db) -> dict[str, int]:
    """Count the paused senders of all teams by why they are; `new_leads`: for new ones alone."""
    return {row.reason: row.senders for row in await QUERIES["count_paused"].rows(db, Paused)}


async def note_block(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> int:
    """Note that a server called it a spammer; gives how often within the hour (3 at most)."""
    return await QUERIES["note_block"].one(db, int, team_id=team, id=sender, now=now)


async def wake(db: Db, team: TeamId, senders: Sequence[SenderId], *, at: datetime) -> int:
    """Let a worker look at senders at an instant, or as soon after as they may send."""
    return await QUERIES["wake"].run(db, team_id=team, ids=list(senders), at=at)


async def set_log_in(
    db: Db, team: TeamId, sender: SenderId, *, login: str | None, password: bytes | None
) -> int:
    """Replace the encrypted password, and the name when one is given."""
    return await QUERIES["set_log_in"].run(
        db, team_id=team, id=sender, login=login, password=password
    )


async def set_dkim(db: Db, team: TeamId, sender: SenderId, selector: str, key: bytes | None) -> int:
    """Write what a sender signs with, encrypted; gives how many senders that were."""
    return await QUERIES["set_dkim"].run(db, team_id=team, id=sender, selector=selector, key=key)


async def dkim_key(db: Db, team: TeamId, sender: SenderId) -> bytes | None:
    """Read what a sender signs with, still encrypted."""
    return await QUERIES["dkim_key"].row(db, bytes, team_id=team, id=sender)


async def set_imap(
    db: Db, team: TeamId, sender: SenderId, server: Server, password: bytes | None
) -> int:
    """Write where a sender's mailbox is read, its password encrypted."""
    return await QUERIES["set_imap"].run(
        db,
        team_id=team,
        id=sender,
        host=server.host,
        port=server.port,
        tls=server.tls,
        login=server.login,
        password=password,
    )


async def set_imap_password(db: Db, team: TeamId, sender: SenderId, password: bytes | None) -> int:
    """Replace the encrypted password by which a sender's mailbox is read, where one is known."""
    return await QUERIES["set_imap_password"].run(db, team_id=team, id=sender, password=password)


async def set_read(db: Db, team: TeamId, sender: SenderId, *, began_at: datetime) -> int:
    """Write that a sender's whole mailbox was read, in a reading that began then."""
    return await QUERIES["set_read"].run(db, team_id=team, id=sender, began_at=began_at)


async def list_unheard(db: Db, *, since: datetime) -> list[Unheard]:
    """List the senders of all teams whose mailbox should be read, and was not since then."""
    return await QUERIES["list_unheard"].rows(db, Unheard, since=since)
