"""Due steps: ready senders are claimed, then what each may send; each in a task of its own."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from pomelo import campaigns, leads, messages, senders
from pomelo.base import clock, metrics
from pomelo.base.db import Db
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.ids import CampaignId, SenderId, TeamId
from pomelo.base.underway import UnderWay
from pomelo.campaigns import ReadyRow
from pomelo.delivery import settle, store
from pomelo.delivery.carry import Carrier
from pomelo.delivery.contacting import Waker, rule
from pomelo.delivery.desk import Desk
from pomelo.delivery.drafts import letter_key
from pomelo.delivery.health import eased
from pomelo.delivery.model import Facts
from pomelo.delivery.outcomes import hold_of
from pomelo.delivery.plan import Job, Shift, is_tight, keep_share, plan, wants, within_team
from pomelo.delivery.release import release
from pomelo.leads import Claimed
from pomelo.messages import MessageKind, Quota
from pomelo.senders import Sender, limit_at
from pomelo.smtp import Sessions

DAY: Final = timedelta(hours=24)
SWEEP_SECONDS: Final = 1.0
# A server that hangs must not keep a worker from stopping.
FINISH_SECONDS: Final = 20.0
# A shift that is over, and when its sender's gap ends.
Done: TypeAlias = tuple[Shift, datetime | None]


class Deliverer:
    """One worker's sending.

    Args:
        desk: Its tools.
        slots: Senders served at the same time; a hung server holds just its own.
        ended: Set when one of them is done: it may have more to send.
    """

    def __init__(self, desk: Desk, *, slots: int, ended: asyncio.Event | None = None) -> None:
        self._desk = desk
        self._slots = slots
        self._sessions = Sessions(desk.database, desk.access, desk.clock)
        self._releases = GroupCommit(desk.database, self._release, metrics.group_size("releases"))
        self._under_way: UnderWay[Job] = UnderWay(
            "delivery",
            "carry_failed",
            lambda job: {"sender": job.shift.sender.id},
            ended=ended,
        )
        self._waker = Waker()
        self._swept_at = 0.0

    async def work_once(self) -> bool:
        """Start what is due now; says whether there was any."""
        await self._sweep()
        room = self._slots - len(self._under_way.pieces)
        if room <= 0:
            await self._under_way.wait_for_one()
            return True
        is_more, jobs = await self._claim(room)
        for job in jobs:
            self._under_way.begin(self._carry(job), job)
        return is_more

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._under_way.pieces)

    async def finish(self, *, within_seconds: float = FINISH_SECONDS) -> None:
        """Wait for what is under way, then end all sessions.

        Whoever is not ready in time is cut off; a mail in doubt then is held as any other.
        """
        await self._under_way.finish(within_seconds=within_seconds)
        await self._desk.ledger.drain()
        await self._sessions.close_all()

    async def renew(self) -> None:
        """Keep the claims of what is under way: a slow server is no dead worker."""
        jobs = self._under_way.pieces
        await self._sessions.close_idle({job.shift.sender.id for job in jobs})
        if not jobs:
            return
        until = self._desk.lease_end(self._desk.clock.now())
        claims = [hold_of(facts) for job in jobs for facts in job.facts]
        async with self._desk.database.transaction() as db:
            # Leads before their sender, as by a mail that gets leave.
            await leads.renew(db, claims, until=until)
            await senders.renew(
                db, worker=self._desk.worker, senders=[ref(job.shift) for job in jobs], until=until
            )

    async def _sweep(self) -> None:
        if clock.monotonic() - self._swept_at < SWEEP_SECONDS:
            return
        async with self._desk.database.transaction() as db:
            await self._desk.clock.sync(db)
            now = self._desk.clock.now()
            await settle.sweep(db, now=now)
            await settle.wake_heard(db, heard_since=self._desk.heard_since(), now=now)
        async with self._desk.database.transaction() as db:
            is_more = await self._waker.wake(db, now=now)
        self._swept_at = 0.0 if is_more else clock.monotonic()

    async def _claim(self, amount: int) -> tuple[bool, list[Job]]:
        """Claim what so many senders may do; says also whether there may be more."""
        desk, now = self._desk, self._desk.clock.now()
        async with desk.database.transaction() as db:
            ready = await senders.claim_ready(
                db,
                worker=desk.worker,
                now=now,
                until=desk.lease_end(now),
                amount=amount,
                busy=[job.shift.sender.id for job in self._under_way.pieces],
            )
            if not ready:
                return False, []
            ready = [await eased(db, sender) for sender in ready]
            refs = [(sender.team_id, sender.id) for sender in ready]
            rows = await campaigns.ready_rows(db, refs, now=now)
            planned = await shifts(db, ready, rows, now=now)
            claimed = await leads.claim_due(
                db,
                [want for shift in planned for want in wants(shift)],
                now=now,
                until=desk.lease_end(now),
            )
            jobs = await self._jobs(db, planned, claimed, now)
            busy = {job.shift.sender.id for job in jobs}
            idle = [shift for shift in planned if shift.sender.id not in busy]
            await release(db, desk, idle, now=now)
        desk.failpoint("after_claim")
        return bool(claimed) or len(ready) == amount, jobs

    async def _jobs(
        self, db: Db, planned: Sequence[Shift], claimed: Sequence[Claimed], now: datetime
    ) -> list[Job]:
        if not claimed:
            return []
        desk = self._desk
        kind = MessageKind.REHEARSAL if desk.is_rehearsal else MessageKind.SEQUENCE
        facts = await store.load(db, claimed, kind)
        await desk.letters.prepare(db, [letter_key(f) for f in facts if f.step_id])
        suppressed = await settle.suppressed(db, facts)
        ruling = await rule(db, facts, now=now)
        by_sender: dict[SenderId, list[Facts]] = {}
        for known in facts:
            by_sender.setdefault(known.sender_id, []).append(known)
        return [
            Job(shift, tuple(by_sender[shift.sender.id]), suppressed, ruling)
            for shift in planned
            if shift.sender.id in by_sender
        ]

    async def _carry(self, job: Job) -> None:
        """Carry out a job; whatever happens, the sender is let go of."""
        carrier = Carrier(self._desk, self._sessions, job)
        try:
            await carrier.run()
        finally:
            await self._releases.submit((job.shift, carrier.rested_until))

    async def _release(self, db: Db, done: Sequence[Done]) -> list[None]:
        rests = [(*ref(shift), until) for shift, until in done if until is not None]
        if rests:  # also where it is ours no more, for the gap runs from the end of the mail
            await senders.rest(db, rests)
        shifts = [shift for shift, _ in done]
        await senders.lock_claimed(db, self._desk.worker, [ref(shift) for shift in shifts])
        await release(db, self._desk, shifts, now=self._desk.clock.now())
        return [None] * len(done)


def ref(shift: Shift) -> tuple[TeamId, SenderId]:
    """Name a shift's sender."""
    return shift.sender.team_id, shift.sender.id


