"""The limited child: hostile mail costs little, and the next mail is read all the same."""

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pomelo.inbound import child
from pomelo.inbound.model import Parsed, Unreadable
from pomelo.inbound.parse import parse
from pomelo.inbound.reader import Reader, ReaderBroken, _environment
from tests.inbound import hostile
from tests.inbound.letters import letter

# A child that does with each mail what its first word says; the others it answers.
SCRIPTED = f"""
import runpy, sys, time
import msgspec

child = runpy.run_path({child.__file__!r})
child["_shut_the_door"]()
from pomelo.inbound.parse import parse

def answer(raw):
    match raw.partition(b" ")[0]:
        case b"sleep":
            time.sleep(60)
        case b"die":
            sys.exit(3)
        case b"raise":
            raise RuntimeError("no")
        case b"eat":
            b"x" * (2 * child["MEMORY_BYTES"])
        case b"spin":
            while True:
                pass
        case b"lie":
            return b"\\xc1 no such thing"
    return msgspec.msgpack.encode(parse(raw))

child["_limit_memory"]()
sys.stdout.buffer.write(child["READY"])
sys.stdout.buffer.flush()
child["serve"](sys.stdin.buffer, sys.stdout.buffer, answer)
"""


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    reader = Reader()
    yield reader
    await reader.close()


@pytest.fixture(scope="module")
async def enduring() -> AsyncIterator[Reader]:
    reader = Reader()
    yield reader
    await reader.close()


@pytest.fixture
async def scripted() -> AsyncIterator[Reader]:
    reader = Reader(seconds=1.0, command=(sys.executable, "-c", SCRIPTED))
    yield reader
    await reader.close()


async def test_the_child_reads_what_the_parser_reads(reader: Reader) -> None:
    raw = letter("reply_top_posted")

    assert await reader.read(raw) == parse(raw)


async def test_one_child_reads_many_mails(reader: Reader) -> None:
    await reader.read(b"first")
    first = reader._process

    answers = await asyncio.gather(*(reader.read(b"Subject: %d\n\n" % n) for n in range(20)))

    assert [answer.subject for answer in answers if isinstance(answer, Parsed)] == [
        str(number) for number in range(20)
    ]
    assert reader._process is first


@pytest.mark.parametrize("name", hostile.MAILS)
async def test_hostile_mail_costs_under_two_seconds_and_harms_nothing(
    enduring: Reader, name: str
) -> None:
    raw = hostile.MAILS[name]()
    await enduring.read(b"the child has started")
    started = time.monotonic()

    answer = await enduring.read(raw)

    assert time.monotonic() - started < 2
    assert answer.digest == hashlib.sha256(raw).hexdigest()
    assert answer.size_bytes == len(raw)
    after = await enduring.read(letter("reply_top_posted"))
    assert isinstance(after, Parsed)
    assert after.reply.startswith("Hello Nora")


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (b"sleep", "too slow"),
        (b"spin", "too slow"),
        (b"die", "crashed"),
        (b"lie", "crashed"),
        (b"raise", "failed"),
        (b"eat", "failed"),
    ],
)
async def test_a_child_that_misbehaves_is_replaced(
    scripted: Reader, word: bytes, reason: str
) -> None:
    answer = await scripted.read(word + b" now")

    assert isinstance(answer, Unreadable)
    assert answer.reason == reason
    assert isinstance(await scripted.read(b"Subject: next\n\nhi"), Parsed)


async def test_a_mail_at_which_one_child_failed_is_shown_to_another(tmp_path: Path) -> None:
    first_time = f"open({str(tmp_path / 'seen')!r}, 'x')"
    script = SCRIPTED.replace(
        "def answer(raw):",
        f"def answer(raw):\n    try:\n        {first_time}\n        sys.exit(3)\n"
        "    except FileExistsError:\n        pass",
    )
    reader = Reader(command=(sys.executable, "-c", script))

    answer = await reader.read(letter("reply_top_posted"))
    await reader.close()

    assert isinstance(answer, Parsed)
    assert answer.reply.startswith("Hello Nora")


async def test_a_cancelled_read_leaves_no_answer_for_the_next(scripted: Reader) -> None:
    task = asyncio.create_task(scripted.read(b"sleep now"))
    await scripted.read(b"")  # waits its turn, so the first has certainly begun; both end
    await asyncio.gather(task, return_exceptions=True)
    waiting = asyncio.create_task(scripted.read(b"sleep again"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await waiting

    after = await scripted.read(b"Subject: mine\n\nhi")

    assert isinstance(after, Parsed)
    assert after.subject == "mine"


async def test_the_child_sees_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POMELO_SECRET_KEY", "canary")
    script = SCRIPTED.replace(
        "parse(raw))", "parse(b'\\n' + repr(__import__('os').environ).encode()))"
    )
    reader = Reader(command=(sys.executable, "-c", script))

    answer = await reader.read(b"what do you see?")
    await reader.close()

    assert isinstance(answer, Parsed)
    assert "PYTHONPATH" in answer.text
    assert "canary" not in answer.text


@pytest.mark.parametrize("command", [(sys.executable, "-c", ""), ("/nowhere/python",)])
async def test_a_child_that_does_not_start_is_not_the_mails_fault(command: tuple[str, ...]) -> None:
    reader = Reader(command=command)

    with pytest.raises(ReaderBroken):
        await reader.read(b"Subject: a reply\n\nYes!")
    await reader.close()


async def test_closing_ends_the_child_and_reading_starts_another(reader: Reader) -> None:
    await reader.read(b"x")
    process = reader._process
    assert process is not None

    await reader.close()

    with pytest.raises(ProcessLookupError):
        os.kill(process.pid, 0)
    assert isinstance(await reader.read(b"y"), Parsed)


def test_the_child_does_not_load_the_program() -> None:
    command = (sys.executable, "-P", "-X", "importtime", child.__file__)
    ended = subprocess.run(command, input=b"", capture_output=True, check=True, env=_environment())

    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.decode().splitlines()}

    assert "pomelo.inbound.parse" in loaded
    assert not loaded & {"asyncio", "asyncpg", "pomelo.base", "pomelo.base.db", "ssl"}
