"""The sink, driven by the standard library's own SMTP client and by bare bytes."""

import asyncio
import json
import signal
import smtplib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pomelo.demo.sink import Act, Delivered, Script, Sink, Stage
from tests.strangers import ANNA, BEN, MAIL, SALES, by_bytes, by_smtplib


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    started = Sink()
    yield started
    await started.stop()


async def test_a_mail_arrives_as_it_was_written(sink: Sink) -> None:
    port = await sink.start()

    await by_smtplib(port, lambda client: client.sendmail(SALES, [ANNA, BEN], MAIL))

    [mail] = await sink.wait_for(1)
    assert (mail.envelope_from, mail.recipients) == (SALES, (ANNA, BEN))
    assert mail.raw == MAIL
    assert mail.began_at <= mail.ended_at


@pytest.mark.parametrize(
    "mail", [b"", b"x\r\n", b".\r\n", b"..\r\n.a\r\n", b"\r\n.\r\n\r\n", MAIL * 5000]
)
async def test_dots_and_sizes_do_not_matter(sink: Sink, mail: bytes) -> None:
    port = await sink.start()

    await by_smtplib(port, lambda client: client.sendmail(SALES, [ANNA], mail))

    assert sink.mails[0].raw == (mail or b"\r\n")


async def test_ehlo_offers_what_it_understands(sink: Sink) -> None:
    port = await sink.start()

    def ask(client: smtplib.SMTP) -> set[str]:
        client.ehlo()
        return set(client.esmtp_features)

    offered = await by_smtplib(port, ask)

    assert offered >= {"pipelining", "8bitmime", "smtputf8", "enhancedstatuscodes", "size"}
    assert not offered & {"starttls", "auth"}


ENVELOPE = b"EHLO me\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\n"


async def test_commands_in_one_packet_are_answered_in_order(sink: Sink) -> None:
    port = await sink.start()

    heard = await by_bytes(port, ENVELOPE, b"DATA\r\nhi\r\n.\r\nQUIT\r\n")

    codes = [line[:3] for line in heard.splitlines() if line[3:4] != b"-"]
    assert codes == [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert sink.mails[0].raw == b"hi\r\n"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (b"MAIL FROM:<a@b.test>\r\n", b"503"),
        (b"EHLO\r\n", b"501"),
        (b"EHLO me\r\nRCPT TO:<a@b.test>\r\n", b"503"),
        (b"EHLO me\r\nDATA\r\n", b"503"),
        (b"EHLO me\r\nMAIL FROM:<a@b.test>\r\nDATA\r\n", b"503"),
        (b"EHLO me\r\nMAIL FROM:<a@b.test>\r\nMAIL FROM:<a@b.test>\r\n", b"503"),
        (b"EHLO me\r\nMAIL FROM: <a@b.test>\r\n", b"501"),
        (b"EHLO me\r\nMAIL FROM:a@b.test\r\n", b"501"),
        (b"EHLO me\r\nMAIL FROM:<a@b@c.test>\r\n", b"553"),
        (b"EHLO me\r\nMAIL FROM:<a@b.test> SIZE=99999999\r\n", b"552"),
        (b"EHLO me\r\nMAIL FROM:<a@b.test> RET=HDRS\r\n", b"555"),
        (b"EHLO me\r\nMAIL FROM:<\xc3\xa4@b.test>\r\n", b"553"),
        (b"EHLO me\r\nMAIL FROM:<\xc3\xa4@b.test> SMTPUTF8\r\n", b"250"),
        (b"EHLO me\r\nVRFY you\r\n", b"500"),
        (b"EHLO me\nQUIT\r\n", b"500"),
        (b"\xff\r\n", b"500"),
        (b"X" * 5000, b"500"),
        (ENVELOPE + b"DATA\r\nbare\nline\r\n.\r\n", b"554"),
        (ENVELOPE + b"DATA\r\nbare\rline\r\n.\r\n", b"554"),
        (ENVELOPE + b"DATA\r\n" + b"x" * 999 + b"\r\n.\r\n", b"554"),
        (ENVELOPE + b"DATA\r\n" + b"x" * 998 + b"\r\n.\r\n", b"250"),
        (ENVELOPE + b"DATA\r\n\xc3\xa4\r\n.\r\n", b"554"),
        (ENVELOPE + b"RSET\r\nRCPT TO:<c@d.test>\r\n", b"503"),
        (b"EHLO me\r\nSTARTTLS\r\n", b"503"),
        (b"EHLO me\r\nAUTH PLAIN AGEAYg==\r\n", b"503"),
    ],
)
async def test_what_rfc_5321_forbids_is_refused(sink: Sink, said: bytes, code: bytes) -> None:
    port = await sink.start()

    heard = await by_bytes(port, said)

    assert heard.splitlines()[-1][:3] == code


