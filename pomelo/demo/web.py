"""HTTP as a stranger speaks it: people's browsers and mail clients, and a program with a key."""

import asyncio
import http.client
from base64 import b64encode
from collections.abc import Mapping
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

Shape = TypeVar("Shape")

SECONDS: Final = 30.0
PERSON: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class Answer(msgspec.Struct, frozen=True):
    """What a server answered; redirects are not followed."""

    status: int
    body: bytes


class Refused(Exception):
    """The API refused; its sentence is the message."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(f"{status} {sentence}")
        self.status = status
        self.sentence = sentence


async def fetch(
    url: str,
    method: str = "GET",
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Ask a server for something.

    Args:
        url: Where.
        method: Such as GET.
        body: What is sent along.
        headers: Fields of the request.

    Raises:
        OSError: The server cannot be reached.
    """
    return await asyncio.to_thread(_fetch, url, method, body, headers or {})


def _fetch(url: str, method: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body=body or None, headers=dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.read())
    except http.client.HTTPException as broken:
        raise ConnectionError(f"{url}: {broken!r}") from broken
    finally:
        connection.close()


class Api:
    """The API, called as any client would.

    Args:
        url: Where the server is, without a slash at the end.
        key: A key of the team.
    """

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key
        login = b64encode(f":{key}".encode()).decode("ascii")
        self._headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}

    async def text(self, path: str, method: str = "GET", body: object = None) -> bytes:
        """Call the API and give the answer as it came.

        Raises:
            Refused: The answer is a refusal.
        """
        raw = b"" if body is None else msgspec.json.encode(body)
        answer = await fetch(f"{self.url}{path}", method, body=raw, headers=self._headers)
        if answer.status >= 400:
            raise Refused(answer.status, answer.body.decode("utf-8", "replace"))
        return answer.body

    async def get(self, shape: type[Shape], path: str) -> Shape:
        """Get something, read as what is wanted of it."""
        return msgspec.json.decode(await self.text(path), type=shape)

    async def post(self, shape: type[Shape], path: str, body: object = None) -> Shape:
        """Make something or let something happen."""
        return msgspec.json.decode(await self.text(path, "POST", body), type=shape)

    async def patch(self, path: str, body: object) -> None:
        """Change something."""
        await self.text(path, "PATCH", body)
