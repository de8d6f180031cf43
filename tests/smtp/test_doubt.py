"""After the last byte of a mail: told, or unknown."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from pomelo.demo.sink import Act, Script, Sink, Stage
from pomelo.smtp import (
    Reason,
    Unknown,
)
from pomelo.smtp.line import Broken, Line
from tests.mailing import (
    HUGE,
    MAIL,
    QUICK,
    RICHARD,
    SALES,
    send,
    talking,
)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (Script(Stage.DOT, Act.DROP), Reason.CLOSED),
        (Script(Stage.DOT, Act.HANG), Reason.TIMED_OUT),
        (Script(Stage.DOT, Act.DELAY, seconds=0.6), Reason.TIMED_OUT),
        (Script(Stage.DOT, reply="250\rnonsense\r\nmore"), Reason.GARBLED),
        (Script(Stage.DOT, reply="354 once more"), Reason.GARBLED),
        (Script(Stage.DOT, reply="hello"), Reason.GARBLED),
    ],
)
@pytest.mark.parametrize("raw", [MAIL, MAIL * 3000])
async def test_a_server_lost_after_the_dot_leaves_the_mail_unknown(
    script: Script, reason: Reason, raw: bytes
) -> None:
    async with talking(Sink(script={"*": script}), timeouts=QUICK) as session:
        sent = await send(session, raw)
        was_open = session.is_open

    assert sent == Unknown(reason)
    assert not was_open


@pytest.mark.parametrize(
    ("act", "reason"), [(Act.HANG, Reason.TIMED_OUT), (Act.DROP, Reason.CLOSED)]
)
async def test_a_small_mail_is_unknown_though_its_server_read_nothing_of_it(
    act: Act, reason: Reason
) -> None:
    """Its last byte had left this process; what the server did with it nobody here can tell."""
    sink = Sink(script={"*": Script(Stage.BODY, act)})

    async with talking(sink, timeouts=QUICK) as session:
        sent = await send(session, MAIL)

    assert sent == Unknown(reason)
    assert sink.count == 0


async def test_a_task_stopped_in_the_middle_leaves_no_session_out_of_step() -> None:
    sink = Sink(script={"*": Script(Stage.DOT, Act.HANG)})

    async with talking(sink) as session:
        await session.offer(SALES, RICHARD, len(MAIL))
        delivery = asyncio.create_task(session.deliver(MAIL))
        await sink.wait_for(1)
        delivery.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivery
        was_open = session.is_open

    assert not was_open


@pytest.fixture
async def line_and_peer() -> AsyncIterator[tuple[Line, socket.socket]]:
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
    line = Line(transport)
    transport.pause_reading()  # so that only writing can find out that the peer has gone
    yield line, theirs
    theirs.close()
    line.abort()
    await line.close(within=5)


async def test_a_write_that_fails_has_sent_nothing(
    line_and_peer: tuple[Line, socket.socket],
) -> None:
    line, peer = line_and_peer
    peer.close()

    line.write(MAIL)

    assert line.is_full
    with pytest.raises(Broken):
        await line.drain(within=5)


async def test_bytes_that_wait_here_have_not_left(
    line_and_peer: tuple[Line, socket.socket],
) -> None:
    line, peer = line_and_peer

    line.write(HUGE)
    was_full = line.is_full
    peer.setblocking(False)
    taken = await asyncio.get_running_loop().sock_recv(peer, 1024)
    with pytest.raises(Broken):
        await line.drain(within=0.02)

    assert was_full
    assert taken == HUGE[:1024]
    assert line.is_full
