"""TLS: had, or nothing of value is said."""

from pathlib import Path

import pytest

from pomelo.demo.sink import Act, Script, Sink, Stage
from pomelo.messages import Stage as At
from pomelo.smtp import (
    Accepted,
    Reason,
    Unreachable,
)
from tests import certificates
from tests.mailing import IN_CLEAR, LARGE, QUICK, saying, send, session_to, talking


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_login_and_a_mail_go_through_tls(tls: str, tmp_path: Path) -> None:
    shown, trusted = certificates.make(tmp_path, "localhost")
    wanted = {"tls" if tls == "tls" else "starttls": shown}
    sink = Sink(login=("sales", "secret"), **wanted)  # type: ignore[arg-type]

    async with talking(sink, tls=tls, context=trusted, login="sales", password="secret") as session:
        sent = [await send(session), await send(session, LARGE)]

    assert all(isinstance(each, Accepted) for each in sent)
    assert sink.mails[1].raw == LARGE


async def test_starttls_stripped_means_no_password_and_no_mail() -> None:
    sink = Sink(login=("sales", "secret"))
    session = session_to(await sink.start(), tls="starttls", login="sales", password="secret")

    opened = await session.open()
    await sink.stop()

    assert opened == Unreachable(At.TLS, Reason.NO_STARTTLS)
    assert list(sink.heard) == ["EHLO localhost"]


@pytest.mark.parametrize("tls", ["tls", "starttls"])
@pytest.mark.parametrize("fault", ["unknown issuer", "another name"])
async def test_a_bad_certificate_ends_it_before_the_password(
    tls: str, fault: str, tmp_path: Path
) -> None:
    names = ("other.test",) if fault == "another name" else ("localhost",)
    shown, trusted = certificates.make(tmp_path, *names)
    context = trusted if fault == "another name" else IN_CLEAR
    wanted = {"tls" if tls == "tls" else "starttls": shown}
    sink = Sink(login=("sales", "secret"), **wanted)  # type: ignore[arg-type]
    session = session_to(
        await sink.start(), tls=tls, context=context, login="sales", password="secret"
    )

    opened = await session.open()
    await sink.stop()

    assert isinstance(opened, Unreachable)
    assert (opened.stage, opened.reason) == (At.TLS, Reason.BAD_CERTIFICATE)
    assert opened.detail
    assert "AUTH" not in sink.heard


async def test_a_plain_server_where_tls_is_expected_is_told_apart() -> None:
    sink = Sink()

    opened = await session_to(await sink.start(), tls="tls").open()
    await sink.stop()

    assert opened == Unreachable(At.TLS, Reason.TLS_FAILED)


@pytest.mark.parametrize(
    ("script", "at", "reason"),
    [
        (Script(Stage.STARTTLS, Act.HANG), At.TLS, Reason.TIMED_OUT),
        (Script(Stage.STARTTLS, Act.DROP), At.TLS, Reason.CLOSED),
        (Script(Stage.STARTTLS, reply="454 4.7.0 TLS not available"), At.TLS, Reason.REPLY),
        (Script(Stage.STARTTLS, reply="220 go\r\n250 injected"), At.TLS, None),
    ],
)
async def test_a_server_that_fails_at_starttls_gets_no_password(
    script: Script, at: At, reason: Reason | None, tmp_path: Path
) -> None:
    shown, trusted = certificates.make(tmp_path, "localhost")
    sink = Sink(script={"*": script}, starttls=shown, login=("sales", "secret"))
    session = session_to(
        await sink.start(),
        tls="starttls",
        context=trusted,
        timeouts=QUICK,
        login="sales",
        password="secret",
    )

    opened = await session.open()
    await sink.stop()

    assert isinstance(opened, Unreachable)
    assert opened.stage is at
    assert reason is None or opened.reason is reason
    assert "AUTH" not in sink.heard


@pytest.mark.parametrize("tls", ["tls", "starttls"])
async def test_a_handshake_that_never_comes_times_out(tls: str) -> None:
    answers = (b"220 hi\r\n", b"250-me\r\n250 STARTTLS\r\n", b"220 go\r\n", b"", b"")
    async with saying(*(answers if tls == "starttls" else (b"",) * 5)) as port:
        opened = await session_to(port, tls=tls, timeouts=QUICK).open()

    assert opened == Unreachable(At.TLS, Reason.TIMED_OUT)
