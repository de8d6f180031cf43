"""Our sessions against somebody else's server."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd import smtp as other
from aiosmtpd.smtp import AuthResult, Envelope
from aiosmtpd.smtp import Session as Visit

from pomelo.smtp import (
    Accepted,
    Opened,
    Unreachable,
)
from tests import certificates
from tests.mailing import (
    MAIL,
    RICHARD,
    SALES,
    send,
    session_to,
)


class Keeper:
    """Keeps what an independent server has taken."""

    def __init__(self) -> None:
        self.mails: list[tuple[str | None, list[str], bytes]] = []

    async def handle_DATA(self, server: other.SMTP, visit: Visit, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), content))
        return "250 2.0.0 Ok: queued"


@asynccontextmanager
async def aiosmtpd(**options: Any) -> AsyncIterator[tuple[Keeper, int]]:
    keeper = Keeper()

    def make() -> other.SMTP:
        return other.SMTP(keeper, enable_SMTPUTF8=True, loop=loop, **options)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(make, "127.0.0.1", 0)
    async with server:
        yield keeper, server.sockets[0].getsockname()[1]


async def test_an_independent_server_takes_our_mails() -> None:
    async with aiosmtpd() as (keeper, port):
        session = session_to(port)
        opened = await session.open()
        sent = [await send(session, MAIL), await send(session, b".a\n..\n", to="jörg@lead.test")]
        await session.close()

    assert isinstance(opened, Opened)
    assert all(isinstance(each, Accepted) for each in sent)
    assert keeper.mails == [
        (SALES, [RICHARD], MAIL),
        (SALES, ["jörg@lead.test"], b".a\r\n..\r\n"),
    ]


@pytest.mark.parametrize("password", ["secret", "wrong"])
async def test_an_independent_server_lets_us_in_with_the_right_password(
    password: str, tmp_path: Path
) -> None:
    shown, trusted = certificates.make(tmp_path, "localhost")

    def check(
        _server: other.SMTP, _visit: Visit, _envelope: Envelope, _how: str, given: Any
    ) -> AuthResult:
        return AuthResult(
            handled=False, success=(given.login, given.password) == (b"sales", b"secret")
        )

    options = {"tls_context": shown, "require_starttls": True, "authenticator": check}
    async with aiosmtpd(auth_required=True, **options) as (keeper, port):
        session = session_to(
            port, tls="starttls", context=trusted, login="sales", password=password
        )
        opened = await session.open()
        sent = await send(session)
        await session.close()

    if password == "secret":
        assert isinstance(opened, Opened)
        assert isinstance(sent, Accepted)
    else:
        assert isinstance(opened, Unreachable)
        assert opened.is_auth
    assert len(keeper.mails) == (password == "secret")
