"""`pomelo explain`, and the guide that shows it: what it says is what is said."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pomelo import activities, worker
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.vault import Vault
from pomelo.leads import Lead
from tests.cli.conftest import Pomelo
from tests.wire import PostOffice

GUIDE = Path(__file__).parents[2] / "docs/guides/why-is-nothing-being-sent.md"
EXAMPLE = re.compile(r"```sh\npomelo explain (\S+)\n```\n\n```\n(.*?)\n```", re.S)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
RICHARD = "richard@piedpiper.com"


@pytest.fixture
async def office(database: Database, own_vault: Vault) -> AsyncIterator[PostOffice]:
    made = PostOffice(database, Clock().now())
    await made.open()
    async with database.transaction() as db:
        name = own_vault.fingerprint()
        await db.execute("UPDATE installation SET secret_fingerprint = $1", name)
        await worker.appear(db, "wrk_one", "")
    yield made
    await made.close()


async def paused_lead(office: PostOffice) -> Lead:
    lead = await office.add(RICHARD)
    async with office.database.transaction() as db:
        await activities.pause(db, office.team.id, [lead.id], now=office.clock.now())
    return lead


async def test_the_guides_examples_say_what_it_says(pomelo: Pomelo, office: PostOffice) -> None:
    lead = await paused_lead(office)
    names = {"cam_5Tq7yQyPQnLcKT2vE": office.campaign.id, "lea_5Tq7yQyPQnLcKT2vE": lead.id}
    examples = EXAMPLE.findall(GUIDE.read_text("utf-8"))

    for asked, told in examples:
        said = await pomelo("explain", names.get(asked, asked))

        expected = told
        for name, real in names.items():
            expected = expected.replace(name, real)
        assert MOMENT.sub("NOW", said.out).rstrip() == MOMENT.sub("NOW", expected)

    assert len(examples) == 2


async def test_programs_get_the_same_as_json(pomelo: Pomelo, office: PostOffice) -> None:
    lead = await paused_lead(office)

    said = await pomelo("explain", lead.id, "--json")

    (told,) = json.loads(said.out)
    assert told == {
        "_id": lead.id,
        "kind": "lead",
        "cause": "leadPaused",
        "sentence": "The lead is paused.",
        "waitsFor": "the lead is resumed",
        "doThis": "Let it go on with POST /api/leads/start/{id}.",
    }


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("gavin@hooli.com", "Neither a lead nor a sender has that address"),
        ("lea_nobody", "There is nothing of that id"),
        ("x", "There is nothing of that id"),
    ],
)
async def test_what_is_not_there_is_said_to_be(
    pomelo: Pomelo, office: PostOffice, asked: str, sentence: str
) -> None:
    said = await pomelo("explain", asked)

    assert (said.status, sentence in said.err) == (1, True)
