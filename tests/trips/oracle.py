"""What `explain` says of each lead of a random campaign, held against what then happens."""

from collections.abc import Sequence
from datetime import datetime

from pomelo.insight import Explained
from pomelo.insight.causes import Cause
from pomelo.insight.rules import OVER
from pomelo.leads import Lead
from tests.insight.scenes import explain
from tests.trips.naive import Said, firm_of
from tests.trips.plays import NOBODY, Play
from tests.wire import PostOffice


class Oracle:
    """Asks at every tick, and remembers what was said.

    Args:
        post: Where the play is performed.
        play: What is performed.
        people: Whom it is about.
    """

    def __init__(self, post: PostOffice, play: Play, people: Sequence[Lead]) -> None:
        self._post = post
        self._play = play
        self._people = people
        self._said: dict[int, Explained] = {}
        self._stood: dict[int, tuple[object, ...]] = {}

    async def listen(self, tick: int, seen: Sequence[Said]) -> None:
        """Hold what was said at the last tick against what has come, and ask anew."""
        for number, lead in enumerate(self._people):
            stands = await self._stand(lead)
            if number in self._said and not self._is_touched(number, tick):
                has_moved = stands != self._stood[number] or any(
                    (when, who) == (tick, number) and name != "elsewhere"
                    for when, who, _, name in seen
                )
                self._judge(self._said[number], has_moved=has_moved)
            said = self._said[number] = await explain(self._post, lead.id)
            self._stood[number] = stands
            self._check(said)

    def _check(self, said: Explained) -> None:
        """See to it that something is said: an instant, an event, or that it is over."""
        assert said.cause is not Cause.READY, said  # all that could be done was done
        has_event = bool(said.waits_for) or any(reason.waits_for for reason in said.next)
        assert said.goes_at or has_event or said.cause in OVER, said

    def _judge(self, said: Explained, *, has_moved: bool) -> None:
        due = said.goes_at and datetime.fromisoformat(said.goes_at) <= self._post.clock.now()
        assert has_moved == bool(due), (said, has_moved)

    def _is_touched(self, number: int, tick: int) -> bool:
        """Tell whether something happened since, to it, to all or at its company."""
        firm = firm_of(self._play, number)
        return any(
            event.tick == tick and (event.who == NOBODY or firm_of(self._play, event.who) == firm)
            for event in self._play.events
        )

    async def _stand(self, lead: Lead) -> tuple[object, ...]:
        async with self._post.database.transaction(readonly=True) as db:
            row = await db.fetchrow(
                "SELECT sequence_id, step_position, due_at IS NULL, waits_for = 'task', stopped_by"
                " FROM leads WHERE id = $1", lead.id,
            )  # fmt: skip
        assert row is not None
        return tuple(row)
