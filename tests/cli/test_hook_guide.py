"""The guide's receiver and commands, run as they stand."""

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest

from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.vault import Vault
from pomelo.demo.server import free_port
from pomelo.hooks import Courier
from pomelo.leads import ActivityType
from tests.cli.conftest import Pomelo
from tests.hooks.office import HERE, Office
from tests.postgres import ROOT

GUIDE = (ROOT / "docs/guides/hooks.md").read_text("utf-8")
EXAMPLE_ID = "hoo_5Tq7yQyPQnLcKT2vE"


def commands() -> list[list[str]]:
    """Give the guide's `pomelo hook` commands, in their order."""
    lines = re.findall(r"^pomelo (hook .*)$", GUIDE, re.MULTILINE)
    return [line.split() for line in lines]


async def test_the_guides_receiver_hears_what_happened_and_its_commands_work(
    pomelo: Pomelo,
    database: Database,
    environ: pytest.MonkeyPatch,
    own_vault: Vault,
    tmp_path: Path,
) -> None:
    environ.setenv("POMELO_ALLOW_PRIVATE_HOOKS", "127.0.0.0/8")
    (receiver,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "receiver.py").write_text(receiver)
    port = str(free_port())
    office = Office(database, Clock().now())
    office.campaign = await office.add_campaign()
    courier = Courier(database, office.clock, vault=own_vault, guard=HERE)
    add, *others = commands()

    secret = (await pomelo(*(word.replace("8000", port) for word in add))).out.strip()
    hook = (await pomelo("hook", "list", "--json")).json[0]["_id"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(tmp_path / "receiver.py")),
        env={**os.environ, "WEBHOOK_SECRET": secret, "PORT": port},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        heard = [await process.stdout.readline()]
        await office.happen(await office.add_lead(), ActivityType.EMAILS_SENT)
        await office.work(courier)
        heard += [await process.stdout.readline() for _ in range(2)]
    ended = [await pomelo(*(word.replace(EXAMPLE_ID, hook) for word in one)) for one in others]
    process.kill()
    await process.wait()
    await courier.finish()

    said = [line.decode().strip() for line in heard]
    told = [f"{name} richard@piedpiper.com" for name in ("emailsSent", "contacted")]
    assert said == ["listening", *told]
    assert [one.status for one in ended] == [0] * len(others)
    assert {one[1] for one in others} == {"list", "deliveries", "replay", "rotate", "remove"}
