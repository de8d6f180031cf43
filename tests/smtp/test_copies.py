"""A mail for several: the one recipient decides, whoever else is refused is left out."""

from pomelo.demo.sink import Act, Script, Sink, Stage
from pomelo.smtp import Accepted, Deferred, Ready, Refused
from tests.mailing import MAIL, RICHARD, SALES, talking

DINESH, JIAN = "dinesh@piedpiper.test", "jian@piedpiper.test"
NO = Script(Stage.RCPT, reply="550 5.1.1 no such user")


async def test_all_get_the_same_mail() -> None:
    sink = Sink()
    async with talking(sink) as session:
        offered = await session.offer(SALES, RICHARD, len(MAIL), copies=(DINESH, JIAN))
        delivered = await session.deliver(MAIL)

    assert offered == Ready()
    assert isinstance(delivered, Accepted)
    assert [mail.recipients for mail in sink.mails] == [(RICHARD, DINESH, JIAN)]


async def test_a_refused_copy_is_left_out_and_told() -> None:
    sink = Sink(script={DINESH: NO})
    async with talking(sink) as session:
        offered = await session.offer(SALES, RICHARD, len(MAIL), copies=(DINESH, JIAN))
        await session.deliver(MAIL)

    assert isinstance(offered, Ready)
    assert offered.left_out == (f"{DINESH}: 550 5.1.1 no such user",)
    assert [mail.recipients for mail in sink.mails] == [(RICHARD, JIAN)]


async def test_without_its_recipient_nobody_gets_it() -> None:
    sink = Sink(script={RICHARD: NO})
    async with talking(sink) as session:
        offered = await session.offer(SALES, RICHARD, len(MAIL), copies=(DINESH,))

    assert isinstance(offered, Refused)
    assert sink.mails == []


async def test_a_line_cut_at_a_copy_is_a_mail_for_later() -> None:
    sink = Sink(script={DINESH: Script(Stage.RCPT, Act.DROP)})
    async with talking(sink) as session:
        offered = await session.offer(SALES, RICHARD, len(MAIL), copies=(DINESH,))

    assert isinstance(offered, Deferred)
    assert sink.mails == []
