"""The sink's log-in and TLS, driven by the standard library's own SMTP client."""

import asyncio
import smtplib
from pathlib import Path

import pytest

from pomelo.demo.sink import Sink
from tests import certificates
from tests.strangers import ANNA, MAIL, SALES, by_bytes, by_smtplib


@pytest.mark.parametrize("method", ["auth_plain", "auth_login"])
@pytest.mark.parametrize("password", ["secret", "wrong"])
async def test_only_the_right_password_may_send(method: str, password: str) -> None:
    sink = Sink(login=("sales", "secret"))
    port = await sink.start()

    def log_in(client: smtplib.SMTP) -> int:
        client.ehlo()
        client.user, client.password = "sales", password
        mechanism = method.removeprefix("auth_").upper()
        try:
            return client.auth(mechanism, getattr(client, method))[0]
        except smtplib.SMTPAuthenticationError as error:
            return error.smtp_code

    code = await by_smtplib(port, log_in)
    unknown = await by_bytes(port, b"EHLO me\r\nMAIL FROM:<a@b.test>\r\n")
    await sink.stop()

    assert code == (235 if password == "secret" else 535)
    assert unknown.splitlines()[-1].startswith(b"530")


async def test_nothing_of_value_is_taken_before_tls(tmp_path: Path) -> None:
    shown, trusted = certificates.make(tmp_path, "localhost")
    sink = Sink(starttls=shown, login=("sales", "secret"))
    port = await sink.start()

    def talk(client: smtplib.SMTP) -> list[bool]:
        client.ehlo()
        before = client.has_extn("auth")
        client.starttls(context=trusted)
        client.ehlo()
        client.login("sales", "secret")
        client.sendmail(SALES, [ANNA], MAIL)
        return [before, client.has_extn("auth"), client.has_extn("starttls")]

    clear = await by_bytes(port, b"EHLO me\r\nMAIL FROM:<a@b.test>\r\n")
    offered = await by_smtplib(port, talk)
    await sink.stop()

    assert clear.splitlines()[-1].startswith(b"530 5.7.0")
    assert offered == [False, True, False]
    assert len(sink.mails) == 1


async def test_tls_from_the_first_byte(tmp_path: Path) -> None:
    shown, trusted = certificates.make(tmp_path, "localhost")
    sink = Sink(tls=shown)
    port = await sink.start()

    def send() -> None:
        with smtplib.SMTP_SSL("localhost", port, context=trusted, timeout=5) as client:
            client.sendmail(SALES, [ANNA], MAIL)

    await asyncio.to_thread(send)
    await sink.stop()

    assert sink.mails[0].raw == MAIL
