"""Refusals in the conversation, and servers lost before a mail was out: nothing is in doubt."""

from pathlib import Path

import pytest

from pomelo.demo.sink import Act, Script, Sink, Stage
from pomelo.messages import Stage as At
from pomelo.smtp import (
    Accepted,
    Deferred,
    Opened,
    Reason,
    Refused,
)
from tests import certificates
from tests.mailing import HUGE, MAIL, QUICK, RICHARD, SALES, saying, send, session_to, talking


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT])
@pytest.mark.parametrize("code", [450, 452, 550, 552, 554])
async def test_a_refusal_tells_its_stage_and_the_session_lives_on(
    stage: Stage, code: int, *, pipelining: bool
) -> None:
    script = Script(stage, reply=f"{code} 4.7.1 Greylisted, try again in 60 seconds", times=1)
    sink = Sink(script={"*": script}, extensions=("PIPELINING",) if pipelining else ())

    async with talking(sink) as session:
        first = await send(session)
        second = await send(session)

    assert isinstance(first, Refused if code >= 500 else Deferred)
    assert first.reply is not None
    assert (first.reply.code, first.stage) == (code, At(stage.value))
    assert isinstance(second, Accepted)
    assert (sink.sessions, sink.count) == (1, 1)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT])
async def test_after_421_the_session_is_over(stage: Stage, *, pipelining: bool) -> None:
    script = Script(stage, reply="421 4.3.2 shutting down", times=1)
    sink = Sink(script={"*": script}, extensions=("PIPELINING",) if pipelining else ())

    async with talking(sink) as session:
        first = await send(session)
        was_open = session.is_open
        second = await send(session)
        await session.open()
        third = await send(session)

    assert isinstance(first, Deferred)
    assert first.reply is not None
    assert (first.reply.code, first.stage) == (421, At(stage.value))
    assert not was_open
    assert second == Deferred(None, At.MAIL, Reason.CLOSED)
    assert isinstance(third, Accepted)


async def test_a_mail_thought_better_of_leaves_no_trace() -> None:
    sink = Sink()

    async with talking(sink) as session:
        await session.offer(SALES, "first@lead.test", 9)
        await session.offer(SALES, "second@lead.test", 9)
        await session.reset()
        await send(session, to="third@lead.test")

    assert [mail.recipients for mail in sink.mails] == [("third@lead.test",)]


async def test_a_reply_is_stored_short_and_printable() -> None:
    reply = "550-5.1.1 \udcff<script>\r\n550 5.1.1 \x1b[31m" + "x" * 5000

    async with talking(Sink(script={RICHARD: Script(Stage.RCPT, reply=reply)})) as session:
        refused = await session.offer(SALES, RICHARD, 9)

    assert isinstance(refused, Refused)
    assert refused.reply.text.startswith("5.1.1 \ufffd<script> [31mxxx")
    assert len(refused.reply.text.encode()) <= 1024


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA])
@pytest.mark.parametrize(
    ("act", "reason"), [(Act.HANG, Reason.TIMED_OUT), (Act.DROP, Reason.CLOSED)]
)
async def test_a_server_lost_before_the_mail_went_out_defers_it(
    stage: Stage, act: Act, reason: Reason
) -> None:
    sink = Sink(script={"*": Script(stage, act)})

    async with talking(sink, timeouts=QUICK) as session:
        sent = await send(session)
        was_open = session.is_open

    assert sent == Deferred(None, At(stage.value), reason)
    assert not was_open
    assert sink.count == 0


@pytest.mark.parametrize(
    ("act", "reason"), [(Act.HANG, Reason.TIMED_OUT), (Act.DROP, Reason.CLOSED)]
)
async def test_a_mail_cut_short_is_deferred(act: Act, reason: Reason) -> None:
    sink = Sink(script={"*": Script(Stage.BODY, act)})

    async with talking(sink, timeouts=QUICK) as session:
        sent = await send(session, HUGE)

    assert sent == Deferred(None, At.DATA, reason)
    assert sink.count == 0


async def test_a_mail_cut_short_inside_tls_is_deferred(tmp_path: Path) -> None:
    shown, trusted = certificates.make(tmp_path, "localhost")
    sink = Sink(script={"*": Script(Stage.BODY, Act.HANG)}, tls=shown)

    async with talking(sink, tls="tls", context=trusted, timeouts=QUICK) as session:
        sent = await send(session, HUGE)

    assert sent == Deferred(None, At.DATA, Reason.TIMED_OUT)
    assert sink.count == 0


async def test_a_no_in_the_middle_of_a_mail_is_heeded() -> None:
    sink = Sink(script={"*": Script(Stage.BODY, reply="552 5.3.4 enough")})

    async with talking(sink) as session:
        sent = await send(session, HUGE)

    # The words may be lost together with the line; nothing is ever in doubt.
    assert isinstance(sent, Refused | Deferred)
    assert sent.stage is At.DATA


HELLO = (b"220 hi\r\n", b"250 me\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\xff\xfe\r\n",
        b"250\r250 x\r\nnonsense\r\n",
        b"999 never\r\n",
        b"354 too early\r\n",
        b"250-x\r\n" * 20_000,
        b"250 " + b"x" * 1_000_000,
    ],
)
async def test_what_is_not_smtp_ends_the_session_and_is_not_repeated(answer: bytes) -> None:
    async with saying(*HELLO, answer) as port:
        session = session_to(port, timeouts=QUICK)
        opened = await session.open()
        offered = await session.offer(SALES, RICHARD, 9)

    assert isinstance(opened, Opened)
    assert isinstance(offered, Deferred)
    assert (offered.reply, offered.reason) == (None, Reason.GARBLED)
    assert not session.is_open


async def test_a_reply_nobody_asked_for_ends_the_session() -> None:
    async with saying(*HELLO, b"250 ok\r\n", b"250 ok\r\n250 and more\r\n") as port:
        session = session_to(port)
        await session.open()
        await session.offer(SALES, RICHARD, 9)
        was_open = session.is_open
        sent = await session.deliver(MAIL)

    assert not was_open
    assert sent == Deferred(None, At.DATA, Reason.CLOSED)
