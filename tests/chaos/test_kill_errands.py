"""`kill -9` of workers that carry out every kind of step: all is done, and no more than once."""

import asyncio
import random
from collections import Counter

import pytest

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from tests.chaos import books
from tests.chaos.kills import tell
from tests.chaos.plant import STEPS, Plant, plant
from tests.chaos.post import KILLED, POINTS

AT_LEAST = 380
A_BATCH = 10
SENDERS = 20
WORKERS = 4
KILLS = 10
PLACES = (*POINTS, "after_errands", "after_call")
# So few connections that four workers find room in one small PostgreSQL.
LOOSE = {"POMELO_ALLOW_PRIVATE_HOOKS": "127.0.0.0/8", "POMELO_DATABASE_CONNECTIONS": "9"}
# Facts that a lead has once at most.
ONCE = "('aircallDone', 'manualDone', 'apiDone', 'conditionChosen', 'sendToAnotherCampaign')"


async def kill_in_turns(office: Plant) -> None:
    """Let four workers work, of which one after the other is killed somewhere."""
    chance = random.Random(5)
    for _ in range(WORKERS - 1):
        office.start_worker(**LOOSE)
    for number in range(KILLS):
        place = f"{PLACES[number % len(PLACES)]}:{chance.randint(1, 3)}"
        worker = office.start_worker(**LOOSE, POMELO_FAILPOINT=place)
        while worker.is_alive:  # it gets work until it has come to its place
            await office.add_people(A_BATCH)
            await asyncio.sleep(0.3)
        assert await worker.ended() == KILLED, worker.last_words()
    office.start_worker(**LOOSE)


# What is counted once all is over.
COUNTS = {
    "people": "SELECT count(DISTINCT contact_id) FROM leads",
    "unfinished": "SELECT count(*) FROM leads WHERE due_at IS NOT NULL OR stopped_by IS NOT NULL",
    "sent": "SELECT count(*) FROM messages WHERE state = 'sent'",
    "tasks": "SELECT count(*) FROM tasks WHERE state = 'done'",
    "handed_over": "SELECT count(*) FROM leads l JOIN campaigns c ON c.team_id = l.team_id"
    " AND c.id = l.campaign_id WHERE c.name = 'After'",
    "done": f"SELECT count(*) FROM activities WHERE type IN {ONCE}",
    "done_twice": "SELECT count(*) FROM (SELECT FROM activities"
    f" WHERE type IN {ONCE} GROUP BY lead_id, type HAVING count(*) > 1) AS twice",
}


@pytest.mark.chaos
async def test_every_kind_of_step_survives_ten_kills(
    postgres: Embedded, database: Database
) -> None:
    async with plant(postgres, database, senders=SENDERS) as office:
        await office.add_people(AT_LEAST - KILLS * A_BATCH)
        await office.with_tasks_done(kill_in_turns(office))
        await office.with_tasks_done(office.settled())
        listed = await office.doubtful()
        await office.resolve(listed)
        await office.with_tasks_done(office.settled())

        mails = Counter(mail.message_id for mail in books.read_ledger(office.ledger))
        found = {name: await office.count(statement) for name, statement in COUNTS.items()}
    keys = Counter(one.headers["idempotency-key"] for one in office.system.told)

    people = found["people"]
    assert people >= AT_LEAST
    # A mail, a task, a call, a condition, a task of its branch, a mail, a handover, a mail there.
    assert found == {
        "people": people, "unfinished": 0, "sent": 3 * people, "tasks": 2 * people,
        "handed_over": people, "done": 5 * people, "done_twice": 0,
    }  # fmt: skip
    assert (len(mails), mails.total()) == (3 * people, 3 * people)
    assert len(keys) == len({one.body for one in office.system.told}) == people
    tell(
        "kill -9 with every kind of step", kills=KILLS, workers=WORKERS, senders=SENDERS,
        people=people, steps=STEPS * people, lost=0, mails_repeated=0, uncertain=len(listed),
        calls=keys.total(), calls_repeated=keys.total() - len(keys),
    )  # fmt: skip
