"""What every part of sending shares in one worker."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import msgspec

from pomelo import campaigns, leads, messages, senders
from pomelo.base import clock, metrics
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.errors import PomeloError, Unavailable
from pomelo.base.failpoint import Failpoint
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.ids import MessageId
from pomelo.base.outgoing import HTTP_PORTS, Guard
from pomelo.base.tls import trusted
from pomelo.base.vault import Vault
from pomelo.campaigns import NextLook
from pomelo.delivery import contacting, outcomes
from pomelo.delivery.model import Facts
from pomelo.delivery.outcomes import Outcome
from pomelo.leads import Hold
from pomelo.letters import Letters
from pomelo.messages import Intent, Mark
from pomelo.senders import Freshness, OAuth
from pomelo.smtp import MailAccess, Timeouts
from pomelo.tracking import Signer

# Many senders' mails end at about the same time: a moment's patience writes them together.
GATHER_SECONDS: Final = 0.01
AGAIN_SECONDS: Final = 0.5
# DATA begins within a second of data_at or not at all.
LEAVE_SECONDS: Final = 1.0


class Leave(msgspec.Struct, frozen=True):
    """A mail that wants to begin DATA, and the rest that follows.

    Attributes:
        hold: Its lead's claim.
        mark: The mail.
        facts: What is known of its lead.
        gap: How long its sender then rests in this campaign.
        rest: How long it then rests in all of them.
        served: The turns its campaign has then had of its sender.
        before: The end of its session's mail before, on its way: without it there is no leave,
            so that a session never has two mails whose end is not written.
    """

    hold: Hold
    mark: Mark
    facts: Facts
    gap: timedelta
    rest: timedelta
    served: float | None = None
    before: "asyncio.Future[bool] | None" = None


# What the ledger takes: the intent to send a mail, leave to begin DATA, how it ended.
Entry: TypeAlias = Intent | Leave | Outcome


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One worker's tools.

    Args:
        worker: Its name, for claims.
        database: The pool.
        clock: Tells the time.
        vault: Reads senders' passwords.
        guard: Says which mail hosts may be reached.
        outward: Says which other systems steps may call.
        public_url: Where tracking links point, without a slash at the end.
        deliver_to: Rehearsal address; empty = mails go to the leads.
        lease_seconds: How long a claim lasts without a sign of life.
        timeouts: Of the SMTP stages.
        context: Which certificates are trusted.
        failpoint: For kill tests.
        freshness: How old the last reading of a sender's mailbox may be.
        oauth: Renews the tokens of senders that are connected to their provider.
    """

    worker: str
    database: Database
    clock: Clock
    vault: Vault
    guard: Guard
    public_url: str
    deliver_to: str = ""
    lease_seconds: float = 60.0
    timeouts: Timeouts = field(default_factory=Timeouts)
    outward: Guard = field(default_factory=lambda: Guard((), HTTP_PORTS))
    context: ssl.SSLContext = field(default_factory=trusted)
    failpoint: Failpoint = field(default_factory=Failpoint)
    freshness: Freshness = field(default_factory=Freshness)
    oauth: OAuth = field(default_factory=OAuth)
    letters: Letters = field(default_factory=Letters)
    signer: Signer = field(init=False)
    access: MailAccess = field(init=False)
    ledger: GroupCommit[Entry, bool] = field(init=False)

    def __post_init__(self) -> None:
        """Make what is made of the rest."""
        set_once = object.__setattr__
        set_once(self, "signer", Signer(self.vault.signing_secret()))
        set_once(self, "access", self._reach())
        set_once(
            self,
            "ledger",
            GroupCommit(
                self.database,
                self._write,
                metrics.group_size("mails"),
                gather_seconds=GATHER_SECONDS,
            ),
        )

    def _reach(self) -> MailAccess:
        return MailAccess(
            vault=self.vault,
            guard=self.guard,
            context=self.context,
            timeouts=self.timeouts,
            oauth=self.oauth,
        )

    @property
    def is_rehearsal(self) -> bool:
        """Whether mails go to the operator's own address."""
        return bool(self.deliver_to)

    def span(self, seconds: float) -> timedelta:
        """Give what the clock shows to have passed after some real seconds."""
        return timedelta(seconds=seconds * self.clock.speed)

    def heard_since(self) -> datetime:
        """Give when a sender's mailbox must have been read, at the earliest."""
        return self.freshness.since(self.clock)

    def lease_end(self, now: datetime) -> datetime:
        """Give when a claim of now ends."""
        return now + self.span(self.lease_seconds)

    async def insist(self, write: Callable[[], Awaitable[object]]) -> None:
        """Write what only this worker knows; while the database is away it is kept in hand.

        Only when the lease is over, and somebody else may have settled the mail, is it let go.
        """
        give_up_at = clock.monotonic() + self.lease_seconds
        while True:
            try:
                await write()
            except Unavailable:
                if clock.monotonic() > give_up_at:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return

    async def _write(self, db: Db, entries: Sequence[Entry]) -> list[bool | PomeloError]:
        """Write many senders' mails, begun, about to go and ended, in one transaction."""
        now = self.clock.now()
        intents = [entry for entry in entries if isinstance(entry, Intent)]
        ends = [entry for entry in entries if isinstance(entry, Outcome)]
        leaves = [entry for entry in entries if isinstance(entry, Leave) and _may_follow(entry)]
        # All leads at once and in order, so that no two of those who lock several wait in a ring.
        holds = [*(outcomes.hold_of(end.facts) for end in ends), *(leave.hold for leave in leaves)]
        held = set(await leads.lock_held(db, holds)) if holds else set()
        if ends:
            await outcomes.record(db, ends, held, now=now)
        given = await self._give_leave(db, leaves, now) if leaves else set()
        begun = set(await messages.begin(db, intents, now=now)) if intents else set()
        for end in ends:
            metrics.SENDS.labels(type(end.ending).__name__.lower()).inc()
        return [_answer(entry, begun, given) for entry in entries]

    async def _give_leave(self, db: Db, leaves: Sequence[Leave], now: datetime) -> set[MessageId]:
        allowed = await _within_team(db, await _not_held_back(db, leaves, now), now)
        marks = [leave.mark for leave in allowed]
        heard_since = self.heard_since()
        marked = set(
            await messages.mark(db, marks, worker=self.worker, now=now, heard_since=heard_since)
        )
        resting = [leave for leave in leaves if leave.gap and leave.mark.intent.id in marked]
        if resting:
            await _rest(db, resting, now)
        going = [leave for leave in leaves if leave.mark.intent.id in marked]
        await contacting.note_written(db, [leave.facts for leave in going], now=now)
        return marked


