"""A mail server that takes a provider's tokens, as Gmail does (XOAUTH2)."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtpd import smtp as other
from aiosmtpd.smtp import MISSING, AuthResult, Envelope
from aiosmtpd.smtp import Session as Visit

USER, TOKEN = "jared@piedpiper.com", "ya29.canary-token"
IN_DETAIL = json.dumps({"status": "400", "schemes": "Bearer", "scope": "https://mail.google.com/"})


class Gmail:
    """Takes mail from who shows a good token, as Gmail does; a bad one is told in a challenge.

    Args:
        good: The tokens that are good.
        refusal: How others are refused.
        user: Whose they are.
    """

    def __init__(
        self, *good: str, refusal: str = "535 5.7.8 Not accepted", user: str = USER
    ) -> None:
        self.good = {*good}
        self.user = user
        self.refusal = refusal
        self.shown: list[str] = []
        self.challenged: list[bytes] = []
        self.mails = 0

    async def auth_XOAUTH2(self, server: other.SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        said = base64.b64decode(args[1]).decode()
        user, bearer = said.removesuffix("\x01\x01").split("\x01")
        self.shown.append(bearer.removeprefix("auth=Bearer "))
        if user == f"user={self.user}" and self.shown[-1] in self.good:
            return AuthResult(success=True)
        answer = await server.challenge_auth(IN_DETAIL)
        self.challenged.append(b"" if answer is MISSING else bytes(answer))
        await server.push(self.refusal)
        return AuthResult(success=False, handled=True)

    async def handle_DATA(self, server: other.SMTP, visit: Visit, envelope: Envelope) -> str:  # noqa: N802
        self.mails += 1
        return "250 2.0.0 OK"


@asynccontextmanager
async def gmail(handler: Gmail) -> AsyncIterator[int]:
    def make_server() -> other.SMTP:
        return other.SMTP(
            handler, loop=loop, auth_require_tls=False, auth_exclude_mechanism=["LOGIN", "PLAIN"]
        )

    loop = asyncio.get_running_loop()
    server = await loop.create_server(make_server, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