async def test_a_bare_line_feed_does_not_smuggle_a_second_mail(sink: Sink) -> None:
    port = await sink.start()
    smuggled = b"hi\n.\r\nMAIL FROM:<evil@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nspam"

    await by_bytes(port, ENVELOPE, b"DATA\r\n", smuggled, b"\r\n.\r\n")

    assert sink.mails == []


@pytest.mark.parametrize("stage", [Stage.MAIL, Stage.RCPT, Stage.DATA, Stage.DOT])
async def test_a_script_speaks_at_its_stage_and_then_is_done(stage: Stage) -> None:
    scripts = {ANNA: Script(stage, reply="450 4.7.1 Greylisted", times=1)}
    sink = Sink(script=scripts if stage is not Stage.MAIL else {SALES: scripts[ANNA]})
    port = await sink.start()

    def send(client: smtplib.SMTP) -> object:
        try:
            return client.sendmail(SALES, [ANNA], MAIL)
        except smtplib.SMTPException as error:
            return error

    first = await by_smtplib(port, send)
    kept = len(sink.mails)
    second = await by_smtplib(port, send)
    await sink.stop()

    assert isinstance(first, smtplib.SMTPException)
    assert "450" in str(first)
    assert (kept, second, len(sink.mails)) == (0, {}, 1)


@pytest.mark.parametrize(
    ("script", "kept"),
    [
        (Script(Stage.CONNECT, Act.DROP), 0),
        (Script(Stage.EHLO, Act.DROP), 0),
        (Script(Stage.RCPT, Act.DROP), 0),
        (Script(Stage.BODY, Act.DROP), 0),
        (Script(Stage.DOT, Act.DROP), 1),
        (Script(Stage.CONNECT, reply="421 4.3.2 busy"), 0),
        (Script(Stage.DOT, reply="421 4.3.2 busy"), 0),
    ],
)
async def test_a_drop_after_the_dot_keeps_the_mail_and_one_before_does_not(
    script: Script, kept: int
) -> None:
    sink = Sink(script={"*": script})
    port = await sink.start()

    with pytest.raises((smtplib.SMTPException, OSError)):
        await by_smtplib(port, lambda client: client.sendmail(SALES, [ANNA], MAIL))
    await sink.stop()

    assert len(sink.mails) == kept


async def test_a_late_answer_was_kept_before_it_is_said() -> None:
    sink = Sink(script={ANNA: Script(Stage.DOT, Act.DELAY, seconds=0.05)})
    port = await sink.start()

    await by_smtplib(port, lambda client: client.sendmail(SALES, [ANNA], MAIL))
    await sink.stop()

    assert len(sink.mails) == 1


async def test_a_hang_says_nothing_until_the_sink_stops() -> None:
    sink = Sink(script={"*": Script(Stage.CONNECT, Act.HANG)})
    port = await sink.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.05)
    await sink.stop()

    assert await reader.read() == b""
    writer.close()


async def test_the_ledger_has_a_mail_before_it_is_acknowledged(tmp_path: Path) -> None:
    ledger, written = tmp_path / "ledger", list[str]()

    def look(_: Delivered) -> None:
        written.append(ledger.read_text())

    sink = Sink(ledger=ledger, on_mail=look)
    port = await sink.start()
    await by_smtplib(port, lambda client: client.sendmail(SALES, [ANNA], MAIL))
    await sink.stop()

    [line] = map(json.loads, written[0].splitlines())
    assert (line["message_id"], line["rcpt"]) == ("<1@sender.test>", [ANNA])
    assert ledger.read_text() == written[0]


async def test_it_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    ledger = tmp_path / "ledger"
    command = (
        sys.executable,
        "-m",
        "pomelo.demo.sink",
        "--ledger",
        str(ledger),
        "--delay-ms",
        "1-2",
    )
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    ready, port = (await process.stdout.readline()).split()

    await by_smtplib(int(port), lambda client: client.sendmail(SALES, [ANNA], MAIL))
    process.send_signal(signal.SIGKILL)
    await process.wait()

    assert ready == b"ready"
    assert len(ledger.read_text().splitlines()) == 1