async def shifts(
    db: Db,
    found: Sequence[Sender],
    rows: Sequence[ReadyRow],
    *,
    resting: Collection[tuple[SenderId, CampaignId]] = (),
    now: datetime,
) -> list[Shift]:
    """Decide what senders may do.

    Args:
        db: The open transaction.
        found: The senders.
        rows: Their campaigns.
        resting: Those of them that rest between two mails, where no new lead's turn comes.
        now: When it is decided.
    """
    limits = [(s.team_id, s.id, limit) for s in found if (limit := limit_at(s, now))]
    quotas = {q.sender_id: q for q in await messages.quotas(db, limits, since=now - DAY)}
    planned = [
        _planned(
            sender,
            [row for row in rows if row.sender_id == sender.id],
            quotas.get(sender.id, Quota(sender.team_id, sender.id, 0, None)),
            now=now,
        )
        for sender in found
    ]
    team_limits = {row.team_id: row.team_limit for row in rows if row.team_limit}
    if team_limits:
        held = await messages.team_quotas(db, team_limits, since=now - DAY)
        planned = within_team(planned, held)
    tight = [shift for shift in planned if is_tight(shift)]
    shared = await _with_shares(db, tight, resting, now) if tight else {}
    return [shared.get(shift.sender.id, shift) for shift in planned]


def _planned(sender: Sender, rows: Sequence[ReadyRow], quota: Quota, *, now: datetime) -> Shift:
    return plan(
        sender,
        rows,
        sent=quota.sent,
        frees_at=quota.frees_at,
        percent=quota.new_leads_percent,
        now=now,
    )


async def _with_shares(
    db: Db,
    tight: Sequence[Shift],
    resting: Collection[tuple[SenderId, CampaignId]],
    now: datetime,
) -> dict[SenderId, Shift]:
    """Leave new leads their share where it is tight: only there it is counted."""
    begun = await messages.count_first(db, [ref(shift) for shift in tight], since=now - DAY)
    refs = [(row.team_id, row.campaign_id) for shift in tight for row in shift.rows]
    awaited = await leads.awaited_in(db, refs, now=now)
    return {
        shift.sender.id: keep_share(
            shift,
            begun=begun.get(shift.sender.id, 0),
            awaited={one for one in awaited if (shift.sender.id, one) not in resting},
        )
        for shift in tight
    }
