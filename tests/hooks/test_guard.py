"""Hooks reach nobody's private network, and no answer costs more than is given for it."""

import asyncio
import gzip
import json
import resource
import shutil
import sys
from typing import Any

import pytest

from pomelo.base import clock
from pomelo.base.calling import Caller
from pomelo.base.faults import Fault
from pomelo.base.outgoing import Guard, HostInvalid, HostRefused, HostUnknown, parse_networks
from pomelo.base.tls import trusted
from pomelo.hooks import TargetInvalid, check_url
from tests.hooks.office import HERE
from tests.hooks.receiver import OK, Answer, receiving, status
from tests.postgres import ROOT

MEGABYTE = 1_000_000
BOMB = gzip.compress(b"\0" * 50 * MEGABYTE)
REFUSED = (TargetInvalid, HostInvalid, HostRefused, HostUnknown)


@pytest.fixture(scope="module")
async def fenced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the canaries of a network namespace saw."""
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("ip") is None:
        pytest.skip("unshare and ip are not installed")
    fence = [unshare, "--net", "--mount"]
    allowed = await asyncio.create_subprocess_exec(
        *fence, "true", stderr=asyncio.subprocess.DEVNULL
    )
    if await allowed.wait() != 0:
        pytest.skip("this user may not make a network namespace")
    names = tmp_path_factory.mktemp("fenced") / "resolv.conf"
    program = [sys.executable, "-m", "tests.hooks.fenced", str(names)]
    flying = await asyncio.create_subprocess_exec(
        *fence, *program, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    async with asyncio.timeout(60):
        out, _ = await flying.communicate()
    seen: dict[str, Any] = json.loads(out)
    return seen


def test_no_spelling_of_a_private_address_is_connected_to(fenced: dict[str, Any]) -> None:
    assert fenced["hit_by_vectors"] == {}
    assert fenced["vectors"]["refused"] > 100


def test_a_name_that_turns_private_between_two_attempts_is_not_followed(
    fenced: dict[str, Any],
) -> None:
    assert fenced["hit_by_rebinds"] == {}
    assert fenced["rebinds"] == {"None": 25, "refused": 25}
    assert fenced["answered"] == 25


def test_no_redirect_is_followed(fenced: dict[str, Any]) -> None:
    assert fenced["hit_by_redirects"] == {}
    assert fenced["redirects"] == {"redirect": 5}


def test_what_the_operator_opened_is_reached_at_any_port_and_nothing_else(
    fenced: dict[str, Any],
) -> None:
    assert fenced["allowed"] == {"10.9.9.9:80": 1, "10.9.9.9:25": 1}


@pytest.mark.parametrize(
    "url",
    [
        "",
        "receiver.company.com",
        "ftp://93.184.216.34/",
        "file:///etc/passwd",
        "http://",
        "http:///pomelo",
        "http://user:password@93.184.216.34/",
        "http://93.184.216.34:25/",
        "http://93.184.216.34:0/",
        "http://93.184.216.34:99999/",
        "http://93.184.216.34/" + "x" * 2000,
        "http://93.184.216.34/\0",
        "http://127.0.0.1/",
        "http://localhost./",
        "http://2130706433/",
        "http://[::ffff:10.0.0.1]/",
        "http://nobody.invalid/",
    ],
)
async def test_a_target_that_nobody_may_be_told_at_is_refused_when_the_hook_is_made(
    url: str,
) -> None:
    with pytest.raises(REFUSED):
        await check_url(url, Guard((), frozenset({80, 443})))


@pytest.mark.parametrize("url", ["https://93.184.216.34/a?b=c", "http://10.1.2.3:5678/x"])
async def test_public_and_opened_targets_are_taken(url: str) -> None:
    await check_url(url, Guard(parse_networks("10.0.0.0/8"), frozenset({80, 443})))


async def pour(writer: asyncio.StreamWriter) -> None:
    """Send without end."""
    while not writer.is_closing():
        writer.write(b"x" * 65536)
        await writer.drain()


async def endless_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    await pour(writer)


async def endless_header(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX: ")
    await pour(writer)


async def endless_hints(writer: asyncio.StreamWriter) -> None:
    while not writer.is_closing():
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1000)
        await writer.drain()


async def dripping(writer: asyncio.StreamWriter, said: bytes) -> None:
    writer.write(said)
    while not writer.is_closing():
        await asyncio.sleep(0.05)
        writer.write(b"x")


async def dripping_header(writer: asyncio.StreamWriter) -> None:
    await dripping(writer, b"HTTP/1.1 200 OK\r\nX: ")


async def dripping_body(writer: asyncio.StreamWriter) -> None:
    await dripping(writer, b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n")


UNPACKED = (
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(BOMB)
) + BOMB


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (endless_body, None),
        (endless_header, Fault.GARBLED),
        (endless_hints, Fault.GARBLED),
        (dripping_header, Fault.TIMED_OUT),
        (dripping_body, None),
        (UNPACKED, None),
    ],
    ids=["body", "header", "hints", "slow header", "slow body", "gzip"],
)
async def test_an_answer_without_end_costs_neither_time_nor_memory(
    answer: Answer, fault: Fault | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pomelo.base.calling.SECONDS", 1.0)
    caller = Caller(HERE, trusted())
    was_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    async with receiving(lambda _: answer) as receiver:
        began = clock.monotonic()
        told = await asyncio.gather(*(caller.call(receiver.url, b"{}", {}) for _ in range(4)))
        took = clock.monotonic() - began
    await caller.close()

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - was_bytes
    assert {one.fault for one in told} == {fault}
    assert took < 2
    assert grown < 20 * MEGABYTE


async def test_no_cookie_is_kept_and_nothing_is_unpacked() -> None:
    caller = Caller(HERE, trusted())
    async with receiving(lambda _: status(200, "Set-Cookie: a=b; Path=/")) as receiver:
        for _ in range(2):
            await caller.call(receiver.url, b"{}", {})
    await caller.close()

    assert [one.headers.get("cookie") for one in receiver.told] == [None, None]
    assert {one.headers["accept-encoding"] for one in receiver.told} == {"identity"}
    assert receiver.told[0].headers["user-agent"].startswith("Pomelo/")


async def test_a_connection_is_kept_for_what_comes_next() -> None:
    caller = Caller(HERE, trusted())
    async with receiving(lambda _: OK) as receiver:
        for _ in range(5):
            await caller.call(receiver.url, b"{}", {})
    await caller.close()

    assert (len(receiver.told), receiver.connections) == (5, 1)


async def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with receiving() as proxy, receiving() as receiver:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy.port}")
        caller = Caller(HERE, trusted())
        await caller.call(receiver.url, b"{}", {})
        await caller.close()

    assert (proxy.connections, receiver.connections) == (0, 1)
