"""Due steps that are no mail: campaigns are claimed, then their leads; only calls take longer."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pomelo import activities, campaigns, leads
from pomelo.base.db import Db
from pomelo.base.faults import Answer
from pomelo.base.underway import UnderWay
from pomelo.delivery import settle
from pomelo.delivery.desk import Desk
from pomelo.delivery.errands import store
from pomelo.delivery.errands.calling import Failed, next_try, request, sentence
from pomelo.delivery.errands.carrying import carry, fact_of, go_on
from pomelo.delivery.errands.deciding import Around, decide
from pomelo.delivery.errands.model import Decision, Errand, Later, MakeCall
from pomelo.delivery.release import LOOK_AGAIN_SECONDS
from pomelo.leads import ActivityType
from pomelo.sequences import Call

if TYPE_CHECKING:
    from pomelo.base.calling import Caller

# Campaigns looked at in one transaction, and leads of each.
CAMPAIGNS: Final = 20
LEADS: Final = 50
CALLS: Final = 60
# When nobody is free to call, look again then.
BUSY_SECONDS: Final = 2.0
FINISH_SECONDS: Final = 17.0


class Errands:
    """One worker's carrying out of steps that are no mail.

    Args:
        desk: Its tools.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._caller: Caller | None = None
        self._calls: UnderWay[Errand] = UnderWay(
            "errands", "call_failed", lambda errand: {"lead": errand.person.lead_id}
        )

    @property
    def is_busy(self) -> bool:
        """Whether any call is under way."""
        return bool(self._calls.pieces)

    async def work_once(self) -> bool:
        """Carry out what is due now; says whether there was any."""
        is_more, calls = await self._desk.database.retrying(self._take)
        self._desk.failpoint("after_errands")
        for errand in calls:
            self._calls.begin(self._call(errand), errand)
        return is_more

    async def renew(self) -> None:
        """Keep the claims of what is under way: a slow system is no dead worker."""
        holds = [errand.hold for errand in self._calls.pieces]
        if holds:
            until = self._desk.lease_end(self._desk.clock.now())
            async with self._desk.database.transaction() as db:
                await leads.renew(db, holds, until=until)

    async def finish(self, *, within_seconds: float = FINISH_SECONDS) -> None:
        """Wait for what is under way; what is cut off is called again later."""
        await self._calls.finish(within_seconds=within_seconds)
        if self._caller is not None:
            await self._caller.close()

    async def _take(self, db: Db) -> tuple[bool, list[Errand]]:
        desk, now = self._desk, self._desk.clock.now()
        until = desk.lease_end(now)
        refs = await campaigns.claim_errands(
            db, worker=desk.worker, amount=CAMPAIGNS, now=now, until=until
        )
        if not refs:
            return False, []
        pairs = [(ref.team_id, ref.campaign_id) for ref in refs]
        taken = await leads.claim_errands(db, pairs, amount=LEADS, now=now, until=until)
        errands = await store.load(db, taken) if taken else []
        decided = self._room(await self._decide(db, errands, now), now)
        calls = [errand for errand, decision in decided if isinstance(decision, MakeCall)]
        await carry(db, [one for one in decided if not isinstance(one[1], MakeCall)], now=now)
        if calls:
            await store.count_tries(db, calls)
        nexts = await leads.next_errands(db, pairs, now=now)
        latest = now + desk.span(LOOK_AGAIN_SECONDS)
        looks = [
            (ref, min(nexts.get((ref.team_id, ref.campaign_id), latest), latest)) for ref in refs
        ]
        await campaigns.release_errands(db, looks, worker=desk.worker)
        return bool(taken) or len(refs) == CAMPAIGNS, calls

    async def _decide(
        self, db: Db, errands: Sequence[Errand], now: datetime
    ) -> list[tuple[Errand, Decision]]:
        people = [errand.person for errand in errands]
        suppressed = await settle.suppressed(db, people) if people else {}
        return [
            (
                errand,
                decide(
                    errand,
                    Around(
                        suppressed_by=suppressed.get(errand.person.lead_id),
                        is_rehearsal=self._desk.is_rehearsal,
                        now=now,
                    ),
                ),
            )
            for errand in errands
        ]

    def _room(
        self, decided: Sequence[tuple[Errand, Decision]], now: datetime
    ) -> list[tuple[Errand, Decision]]:
        """Let calls wait for which nobody is free."""
        room = CALLS - len(self._calls.pieces)
        later = Later(now + self._desk.span(BUSY_SECONDS))
        made: list[tuple[Errand, Decision]] = []
        for errand, decision in decided:
            is_call = isinstance(decision, MakeCall)
            made.append((errand, later if is_call and room <= 0 else decision))
            room -= is_call
        return made

    async def _call(self, errand: Errand) -> None:
        """Call another system, and write what came of it."""
        if not isinstance(errand.kind, Call):
            return
        said = request(errand, errand.kind, self._desk.clock.now())
        if isinstance(said, Failed):
            await self._fail(errand, said.sentence)
            return
        self._caller = self._caller or self._make_caller()
        answer = await self._caller.call(said.url, said.body, said.headers, method=said.method)
        self._desk.failpoint("after_call")
        now = self._desk.clock.now()
        again = None if answer.fault is None else next_try(errand, answer, now=now)
        if again is not None:
            await self._desk.insist(lambda: self._wait(errand, again))
        elif answer.fault is None:
            await self._succeed(errand, answer)
        else:
            await self._fail(errand, sentence(answer))

    def _make_caller(self) -> "Caller":
        # A fifth of a second and 10 MB of imports that a team without such steps never needs.
        from pomelo.base.calling import Caller  # noqa: PLC0415

        return Caller(self._desk.outward, self._desk.context)

    async def _wait(self, errand: Errand, until: datetime) -> None:
        async with self._desk.database.transaction() as db:
            await leads.wait_until(db, [(errand.hold, until)])

    async def _succeed(self, errand: Errand, answer: Answer) -> None:
        await self._end(errand, ActivityType.API_DONE, {"status": answer.status})

    async def _fail(self, errand: Errand, words: str) -> None:
        await self._end(errand, ActivityType.API_FAILED, {"errorMessage": words})

    async def _end(self, errand: Errand, happened: ActivityType, extra: dict[str, object]) -> None:
        async def write(db: Db) -> None:
            now = self._desk.clock.now()
            if not await leads.lock_held(db, [errand.hold]):
                return
            await activities.record(db, [fact_of(errand, happened, now=now, extra=extra)])
            await store.forget_tries(db, errand)
            if happened is ActivityType.API_DONE:
                await go_on(db, [(errand, errand.next, now)])
            else:
                await leads.free(db, [errand.hold])

        await self._desk.insist(lambda: self._desk.database.retrying(write))
