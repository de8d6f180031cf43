"""Mails that arrive, and what is never said on the way."""

import pytest

from pomelo.base import clock
from pomelo.demo.sink import Script, Sink, Stage
from pomelo.messages import Stage as At
from pomelo.smtp import (
    Accepted,
    Deferred,
    Ready,
    Reason,
    Refused,
    SmtpServer,
)
from tests.mailing import LARGE, MAIL, RICHARD, SALES, saying, send, session_to, talking


@pytest.mark.parametrize("extensions", [("PIPELINING",), ()])
async def test_many_mails_share_a_session(extensions: tuple[str, ...]) -> None:
    sink = Sink(extensions=extensions)

    async with talking(sink) as session:
        sent = [await send(session, to=f"{n}@lead.test") for n in range(3)]

    assert all(isinstance(each, Accepted) for each in sent)
    assert [mail.recipients for mail in sink.mails] == [(f"{n}@lead.test",) for n in range(3)]
    assert (sink.sessions, session.mails_sent) == (1, 3)
    assert sink.heard[-1] == "QUIT"


async def test_the_envelope_shares_a_packet_where_the_server_allows_it() -> None:
    answers = (b"220 hi\r\n", b"250-me\r\n250 PIPELINING\r\n", b"250 a\r\n550 b\r\n")
    again = b"250 reset\r\n250 a\r\n250 b\r\n"

    async with saying(*answers, again) as port:
        session = session_to(port)
        await session.open()
        refused = await session.offer(SALES, RICHARD, 9)
        ready = await session.offer(SALES, RICHARD, 9)
        is_in_step = session.is_open
        await session.close()

    assert isinstance(refused, Refused)
    assert ready == Ready()
    assert is_in_step


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (MAIL, MAIL),
        (b"a\nb\rc", b"a\r\nb\r\nc\r\n"),
        (b".\r\n.\r\n..x\r\n", b".\r\n.\r\n..x\r\n"),
        (b"a\n.\nMAIL FROM:<e@x.test>\n", b"a\r\n.\r\nMAIL FROM:<e@x.test>\r\n"),
        (b"a\r.\rb\r\n", b"a\r\n.\r\nb\r\n"),
        (b"", b""),
        (LARGE, LARGE),
    ],
)
async def test_a_mail_arrives_byte_for_byte_with_its_line_ends_mended(
    raw: bytes, kept: bytes
) -> None:
    sink = Sink()

    async with talking(sink) as session:
        sent = await send(session, raw)

    assert isinstance(sent, Accepted)
    assert [mail.raw for mail in sink.mails] == [kept]


async def test_the_id_a_provider_gives_instead_of_ours_is_told() -> None:
    said = Script(Stage.DOT, reply="250 2.0.0 OK <AM1@AM1.prod.outlook.com>")

    async with talking(Sink(script={"*": said})) as session:
        sent = await send(session)

    assert isinstance(sent, Accepted)
    assert sent.effective_id == "<AM1@AM1.prod.outlook.com>"


async def test_a_local_part_beyond_ascii_is_announced_and_a_domain_is_not() -> None:
    sink = Sink()

    async with talking(sink) as session:
        await send(session, to="jörg@bücher.test")
        await send(session, to="info@bücher.test")

    assert [mail.recipients for mail in sink.mails] == [
        ("jörg@xn--bcher-kva.test",),
        ("info@xn--bcher-kva.test",),
    ]
    mails = [line for line in sink.heard if line.startswith("MAIL")]
    assert ["SMTPUTF8" in line for line in mails] == [True, False]


async def test_a_server_that_can_report_is_asked_to() -> None:
    sink = Sink(extensions=("DSN",))

    async with talking(sink) as session:
        ready = await session.offer(SALES, RICHARD, 9, envelope_id="msg_a-1")

    assert ready == Ready()
    assert list(sink.heard)[1:3] == [
        f"MAIL FROM:<{SALES}> RET=HDRS ENVID=msg_a-1",
        f"RCPT TO:<{RICHARD}> NOTIFY=FAILURE,DELAY",
    ]


async def test_a_server_without_smtputf8_is_told_nothing() -> None:
    sink = Sink(extensions=())

    async with talking(sink) as session:
        refused = await session.offer(SALES, "jörg@lead.test", 9)
        heard = list(sink.heard)

    assert isinstance(refused, Refused)
    assert (refused.reply.enhanced, refused.stage) == ("5.6.7", At.MAIL)
    assert heard == ["EHLO localhost"]


async def test_a_mail_larger_than_the_server_takes_is_not_begun() -> None:
    sink = Sink(extensions=("SIZE 1000",))

    async with talking(sink) as session:
        refused = await session.offer(SALES, RICHARD, 1001)
        ready = await session.offer(SALES, RICHARD, 1000)

    assert isinstance(refused, Refused)
    assert refused.reply.enhanced == "5.3.4"
    assert ready == Ready()


@pytest.mark.parametrize(
    "address",
    [
        "d@e.test>\r\nRCPT TO:<evil@x.test",
        "d@e.test\r\nDATA",
        "d@e.test> SIZE=1",
        "<d@e.test>",
        "a b@e.test",
        "a@e.test,b@e.test",
        '"a\r\n"@e.test',
        "a@b@e.test",
        "a\x00@e.test",
        "",
        "postmaster",
    ],
)
async def test_what_is_not_one_address_is_never_said(address: str) -> None:
    sink = Sink()

    async with talking(sink) as session:
        for sender, recipient in ((SALES, address), (address, RICHARD)):
            with pytest.raises(ValueError, match="not valid"):
                await session.offer(sender, recipient, 9)
        heard = list(sink.heard)

    assert heard == ["EHLO localhost"]


async def test_an_envelope_id_cannot_carry_a_command() -> None:
    async with talking(Sink(extensions=("DSN",))) as session:
        with pytest.raises(ValueError, match="envelope id"):
            await session.offer(SALES, RICHARD, 9, envelope_id="a\r\nRSET")


async def test_a_password_is_never_shown() -> None:
    server = SmtpServer(host="h", port=465, login="sales", password="hunter2")

    assert "hunter2" not in f"{server} {server!r} {[server]}"


async def test_a_session_is_used_again_until_it_is_idle_or_worn() -> None:
    async with talking(Sink()) as session:
        now = clock.monotonic()
        fresh, idle = session.is_reusable(now), session.is_reusable(now + 61)
        session.mails_sent = 50
        worn = session.is_reusable(now)

    assert (fresh, idle, worn) == (True, False, False)
    assert not session.is_reusable(now)


async def test_a_server_that_says_goodbye_meanwhile_is_noticed() -> None:
    sink = Sink()

    async with talking(sink) as session:
        await send(session)
        await sink.stop()
        sent = await send(session)
        was_open = session.is_open

    assert not was_open
    assert sent == Deferred(None, At.MAIL, Reason.CLOSED)
