"""Due hooks: what happened is queued for them, then each is told in a task of its own."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pomelo.base import clock as clocks
from pomelo.base import metrics
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.failpoint import Failpoint
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.outgoing import Guard
from pomelo.base.tls import trusted
from pomelo.base.underway import UnderWay
from pomelo.base.vault import Vault
from pomelo.hooks import store
from pomelo.hooks.model import Claimed, Result
from pomelo.hooks.schedule import RESTS_FROM
from pomelo.hooks.telling import tell
from pomelo.hooks.turns import Desk, Turn

# Hooks served at the same time, and beside them those that have failed often.
SLOTS: Final = 60
FAILING_SLOTS: Final = 20
# A team that has so many gets no more, and none more than so many at once: half stays free.
TEAM_SHARE: Final = 0.25
# Several attempts end at about the same time: a moment's patience writes them together.
GATHER_SECONDS: Final = 0.005
SWEEP_SECONDS: Final = 10.0
SWEPT: Final = 1_000
KEPT_FOR: Final = timedelta(days=7)
# An attempt ends within 15 s.
FINISH_SECONDS: Final = 17.0


class Courier:
    """One worker's telling of hooks.

    Args:
        database: The pool.
        clock: Tells the time.
        vault: Reads the hooks' secrets.
        guard: Says which receivers may be reached.
        lease_seconds: How long a claim lasts without a sign of life.
        context: Which certificates are trusted.
        failpoint: For kill tests.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        vault: Vault,
        guard: Guard,
        lease_seconds: float = 60.0,
        context: ssl.SSLContext | None = None,
        failpoint: Failpoint | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._vault = vault
        self._guard = guard
        self._context = context
        self._failpoint = failpoint or Failpoint()
        self._results = GroupCommit(
            database,
            _record,
            metrics.group_size("hook results"),
            gather_seconds=GATHER_SECONDS,
        )
        self._desk: Desk | None = None
        self._lease_seconds = lease_seconds
        self._swept_at = 0.0
        self.ended = asyncio.Event()
        self._under_way: UnderWay[Claimed] = UnderWay(
            "hooks", "turn_failed", lambda hook: {"hook": hook.id}, ended=self.ended
        )

    @property
    def is_busy(self) -> bool:
        """Whether any hook is being told something."""
        return bool(self._under_way.pieces)

    async def work_once(self) -> bool:
        """Queue what happened and start what is due; says whether there was any."""
        await self._sweep()
        async with self._database.transaction() as db:
            is_told = await tell(db, now=self._clock.now())
        async with self._database.transaction() as db:
            claimed = await self._claim(db)
        for hook in claimed:
            self._begin(hook)
        return is_told or bool(claimed)

    async def renew(self) -> bool:
        """Keep the claims of what is under way: a slow receiver is no dead worker."""
        claimed = self._under_way.pieces
        if claimed:
            async with self._database.transaction() as db:
                until = self._clock.now() + self._lease
                await store.renew(db, claimed, until=until)
        return False

    async def finish(self, *, within_seconds: float = FINISH_SECONDS) -> None:
        """Wait for what is under way, then hang up; what is cut off is told again later."""
        await self._under_way.finish(within_seconds=within_seconds)
        if self._desk is not None:
            await self._desk.caller.close()

    def _begin(self, hook: Claimed) -> None:
        self._desk = self._desk or self._make_desk()
        self._under_way.begin(_have_turn(self._desk, hook), hook)

    def _make_desk(self) -> Desk:
        # A fifth of a second and 10 MB of imports that an installation without hooks never needs.
        from pomelo.base.calling import Caller  # noqa: PLC0415

        return Desk(
            database=self._database,
            clock=self._clock,
            vault=self._vault,
            caller=Caller(self._guard, self._context or trusted()),
            results=self._results,
            failpoint=self._failpoint,
        )

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self._lease_seconds * self._clock.speed)

    async def _claim(self, db: Db) -> list[Claimed]:
        """Claim what is due, the failing ones apart, so that they keep nobody waiting."""
        now, under_way = self._clock.now(), self._under_way.pieces
        claimed = []
        for is_failing, slots in ((False, SLOTS), (True, FAILING_SLOTS)):
            busy = Counter(hook.team_id for hook in under_way if _is_failing(hook) == is_failing)
            share = int(slots * TEAM_SHARE)
            claimed += await store.claim(
                db,
                is_failing=is_failing,
                rests_from=RESTS_FROM,
                full=[team for team, held in busy.items() if held >= share],
                amount=min(share, slots - busy.total()),
                until=now + self._lease,
                now=now,
            )
        return claimed

    async def _sweep(self) -> None:
        """Set the clock, and end and forget what is of no more use."""
        if clocks.monotonic() - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = clocks.monotonic()
        async with self._database.transaction() as db:
            await self._clock.sync(db)
            now = self._clock.now()
            ended = await store.give_up_waiting(db, limit=SWEPT, now=now)
            forgotten = await store.forget(db, before=now - KEPT_FOR, limit=SWEPT)
        if SWEPT in (ended, forgotten):
            self._swept_at = 0.0  # there is more


async def _have_turn(desk: Desk, hook: Claimed) -> None:
    """Tell a hook things; what is wrong with it, say its secrets, is its own trouble."""
    await Turn(desk, hook).run()


def _is_failing(hook: Claimed) -> bool:
    return hook.fail_counter >= RESTS_FROM


async def _record(db: Db, results: Sequence[Result]) -> list[bool]:
    """Write what came of attempts; tells of each whether it was still to be told so."""
    failed = [result for result in results if result.keeps_order]
    if failed:  # what is just being queued behind them is seen, or sees when they come again
        await store.lock(db, {(result.team_id, result.hook_id) for result in failed})
    noted = set(await store.finish(db, results))
    if failed := [result for result in failed if result.id in noted]:
        await store.hold_back(db, failed)
    return [result.id in noted for result in results]
