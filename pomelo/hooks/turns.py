"""One hook's turn: what is due is told, four at a time, each lead's facts in their order."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from weakref import WeakValueDictionary

import msgspec

from pomelo import activities, teams
from pomelo.activities import Shown
from pomelo.base import clock as clocks
from pomelo.base import log, metrics
from pomelo.base.clock import Clock
from pomelo.base.db import EVER, Database
from pomelo.base.errors import Unavailable
from pomelo.base.failpoint import Failpoint
from pomelo.base.faults import Answer
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.ids import ActivityId
from pomelo.base.secret import Secret
from pomelo.base.vault import Vault
from pomelo.hooks import schedule, signatures, store
from pomelo.hooks.model import Claimed, DeliveryState, DisabledFor, Due, Result
from pomelo.leads import ActivityType

if TYPE_CHECKING:
    from pomelo.base.calling import Caller

T = TypeVar("T")
LOG: Final = log.get("hooks")
AT_ONCE: Final = 4
BATCH: Final = 100
# A hook with much to hear lets others of the worker have their turn.
TURN_SECONDS: Final = 20.0
# As long as a claim lasts at most without a sign of life, less an attempt.
PATIENCE_SECONDS: Final = 40.0
AGAIN_SECONDS: Final = 0.2


class Gates:
    """Lets few talk to an endpoint at once, whichever hooks they tell."""

    def __init__(self) -> None:
        self._gates: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, url: str) -> asyncio.Semaphore:
        """Give the gate of an endpoint; it is kept by who uses it."""
        return self._gates.setdefault(url, asyncio.Semaphore(AT_ONCE))


@dataclass(frozen=True)
class Desk:
    """What all turns of a worker share.

    Args:
        database: The pool.
        clock: Tells the time.
        vault: Reads the hooks' secrets.
        caller: Talks to receivers.
        results: Writes what came of attempts, many hooks' together.
        failpoint: For kill tests.
        gates: Keep the hooks of one endpoint from calling it all at once.
    """

    database: Database
    clock: Clock
    vault: Vault
    caller: "Caller"
    results: GroupCommit[Result, bool]
    failpoint: Failpoint
    gates: Gates = field(default_factory=Gates)


class Turn:
    """A claimed hook, told things until nothing is due, its time is over or it must rest.

    Args:
        desk: What it shares with others.
        hook: The claimed hook.
    """

    def __init__(self, desk: Desk, hook: Claimed) -> None:
        self._desk = desk
        self._hook = hook
        self._gate = desk.gates.of(hook.target_url)
        self._ends_at = clocks.monotonic() + TURN_SECONDS
        self._failures = hook.fail_counter
        self._first_failed_at = hook.first_failed_at
        self._rests_until = EVER
        self._disabled_for: DisabledFor | None = None
        self._is_lost = False
        self._secret, self._signing = self._secrets()

    async def run(self) -> None:
        """Have the turn; whatever happens, the hook is let go of."""
        try:
            while not self._is_over and (due := await _patiently(self._load)):
                await self._tell(due)
        finally:
            await _patiently(self._release)

    @property
    def _is_over(self) -> bool:
        return (
            self._disabled_for is not None
            or self._is_lost
            or self._rests_until > self._desk.clock.now()
            or clocks.monotonic() >= self._ends_at
        )

    def _secrets(self) -> tuple[str | None, list[Secret]]:
        """Give lemlist's word, and the secrets that sign now."""
        hook, vault, now = self._hook, self._desk.vault, self._desk.clock.now()
        word = None if hook.secret is None else vault.decrypt(hook.id, hook.secret)
        signing = [hook.signing_secret]
        if hook.old_signing_secret is not None and (hook.old_signs_until or now) > now:
            signing.append(hook.old_signing_secret)
        return word, [Secret(vault.decrypt(hook.id, blob)) for blob in signing]

    async def _load(self) -> list[list[tuple[Due, Shown]]]:
        """Load what is due: what each lead did is a chain."""
        hook, now = self._hook, self._desk.clock.now()
        async with self._desk.database.transaction(readonly=True) as db:
            due = await store.list_due(db, hook.team_id, hook.id, now=now, limit=BATCH)
            wanted = sorted({one.activity_id for one in due})
            found = await activities.show(db, hook.team_id, wanted) if wanted else []
        return _chains(due, {one.id: one for one in found})

    async def _tell(self, chains: Sequence[Sequence[tuple[Due, Shown]]]) -> None:
        """Tell some chains; a hook that has failed often is tried with one thing at a time."""
        is_tried = self._failures >= schedule.RESTS_FROM
        left = iter(chains)
        async with asyncio.TaskGroup() as together:
            for _ in range(1 if is_tried else AT_ONCE):
                together.create_task(self._tell_some(left))

    async def _tell_some(self, left: Iterator[Sequence[tuple[Due, Shown]]]) -> None:
        for chain in left:
            for due, shown in chain:
                if self._is_over:
                    return
                if not await self._attempt(due, shown):
                    break

    async def _attempt(self, due: Due, shown: Shown) -> bool:
        """Tell one thing; says whether what the lead did next may be told now."""
        body = self._body(due, shown)
        async with self._gate:
            signed = signatures.headers(due.id, body, self._signing, self._desk.clock.real_now())
            answer = await self._desk.caller.call(self._hook.target_url, body, signed)
        self._desk.failpoint("after_hook")
        metrics.HOOK_TRIES.labels(answer.fault or "delivered").inc()
        patience = schedule.patience(answer.retry_after, self._desk.clock.real_now())
        now = self._desk.clock.now()
        self._take_note(due, answer, patience, now)
        result = judged(
            self._hook,
            due,
            answer,
            patience=patience,
            chance=random.random(),  # noqa: S311 - guards nothing
            now=now,
        )
        if not await _patiently(lambda: self._desk.results.submit(result)):
            self._is_lost = True  # removed, somebody else's, or something was queued again
        return not result.keeps_order

    def _body(self, due: Due, shown: Shown) -> bytes:
        said = activities.told(shown, ActivityType(due.type))
        return msgspec.json.encode(
            said if self._secret is None else {**said, "secret": self._secret}
        )

    def _take_note(self, due: Due, answer: Answer, patience: timedelta, now: datetime) -> None:
        """Learn from an attempt how the receiver is.

        Long silence between two failures is no fault of the receiver: it is given up only by
        something that was itself told in vain for so long.
        """
        if answer.fault is None:
            self._failures, self._first_failed_at = 0, None
            return
        self._failures += 1
        self._first_failed_at = self._first_failed_at or now
        rest = max(schedule.rest(self._failures), patience)
        if rest:
            self._rests_until = max(self._rests_until, now + rest)
        if answer.is_gone:
            self._disabled_for = DisabledFor.GONE
        elif schedule.is_given_up(max(self._first_failed_at, due.queued_at), now):
            self._disabled_for = DisabledFor.FAILING

    async def _release(self) -> None:
        hook = self._hook
        async with self._desk.database.transaction() as db:
            if self._disabled_for is not None:
                await teams.lock(db, hook.team_id)
            if not await store.lock_claimed(db, hook):
                return
            await store.release(
                db,
                hook,
                fail_counter=self._failures,
                first_failed_at=self._first_failed_at,
                rests_until=self._rests_until,
                disabled_for=self._disabled_for,
                now=self._desk.clock.now(),
            )
            if self._disabled_for is not None:
                LOG.warning("hook_disabled", hook=hook.id, reason=self._disabled_for)
                has_hooks = await store.has_enabled(db, hook.team_id)
                await teams.set_has_hooks(db, hook.team_id, has_hooks=has_hooks)


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask the database, also when it is away for a moment: what was heard is not told again.

    Who is told to end has no patience: then the claim ends by itself.
    """
    give_up_at, task = clocks.monotonic() + PATIENCE_SECONDS, asyncio.current_task()
    while True:
        try:
            return await ask()
        except Unavailable:
            if clocks.monotonic() >= give_up_at or (task and task.cancelling()):
                raise
            await asyncio.sleep(AGAIN_SECONDS)


def judged(
    hook: Claimed, due: Due, answer: Answer, *, patience: timedelta, chance: float, now: datetime
) -> Result:
    """Tell what an attempt means for what was to be told.

    Args:
        hook: Whom.
        due: What.
        answer: What came of it.
        patience: How long the receiver asks to be left alone.
        chance: Between 0 and 1; see `schedule.next_wait`.
        now: When it ended.
    """
    wait = schedule.next_wait(due.attempts + 1, chance)
    has_arrived = answer.fault is None
    is_waiting = not has_arrived and not answer.is_gone and wait is not None
    state = DeliveryState.WAITING if is_waiting else DeliveryState.FAILED
    return Result(
        team_id=hook.team_id,
        hook_id=hook.id,
        fence=hook.fence,
        id=due.id,
        lead_id=due.lead_id,
        place=due.place,
        queued_at=due.queued_at,
        state=DeliveryState.DELIVERED if has_arrived else state,
        next_at=now + max(wait, patience) if is_waiting and wait is not None else now,
        tried_at=now,
        status=answer.status,
        latency_ms=answer.latency_ms,
        fault=answer.fault,
        keeps_order=is_waiting and schedule.keeps_order(due.queued_at, now),
    )


def _chains(due: Sequence[Due], shown: dict[ActivityId, Shown]) -> list[list[tuple[Due, Shown]]]:
    """Sort what is due by lead; who is erased just now is told of no more."""
    chains: dict[str, list[tuple[Due, Shown]]] = {}
    for one in due:
        if one.activity_id in shown:
            chains.setdefault(one.lead_id, []).append((one, shown[one.activity_id]))
    return list(chains.values())
