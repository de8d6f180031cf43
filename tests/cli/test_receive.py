"""`pomelo receive` as a mail server's pipe runs it: a mail in, one line and a status out."""

import asyncio
import os
import shlex
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from pomelo.base.db import Database
from pomelo.leads import LeadState
from tests import make
from tests.cli.conftest import Pomelo, Said
from tests.inbound import hostile
from tests.inbound import sent as mailing
from tests.inbound.letters import SENDER
from tests.inbound.sent import Sent

COMMAND = (sys.executable, "-c", "from pomelo.cli import main; main()", "receive")
GUIDE = Path(__file__).parents[2] / "docs/guides/receive.md"


Receive = Callable[..., Awaitable[Said]]


async def run(command: tuple[str, ...], stdin: bytes, environment: dict[str, str]) -> Said:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | environment,
    )
    out, err = await process.communicate(stdin)
    return Said(process.returncode or 0, out.decode(), err.decode())


@pytest.fixture
def pipe(database: Database, home: Path) -> Receive:
    """Runs the command as a program, beside the server that has the tests' data directory."""

    async def receive(raw: bytes, *options: str) -> Said:
        environment = {"POMELO_DATA_DIR": str(home), "POMELO_SECRET_KEY": make.KEY}
        return await run((*COMMAND, "--sender", SENDER, *options), raw, environment)

    return receive


@pytest.fixture
def receive(pomelo: Pomelo, environ: pytest.MonkeyPatch) -> Receive:
    """Runs the command in this process, which starts in no time."""
    environ.setenv("POMELO_SECRET_KEY", make.KEY)

    async def receive(raw: bytes, *options: str, sender: str = SENDER) -> Said:
        return await pomelo("receive", "--sender", sender, *options, stdin=raw)

    return receive


@pytest.fixture
async def sent(database: Database) -> Sent:
    async with database.transaction() as db:
        return await mailing.sent(db)


async def state(database: Database, sent: Sent) -> LeadState:
    async with database.transaction() as db:
        return await sent.state(db)


async def test_a_reply_warms_the_lead_and_says_so(
    database: Database, pipe: Receive, sent: Sent
) -> None:
    ended = await pipe(sent.answer("reply_top_posted"))

    assert (ended.status, ended.err) == (0, "")
    assert ended.out == f"reply: for {sent.lead.id} (in_reply_to); emailsReplied.\n"
    assert await state(database, sent) is LeadState.WARMED


async def test_programs_are_told_in_json(receive: Receive, sent: Sent) -> None:
    raw = b"From jared@piedpiper.com Tue Mar 10 09:00:00 2026\n" + sent.answer("bounce_qmail")

    first, second = await receive(raw, "--json"), await receive(raw, "--json")

    assert first.json == {
        "kind": "bounce",
        "isOurs": True,
        "isNew": True,
        "matchedBy": first.json["matchedBy"],
        "messageId": sent.message.id,
        "leadId": sent.lead.id,
        "activity": "emailsBounced",
    }
    assert second.status == 0
    assert (second.json["isNew"], second.json["activity"]) == (False, None)


async def test_a_mail_that_is_not_ours_ends_well_too(receive: Receive, sent: Sent) -> None:
    ended = await receive(b"From: friend@pomelo.example\nSubject: Lunch?\n\nAt noon?\n", "--json")

    assert ended.status == 0
    assert (ended.json["kind"], ended.json["isOurs"]) == ("reply", False)


async def test_what_is_hardly_a_mail_ends_well(receive: Receive, sent: Sent) -> None:
    ended = await receive(b"Message-ID: <\0>\nIn-Reply-To: <a\0b@c>\n\n\xff\0")

    assert (ended.status, ended.err) == (0, "")


@pytest.mark.parametrize("name", ["60,000 nested mails", "words that slow down quote finders"])
async def test_hostile_mail_ends_well_and_soon(receive: Receive, sent: Sent, name: str) -> None:
    began = time.monotonic()

    ended = await receive(hostile.MAILS[name]())

    assert ended.status == 0
    assert time.monotonic() - began < 6  # 2 for the mail at most; the rest is starting its child


async def test_more_than_fifty_megabytes_are_taken_from_the_pipe(pipe: Receive, sent: Sent) -> None:
    raw = sent.answer("reply_top_posted") + b"x" * 55_000_000

    ended = await pipe(raw)

    assert (ended.status, ended.out.partition(":")[0]) == (0, "reply")


async def test_an_unknown_sender_is_told_to_the_mail_server(receive: Receive, sent: Sent) -> None:
    ended = await receive(sent.answer("reply_top_posted"), sender="nobody@pomelo.example")

    assert (ended.status, ended.out) == (67, "")
    assert ended.err == (
        "pomelo: No sender has this address; `pomelo sender list` shows those that there are.\n"
    )


async def test_what_is_no_address_is_a_wrong_call(receive: Receive, sent: Sent) -> None:
    ended = await receive(b"", sender="jared")

    assert ended.status == 64
    assert "not valid" in ended.err


async def test_a_mail_waits_while_the_database_is_away(receive: Receive, sent: Sent) -> None:
    away = {"DATABASE_URL": "postgresql://pomelo@127.0.0.1:1/pomelo", "POMELO_SECRET_KEY": make.KEY}

    ended = await run((*COMMAND, "--sender", SENDER), sent.answer("reply_top_posted"), away)

    assert (ended.status, ended.out) == (75, "")
    assert ended.err.startswith("pomelo: The database does not answer")


async def test_a_mailbox_of_two_teams_answers_the_one_that_wrote(
    database: Database, receive: Receive, sent: Sent
) -> None:
    async with database.transaction() as db:
        other = await make.team(db, "Hooli")
        mailbox = await make.sender(db, other.id, SENDER)

    ended = await receive(sent.answer("reply_top_posted"), "--json")
    asked_of_other = await receive(
        sent.answer("auto_exchange_english"), "--team", "Hooli", "--json"
    )

    assert ended.json["leadId"] == sent.lead.id
    assert asked_of_other.json["isOurs"] is False
    assert mailbox.team_id == other.id


async def test_the_command_of_the_guide_runs_as_it_is_written(
    database: Database, home: Path, tmp_path: Path, sent: Sent
) -> None:
    line = next(line for line in GUIDE.read_text().splitlines() if line.endswith("< mail.eml"))
    (tmp_path / "mail.eml").write_bytes(sent.answer("unsubscribe_english"))
    async with database.transaction() as db:
        await db.execute("UPDATE senders SET email = $1, address_key = $1", "jared@piedpiper.com")
    pomelo = shlex.join(COMMAND[:-1])
    script = f'pomelo() {{ {pomelo} "$@"; }}; cd {shlex.quote(str(tmp_path))}; {line}'

    environment = {"POMELO_DATA_DIR": str(home), "POMELO_SECRET_KEY": make.KEY}
    ended = await run(("bash", "-c", script), b"", environment)

    assert (ended.status, ended.err) == (0, "")
    assert await state(database, sent) is LeadState.EMAILS_UNSUBSCRIBED
