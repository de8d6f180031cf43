"""`pomelo hook`: the life of a hook from the command line."""

import os
from datetime import timedelta

import pytest

from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.vault import Vault
from pomelo.hooks import Courier
from pomelo.leads import ActivityType
from tests.cli.conftest import Pomelo
from tests.hooks.office import HERE, Office
from tests.hooks.receiver import receiving, status


@pytest.fixture(autouse=True)
def _opened(environ: pytest.MonkeyPatch) -> None:
    """Receivers are on this machine."""
    environ.setenv("POMELO_ALLOW_PRIVATE_HOOKS", "127.0.0.0/8")


async def test_a_hook_is_added_listed_rotated_and_removed(
    pomelo: Pomelo, database: Database, own_vault: Vault
) -> None:
    await pomelo("team", "create", "Pied Piper")

    added = await pomelo("hook", "add", "http://127.0.0.1/x", "--type", "emailsReplied")
    (listed,) = (await pomelo("hook", "list", "--json")).json
    rotated = await pomelo("hook", "rotate", listed["_id"])
    again = await pomelo("hook", "rotate", listed["_id"])
    table = await pomelo("hook", "list")
    removed = await pomelo("hook", "remove", listed["_id"])
    left = await pomelo("hook", "list")

    assert added.out.startswith("whsec_")
    assert rotated.out.startswith("whsec_")
    assert rotated.out != added.out
    assert ("signs no more" in rotated.err, "signs no more" in again.err) == (False, True)
    assert listed["type"] == "emailsReplied"
    assert "http://127.0.0.1/x" in table.out
    assert "well" in table.out
    assert removed.out == f"{listed['_id']} is told nothing more.\n"
    assert left.out.startswith("No hook yet")


async def test_a_target_in_a_private_network_is_refused(
    pomelo: Pomelo, database: Database, environ: pytest.MonkeyPatch
) -> None:
    await pomelo("team", "create", "Pied Piper")
    environ.delenv("POMELO_ALLOW_PRIVATE_HOOKS")

    said = await pomelo("hook", "add", "http://127.0.0.1/x")

    assert said.status == 1
    assert "POMELO_ALLOW_PRIVATE_HOOKS" in said.err


async def test_a_secret_that_is_no_text_is_refused(pomelo: Pomelo, database: Database) -> None:
    await pomelo("team", "create", "Pied Piper")

    said = await pomelo("hook", "add", "http://127.0.0.1/x", "--secret", os.fsdecode(b"\xff"))

    assert (said.status, "must be text in UTF-8" in said.err) == (1, True)


async def test_what_failed_is_seen_and_told_again(
    pomelo: Pomelo, database: Database, own_vault: Vault
) -> None:
    office = Office(database, Clock().now())
    office.campaign = await office.add_campaign()
    courier = Courier(database, office.clock, vault=own_vault, guard=HERE)
    async with receiving(lambda _: status(410)) as receiver:
        await pomelo("hook", "add", receiver.url, "--type", "emailsSent")
        await office.happen(await office.add_lead(), ActivityType.EMAILS_SENT)
        await office.work(courier)
        (hook,) = (await pomelo("hook", "list", "--json")).json
        failed = await pomelo("hook", "deliveries", hook["_id"], "--state", "failed")
        doctor = await pomelo("doctor")
        receiver.answer = lambda _: status(200)

        replayed = await pomelo("hook", "replay", hook["_id"])
        office.clock.forward(timedelta(minutes=1))
        await office.work(courier)
        (line,) = (await pomelo("hook", "deliveries", hook["_id"], "--json")).json
        again = await pomelo("hook", "replay", hook["_id"], "--delivery", line["_id"])
        await courier.finish()

    assert hook["disabledFor"] == "gone"
    assert "410" in failed.out
    assert f"{hook['_id']} is disabled (gone)" in doctor.out
    assert replayed.out == again.out == "1 will be told again.\n"
    assert line["state"] == "delivered"


@pytest.mark.parametrize("verb", ["remove", "rotate", "deliveries", "replay"])
async def test_an_unknown_hook_is_told_in_the_words_of_commands(pomelo: Pomelo, verb: str) -> None:
    await pomelo("team", "create", "Pied Piper")

    said = await pomelo("hook", verb, "hoo_5Tq7yQyPQnLcKT2vE")

    assert (said.status, "`pomelo hook list` shows them" in said.err) == (1, True)
