import asyncio
import os
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from pomelo.api import respond
from pomelo.base.listen import Limits, PortTaken, serve_http
from tests.api import toy
from tests.api.wires import Wire, raw, request, running, wire


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with running(toy.app(), Limits(header_ms=500)) as number:
        yield number


async def test_headers_that_drip_and_connections_that_say_nothing_are_closed(port: int) -> None:
    async with asyncio.timeout(3), wire(port) as dripping, wire(port) as silent:
        await dripping.say(b"GET /open HTTP/1.1\r\nHost: x\r\nX-")

        assert await dripping.is_closed()
        assert await silent.is_closed()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /open\r\n\r\n", 400),
        (b"G@T /open HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /open HTTP/1.1\r\nHo st: x\r\n\r\n", 400),
        (b"POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n", 400),
        (b"POST /open HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: odd\r\n\r\n", 400),
        (b"POST /open HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (b"GET /" + b"a" * 65_600 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /open HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 120 + b"\r\n", 431),
        (b"GET /open HTTP/1.1\r\nHost: x\r\n" + b"X: %b\r\n" % (b"y" * 9_990) * 50 + b"\r\n", 431),
    ],
)  # fmt: skip
async def test_what_is_no_request_is_refused_by_its_status_alone(
    port: int, head: bytes, status: int
) -> None:
    """By the HTTP library, which takes no words of ours; docs/guarantees.md says so."""
    async with asyncio.timeout(5), wire(port) as connection:
        await connection.say(head)
        answer = await connection.hear()

        assert (answer.status, answer.body) == (status, b"")
        assert answer.headers["connection"] == "close"
        assert await connection.is_closed()


async def test_idle_connections_do_not_hold_others_up(port: int) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]

    async with asyncio.timeout(1):
        answer = await raw(port, "GET", b"/open")

    assert answer.status == 200
    for _, writer in idle:
        writer.close()


async def test_an_answer_nobody_reads_is_given_up_and_lets_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(respond, "WRITE_SECONDS", 0.3)
    made = toy.Stream(pieces=10_000, size=65_536)

    async with running(toy.app(made), Limits(unread_ms=500)) as port, wire(port) as connection:
        connection.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await connection.say(request("GET", b"/api/stream"))

        await asyncio.wait_for(made.is_closed.wait(), 5)


async def test_an_answer_that_is_read_in_a_trickle_is_given_up_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(respond, "WRITE_SECONDS", 0.3)
    monkeypatch.setattr(respond, "LEAST_BYTES_A_SECOND", 50_000_000)
    made = toy.Stream(pieces=100_000, size=65_536)

    async with running(toy.app(made)) as port, wire(port) as connection, asyncio.timeout(10):
        await connection.say(request("GET", b"/api/stream"))
        while not made.is_closed.is_set():
            await connection.reader.read(65_536)
            await asyncio.sleep(0.02)


async def test_a_client_that_leaves_ends_the_making_of_its_answer() -> None:
    made = toy.Stream(hangs=True)

    async with running(toy.app(made)) as port:
        async with wire(port) as connection:
            await connection.say(request("GET", b"/api/stream"))
            await connection.reader.readuntil(b"2222")

        await asyncio.wait_for(made.is_closed.wait(), 3)


async def test_an_answer_that_breaks_is_never_taken_for_whole() -> None:
    async with (
        running(toy.app(toy.Stream(breaks=True))) as port,
        wire(port) as connection,
    ):
        await connection.say(request("GET", b"/api/stream"))

        with pytest.raises(asyncio.IncompleteReadError):
            await connection.hear()


async def test_what_is_in_flight_is_finished_when_the_server_ends() -> None:
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Any) -> object:
        entered.set()
        await go_on.wait()
        return {"done": True}

    app = toy.app(operations=(toy.operation("GET", "/api/slow", slow),))
    async with asyncio.timeout(5), wire_to(app) as (connection, stop, serving):
        await connection.say(request("GET", b"/api/slow"))
        await entered.wait()
        stop.set()
        await asyncio.sleep(0)
        go_on.set()

        assert (await connection.hear()).json == {"done": True}
        await serving


async def test_a_server_that_is_told_to_end_waits_for_nobody_for_ever() -> None:
    app = toy.app(toy.Stream(hangs=True))
    async with asyncio.timeout(5), wire_to(app, stop_seconds=0.2) as (connection, stop, serving):
        await connection.say(request("GET", b"/api/stream"))
        await connection.reader.readuntil(b"2222")

        stop.set()

        await serving


class wire_to:  # noqa: N801 - reads as a word
    """A server that the test stops itself, and a connection to it."""

    def __init__(self, app: Any, stop_seconds: float = 5) -> None:
        self.app = app
        self.limits = Limits(stop_seconds=stop_seconds)

    async def __aenter__(self) -> tuple[Wire, asyncio.Event, "asyncio.Task[None]"]:
        stop = asyncio.Event()
        bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve_http(self.app, "127.0.0.1", 0, stop, bound=bound, limits=self.limits)
        )
        self.wire = wire(await bound)
        return await self.wire.__aenter__(), stop, serving

    async def __aexit__(self, *error: object) -> None:
        await self.wire.__aexit__(None, None, None)


async def test_a_taken_port_is_not_shared_and_its_holder_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]

        with pytest.raises(PortTaken, match=rf"127.0.0.1:{number}.*\(process {os.getpid()}, "):
            await serve_http(toy.app(), "127.0.0.1", number, asyncio.Event())


async def test_an_address_that_is_not_ours_is_not_blamed_on_another_program() -> None:
    with pytest.raises(
        PortTaken, match=r"192\.0\.2\.1:0: .*\. Choose another address by POMELO_HOST"
    ):
        await serve_http(toy.app(), "192.0.2.1", 0, asyncio.Event())


async def test_two_servers_never_share_a_port(port: int) -> None:
    with pytest.raises(PortTaken):
        await serve_http(toy.app(), "127.0.0.1", port, asyncio.Event())
