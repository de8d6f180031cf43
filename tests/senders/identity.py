"""A provider of mailboxes for tests: a real web server with an authorize and a token endpoint.

It is strict: a code needs the verifier of its challenge, a code and (where it rotates) a refresh
token work once, and a refresh token that is used twice ends the grant.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from pomelo.base.outgoing import Guard, parse_networks
from pomelo.base.tls import trusted
from pomelo.senders import Client, OAuth, Provider, google

CONTEXT = trusted()
CLIENT_ID, CLIENT_SECRET = "pomelo.example", "canary-of-the-client"
Form = dict[str, str]
# What a token endpoint answers: status and JSON, or bytes that are none.
Answer = tuple[int, dict[str, Any] | bytes]


@dataclass
class Identity:
    """One provider, what it was asked, and how it is to behave.

    Args:
        account: Who gives leave.
        lifetime: Seconds that its access tokens live.
        rotates: Whether each refresh gives a new refresh token, and spends the old one.
        answers: Taken first, instead of what it would say.
        mint: Makes access tokens.
    """

    account: str = "jared@piedpiper.com"
    lifetime: int = 3600
    rotates: bool = True
    tells_account: bool = True
    scope: str = "openid https://mail.google.com/ https://www.googleapis.com/auth/userinfo.email"
    answers: list[Answer] = field(default_factory=list)
    mint: Callable[[int], str] = "access-{}".format
    forms: list[Form] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    def __post_init__(self) -> None:
        self.gate.set()
        self._numbers = count(1)
        self._codes: dict[str, Form] = {}
        self._refresh = ""
        self._spent: set[str] = set()

    @property
    def refreshes(self) -> list[str]:
        """The refresh tokens that were brought."""
        return [form["refresh_token"] for form in self.forms if "refresh_token" in form]

    def authorize(self, query: Form) -> str:
        """Agree, as a person would; gives the address that the browser is sent back to."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        code = f"code-{next(self._numbers)}"
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'state': query['state'], 'code': code})}"

    def token(self, form: Form) -> Answer:
        if (form["client_id"], form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        if form["grant_type"] == "refresh_token":
            return self._renew(form["refresh_token"])
        asked = self._codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        if s256(form["code_verifier"]) != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, self._tokens(is_first=True)

    def _renew(self, brought: str) -> Answer:
        if brought != self._refresh or brought in self._spent:
            self._refresh = ""  # somebody used an old one: whoever it is, nobody gets more
            return 400, {"error": "invalid_grant", "error_description": "canary"}
        if self.rotates:
            self._spent.add(brought)
        return 200, self._tokens(is_first=False)

    def _tokens(self, *, is_first: bool) -> dict[str, Any]:
        number = next(self._numbers)
        given: dict[str, Any] = {
            "access_token": self.mint(number),
            "token_type": "Bearer",
            "expires_in": self.lifetime,
        }
        if is_first or self.rotates:
            self._refresh = given["refresh_token"] = f"refresh-{number}"
        if is_first:
            given["scope"] = self.scope
        if is_first and self.tells_account:
            claims = base64.urlsafe_b64encode(json.dumps({"email": self.account}).encode())
            given["id_token"] = f"head.{claims.decode().rstrip('=')}.signature"
        return given

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await self._answer(reader))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        target = urlsplit(head.split(" ")[1])
        if target.path.endswith(("/auth", "/authorize")):
            location = self.authorize(dict(parse_qsl(target.query)))
            return (
                f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()
            )
        size = next(int(line[16:]) for line in head.lower().split("\r\n") if "content-len" in line)
        form = dict(parse_qsl((await reader.readexactly(size)).decode()))
        self.forms.append(form)
        self.asked.set()
        await self.gate.wait()
        status, said = self.answers.pop(0) if self.answers else self.token(form)
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body

    def client(self) -> Client:
        return google(CLIENT_ID, CLIENT_SECRET, self.url)

    def oauth(self, *, answer_seconds: float = 5.0, client: Client | None = None) -> OAuth:
        return OAuth(
            clients={Provider.GOOGLE: client or self.client()},
            guard=Guard(parse_networks("127.0.0.0/8")),
            context=CONTEXT,
            answer_seconds=answer_seconds,
        )


def s256(verifier: str) -> str:
    """Hash as RFC 7636 4.6 says that a server does."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


@asynccontextmanager
async def providing(**ways: Any) -> AsyncIterator[Identity]:
    """Run a provider."""
    identity = Identity(**ways)
    server = await asyncio.start_server(identity.talk, "127.0.0.1", 0)
    identity.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield identity
        identity.gate.set()


def visit(identity: Identity, url: str) -> Form:
    """Agree at the provider, and give what the browser brings back."""
    back = identity.authorize(dict(parse_qsl(urlsplit(url).query)))
    return dict(parse_qsl(urlsplit(back).query))