async def _within_team(db: Db, leaves: Sequence[Leave], now: datetime) -> list[Leave]:
    """Leave out what is beyond the teams' limits, now that nobody else may count."""
    limits = {leave.mark.intent.team_id: leave.facts.team_limit for leave in leaves}
    limits = {team: limit for team, limit in limits.items() if limit}
    if not limits:
        return [*leaves]
    quotas = await contacting.hold_quotas(db, limits, now=now)
    allowed = []
    for leave in leaves:
        team = leave.mark.intent.team_id
        if quotas.get(team, 1) > 0:
            allowed.append(leave)
        if team in quotas:
            quotas[team] -= 1
    return allowed


async def _not_held_back(db: Db, leaves: Sequence[Leave], now: datetime) -> list[Leave]:
    """Ask contact rules again, now that nobody else may write to the same people."""
    ruling = await contacting.rule(db, [leave.facts for leave in leaves], now=now, is_final=True)
    allowed = []
    for leave in leaves:
        if leave.mark.deliver_to or ruling.ask(leave.facts, now) is None:
            ruling.note(leave.facts, now)
            allowed.append(leave)
    return allowed


def _may_follow(leave: Leave) -> bool:
    """Tell whether the mail before is written, or is being written by this transaction."""
    before = leave.before
    if before is None or not before.done():
        return True
    return not before.cancelled() and before.exception() is None


def _answer(
    entry: Entry, begun: AbstractSet[MessageId], given: AbstractSet[MessageId]
) -> bool | PomeloError:
    match entry:
        case Intent():
            return entry.id in begun
        case Leave():
            return entry.mark.intent.id in given if _may_follow(entry) else Unavailable()
        case Outcome():
            return True


async def _rest(db: Db, leaves: Sequence[Leave], now: datetime) -> None:
    """Count the gap from the moment the mail may have gone, so that a kill shortens none."""
    rests = [
        (leave.mark.intent.team_id, leave.mark.intent.sender_id, now + leave.rest)
        for leave in leaves
        if leave.rest
    ]
    if rests:
        await senders.rest(db, rests)
    await campaigns.set_next(
        db,
        [
            NextLook(
                team_id=leave.mark.intent.team_id,
                campaign_id=leave.mark.intent.campaign_id,
                sender_id=leave.mark.intent.sender_id,
                next_at=now + leave.gap,
                may_send_at=now + leave.gap,
                served=leave.served,
            )
            for leave in leaves
        ],
    )
