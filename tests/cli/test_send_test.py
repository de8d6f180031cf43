"""`pomelo send-test`: a step is sent to whoever tries it."""

from collections.abc import AsyncIterator

import pytest

from pomelo import sequences
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.ids import new
from pomelo.base.vault import Vault
from pomelo.delivery import Singles
from tests.answering import RICHARD, Answering
from tests.cli.conftest import Pomelo

ME = "me@piedpiper.example"


@pytest.fixture
async def office(database: Database, own_vault: Vault) -> AsyncIterator[Answering]:
    made = Answering(database, Clock().now())
    await made.open()
    async with database.transaction() as db:
        name = own_vault.fingerprint()
        await db.execute("UPDATE installation SET secret_fingerprint = $1", name)
    made.singles = Singles(made.desk)
    made.richard = await made.add(RICHARD)
    yield made
    await made.close()


async def step_of(office: Answering) -> str:
    async with office.database.transaction() as db:
        return (await sequences.list_steps(db, office.team.id, office.campaign.id))[0].id


@pytest.mark.parametrize("names_address", [True, False])
async def test_a_step_is_sent_as_a_lead_would_get_it(
    pomelo: Pomelo, office: Answering, names_address: bool
) -> None:
    lead = RICHARD if names_address else office.richard.id

    said = await pomelo("send-test", await step_of(office), "--lead", lead, "--to", ME)
    office.clock.runs()
    await office.carry()

    assert (said.status, "is queued (msg_" in said.out) == (0, True)
    (mail,) = office.mails(ME)
    assert (mail["Subject"], mail["X-Pomelo-Test"]) == ("Hello Richard", RICHARD)


async def test_a_preview_shows_it_and_sends_nothing(pomelo: Pomelo, office: Answering) -> None:
    said = await pomelo("preview", await step_of(office), "--lead", RICHARD)
    office.clock.runs()
    await office.carry()

    assert (said.status, "Subject: Hello Richard" in said.out) == (0, True)
    assert office.mails(RICHARD) == []


async def test_a_step_that_is_not_there_is_told_before_a_sender_that_is_not(
    pomelo: Pomelo, office: Answering
) -> None:
    async with office.database.transaction() as db:
        await db.execute("DELETE FROM campaign_senders")

    said = await pomelo("preview", new("stp"), "--lead", RICHARD)

    assert (said.status, "has such a step" in said.err) == (1, True)


async def test_what_is_not_there_cannot_be_sent(pomelo: Pomelo, office: Answering) -> None:
    step = await step_of(office)

    no_step = await pomelo("send-test", new("stp"), "--lead", RICHARD, "--to", ME)
    no_lead = await pomelo("send-test", step, "--lead", "gavin@hooli.com", "--to", ME)
    no_address = await pomelo("send-test", step, "--lead", RICHARD, "--to", "me")

    assert [one.status for one in (no_step, no_lead, no_address)] == [1, 1, 1]
    assert "has such a step" in no_step.err
    assert "The team has no such lead" in no_lead.err
    assert await office.queue() == 0
