"""`kill -9` of a worker at each fail-point: nothing is lost, and what repeats was asked for."""

import random

import pytest

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from tests.chaos.kills import tell
from tests.chaos.post import POINTS, Post, post

KILLS = 20
PEOPLE = 25
SENDERS = 4
# A worker passes these once a batch, the others once a mail.
ONCE_A_BATCH = ("after_claim", "after_intent")
# Only from here on a mail may have gone without anybody knowing.
DOUBTFUL = ("after_leave", "after_data", "after_record")


async def kill_often(office: Post, point: str) -> None:
    places = random.Random(point)
    for _ in range(KILLS):
        passing = places.randint(1, 2 if point in ONCE_A_BATCH else 20)
        await office.kill_at(point, passing=passing, people=PEOPLE)
    office.start_worker()


@pytest.mark.chaos
@pytest.mark.parametrize("point", POINTS)
async def test_under_hold_nothing_is_lost_or_repeated_and_every_doubt_is_listed(
    postgres: Embedded, database: Database, point: str
) -> None:
    async with post(postgres, database, senders=SENDERS) as office:
        await kill_often(office, point)

        held = await office.books()
        listed = await office.doubtful()
        told = await office.resolve(listed)
        ended = await office.books()

    assert (held.lost, held.repeated, held.strange) == ([], {}, [])
    assert {mail["messageId"] for mail in listed} == held.uncertain
    assert len(listed) == len(held.uncertain) <= KILLS * SENDERS
    # After a person has looked into each, everybody has every mail exactly once.
    assert (ended.lost, ended.repeated, ended.strange, ended.uncertain) == ([], {}, [], frozenset())
    assert len(ended.accepted) == KILLS * PEOPLE * ended.steps
    tell(
        f"kill -9 of a worker at {point}, hold", kills=KILLS, sessions=SENDERS,
        mails=len(ended.accepted), lost=0, repeated=0, uncertain=len(listed),
        found_sent=told["sent"], found_unsent=told["resend"],
    )  # fmt: skip


@pytest.mark.chaos
@pytest.mark.parametrize("point", DOUBTFUL)
async def test_under_resend_only_the_same_mail_is_repeated(
    postgres: Embedded, database: Database, point: str
) -> None:
    async with post(postgres, database, senders=SENDERS) as office:
        await office.team.call("PATCH", "/team", {"uncertain": "resend"})
        await kill_often(office, point)

        ended = await office.books()

    assert (ended.lost, ended.strange, ended.uncertain) == ([], [], frozenset())
    repeats = sum(ended.repeated.values())
    assert repeats <= KILLS * SENDERS
    assert len(ended.accepted) == KILLS * PEOPLE * ended.steps + repeats
    tell(
        f"kill -9 of a worker at {point}, resend", kills=KILLS, sessions=SENDERS,
        mails=len(ended.accepted), lost=0, repeated_same_message_id=repeats,
    )  # fmt: skip
