"""Who may use a sender, and what ends its rest."""

from datetime import datetime, timedelta

import pytest

from pomelo import senders
from pomelo.base.db import Db
from pomelo.base.ids import SenderId
from pomelo.senders import Changes, PausedFor, Released, Sender
from tests import make

LEASE = timedelta(seconds=60)
GAP = timedelta(minutes=20)


async def claim(
    db: Db, *, at: datetime, worker: str = "wrk_one", busy: tuple[SenderId, ...] = ()
) -> list[Sender]:
    return await senders.claim_ready(
        db, worker=worker, now=at, until=at + LEASE, amount=10, busy=busy
    )


@pytest.fixture
async def sender(db: Db) -> Sender:
    return await make.sender(db, (await make.team(db)).id)


async def test_a_pause_that_is_lifted_is_over_even_if_its_worker_died(
    db: Db, sender: Sender, now: datetime
) -> None:
    await claim(db, at=now)
    await senders.pause(
        db, sender.team_id, sender.id, reason=PausedFor.AUTH, reply="535", until=None, now=now
    )

    await senders.lift(db, sender.team_id, sender.id, now=now + GAP)

    assert [one.id for one in await claim(db, at=now + GAP, worker="wrk_two")] == [sender.id]


async def test_a_worker_never_takes_a_sender_that_it_is_using(
    db: Db, sender: Sender, now: datetime
) -> None:
    """Its clock may jump past the lease; two tasks would talk over one session."""
    await claim(db, at=now)

    assert await claim(db, at=now + 2 * LEASE, busy=(sender.id,)) == []


async def test_another_name_shortens_no_gap(db: Db, sender: Sender, now: datetime) -> None:
    await senders.rest(db, [(sender.team_id, sender.id, now + GAP)])

    await senders.change(db, sender.team_id, sender.id, Changes(name="Donald Dunn"), now=now)

    assert await claim(db, at=now + GAP / 2) == []


async def test_another_gap_counts_at_once(db: Db, sender: Sender, now: datetime) -> None:
    await senders.rest(db, [(sender.team_id, sender.id, now + GAP)])

    await senders.change(db, sender.team_id, sender.id, Changes(gap_seconds=0), now=now)

    assert len(await claim(db, at=now)) == 1


async def test_what_a_worker_lets_go_of_late_changes_nothing(
    db: Db, sender: Sender, now: datetime
) -> None:
    await claim(db, at=now)
    await claim(db, at=now + LEASE, worker="wrk_two")
    early = Released(team_id=sender.team_id, id=sender.id, may_send_at=now, next_at=now)

    assert await senders.release(db, worker="wrk_one", released=[early]) == 0
