"""The guide "Senders and limits": its commands do what it says."""

import re
import shlex
from typing import Final

import pytest

from tests.cli.conftest import Pomelo
from tests.postgres import ROOT

GUIDE: Final = (ROOT / "docs/guides/limits.md").read_text("utf-8")
LINES: Final = re.findall(r"^pomelo .*$", GUIDE, re.MULTILINE)
JARED: Final = "jared@piedpiper.com"


async def test_its_commands_set_a_ramp_and_rules(
    pomelo: Pomelo, environ: pytest.MonkeyPatch
) -> None:
    environ.setenv("POMELO_SENDER_PASSWORD", "hunter2")
    await pomelo("team", "create", "Pied Piper")
    await pomelo("sender", "add", JARED, "--host", "127.0.0.1", "--login", "")
    await pomelo("sender", "add", "monica@piedpiper.com", "--host", "127.0.0.1", "--login", "")
    await pomelo("team", "rules", "--person", "3/30", "--one-campaign")

    said = [await pomelo(*shlex.split(line)[1:]) for line in LINES]

    sender, _ = (await pomelo("sender", "list", "--json")).json
    (team,) = (await pomelo("team", "list", "--json")).json
    assert team["limitPerDay"] == 500
    assert [one.status for one in said] == [0] * 6, said
    assert said[3].out == "0 of 0 leads would go to monica@piedpiper.com.\n"
    assert sender["domainGapSeconds"] == 300
    assert (sender["limitPerDay"], sender["limitToday"]) == (40, 5)
    assert said[-1].out.splitlines() == [
        "At most 5 mails to one company in 7 days.",
        "A company is left alone for 14 days after a reply.",
    ]
