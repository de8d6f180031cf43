"""The guide "Connect a mailbox": its commands and calls do, and its sentences are, what it says."""

import re
import shlex
from datetime import UTC, datetime

import pytest

from pomelo.base.db import Database
from pomelo.senders import Hearing, Replies, hearing_warning
from tests import make
from tests.api import client
from tests.cli.conftest import Pomelo
from tests.guides import calls
from tests.postgres import ROOT

GUIDE = (ROOT / "docs/guides/mailboxes.md").read_text("utf-8")
EXAMPLES = re.findall(r"```sh\n(.*?)\n```", GUIDE, re.DOTALL)
JARED, MONICA = "jared@piedpiper.com", "monica@piedpiper.com"
LOCAL = ("--host", "127.0.0.1", "--login", "")


def here(text: str) -> str:
    """Let an example mean servers of this machine."""
    return re.sub(r"(smtp|imap)\.piedpiper\.com", "127.0.0.1", text)


async def test_its_commands_say_how_replies_are_read(
    pomelo: Pomelo, environ: pytest.MonkeyPatch
) -> None:
    environ.setenv("POMELO_SENDER_PASSWORD", "hunter2")
    environ.setenv("POMELO_SENDER_IMAP_PASSWORD", "hunter3")
    lines = [line for one in EXAMPLES for line in here(one).splitlines() if "pomelo" in line]
    lines += re.findall(r"`(pomelo sender set ADDRESS .*?)`", GUIDE)
    await pomelo("team", "create", "Pied Piper")
    await pomelo("sender", "add", MONICA, *LOCAL)

    said = [await pomelo(*shlex.split(line.replace("ADDRESS", MONICA))[1:]) for line in lines]

    assert [one.status for one in said] == [0] * 5, said
    senders = (await pomelo("sender", "list", "--json")).json
    assert {one["email"]: one["replies"] for one in senders} == {JARED: "imap", MONICA: "pipe"}
    assert {one["email"]: one["sentFolder"] for one in senders}[MONICA] == "Ausgang/2026"


async def test_its_calls_add_a_mailbox_and_let_one_be_read(
    database: Database, now: datetime
) -> None:
    (_, adding, account), (method, changing, change) = calls([here(one) for one in EXAMPLES])
    unsaid = {name: value for name, value in account.items() if not name.startswith("imap")}

    async with client.caller(database, "Pied Piper", now) as api:
        added = (await api.send("POST", adding, account)).json()
        other = {**unsaid, "sender_email": MONICA}
        later = (await api.send("POST", adding, other)).json()
        path = changing.replace("usm_…", later["id"])
        changed = await api.call(method, path, change)
        senders = await api.call("GET", "/senders")

    assert {one["email"]: one["replies"] for one in senders} == {JARED: "imap", MONICA: "imap"}
    assert (added["id"], changed["email"]) == (senders[0]["_id"], MONICA)


async def test_its_refusal_is_what_a_campaign_says(database: Database, now: datetime) -> None:
    (told,) = re.findall(r"```\n(This campaign .*?)\n```", GUIDE, re.DOTALL)

    async with client.caller(database, "Pied Piper", now) as api:
        async with database.transaction() as db:
            sender = await make.sender(db, api.team.id, JARED)
            await db.execute("UPDATE senders SET replies = NULL")
            campaign = await make.campaign(db, api.team.id)
            for subject in ("Hello", ""):
                await make.step(db, campaign, subject)
        await api.call("PATCH", f"/campaigns/{campaign.id}", {"senderIds": [sender.id]})
        status, said = await api.refused("POST", f"/campaigns/{campaign.id}/start")

    assert (status, said) == (400, told.replace("\n", " ").replace("usm_…", sender.id))


def test_its_warning_is_what_the_doctor_says() -> None:
    (told,) = re.findall(r"`(Replies to .*?)`", GUIDE)
    read_at, since = (datetime(2026, 3, 10, 8, minute, tzinfo=UTC) for minute in (41, 50))

    said = hearing_warning(Hearing(JARED, Replies.IMAP, read_at), since)

    assert said == told
