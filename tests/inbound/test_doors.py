"""Log-ins and our own public address: what protects a line, and whether links lead anywhere."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from pomelo.base.outgoing import Guard, parse_networks
from pomelo.base.tls import Secured, secured, trusted
from pomelo.demo.sink import Sink
from pomelo.inbound import Level
from pomelo.inbound.checkup import doors, web
from pomelo.smtp import Opened, SmtpServer, Timeouts
from pomelo.smtp import Session as Line
from tests import certificates

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
IN_CLEAR = trusted()


@pytest.mark.parametrize(
    ("level", "says", "fault", "line"),
    [
        (Level.FAIL, "refuses", "The server refuses.", None),
        (Level.PASS, "without TLS", None, None),
        (Level.PASS, "TLSv1.3", None, Secured("TLSv1.3", None)),
        (Level.PASS, "2026-04-10", None, Secured("TLSv1.2", NOW + timedelta(days=31))),
        (Level.WARN, "ends on 2026-03-20", None, Secured("TLSv1.3", NOW + timedelta(days=10))),
        (Level.WARN, "no more safe", None, Secured("TLSv1.1", None)),
    ],
)
def test_how_a_server_lets_in(
    level: Level, says: str, fault: str | None, line: Secured | None
) -> None:
    found = doors.judge_door(doors.SMTP, fault, line, mend="Mend it.", now=NOW)

    assert (found.level, says in found.text) == (level, True)


@pytest.mark.parametrize("line", [None, Secured("TLSv1.3", None), Secured("TLSv1.1", None)])
def test_where_nobody_logs_in_it_is_not_said_that_somebody_did(line: Secured | None) -> None:
    found = doors.judge_door(doors.SMTP, None, line, mend="Mend it.", now=NOW, is_logged_in=False)

    assert found.text.startswith("Connected, without a log-in, ")


@pytest.mark.parametrize("mode", ["tls", "starttls"])
async def test_an_open_line_tells_its_version_and_its_certificate(
    mode: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    server, client = certificates.make(tmp_path_factory.mktemp("tls"), "localhost")
    sink = Sink(tls=server) if mode == "tls" else Sink(starttls=server)
    where = SmtpServer(host="localhost", port=await sink.start(), tls=mode, address="127.0.0.1")
    line = Line(where, context=client, timeouts=Timeouts(5, 5, 5, 5))

    opened = await line.open()

    await line.close()
    await sink.stop()
    assert isinstance(opened, Opened)
    assert opened.secured is not None
    assert opened.secured.version == "TLSv1.3"
    assert opened.secured.ends_at is not None
    assert secured(None) is None


@asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[int]:
    """A web server that says the same to everybody; none at all for an empty answer."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.2", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def http(status: str, body: str) -> bytes:
    return (
        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    ).encode()


@pytest.mark.parametrize(
    ("level", "says", "answer"),
    [
        (Level.WARN, "answers, without TLS", http("200 OK", '{"status":"ready"}')),
        (Level.WARN, "answers, without TLS", http("503 Not Ready", '{"status":"not ready"}')),
        (Level.FAIL, "not this server", http("200 OK", "<h1>Welcome to nginx</h1>")),
        (Level.FAIL, "not this server", http("302 Found", '{"status":"x"}')),
        (Level.FAIL, "cannot be reached", b"garbage\r\n\r\n"),
    ],
)
async def test_who_answers_at_the_public_address(
    level: Level, says: str, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "is_loopback", lambda _: False)
    guard = Guard(parse_networks("127.0.0.0/8"))
    async with answering(answer) as port:
        found = await web.examine_web(f"http://127.0.0.2:{port}", guard, IN_CLEAR)

    assert (found.level, says in found.text) == (level, True), found


async def test_an_address_that_only_some_reach_is_a_failure() -> None:
    here = await web.examine_web("http://127.0.0.1:8000", Guard(()), IN_CLEAR)
    inside = await web.examine_web("http://10.0.0.1", Guard((), frozenset({80})), IN_CLEAR)

    assert (here.level, "this machine" in here.text) == (Level.FAIL, True)
    assert (inside.level, "public Internet" in inside.text) == (Level.FAIL, True)
