"""The ways to leave a sender, each as the world takes it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import httpx

from pomelo import inbound
from pomelo.base.ids import LeadId, MessageId
from pomelo.inbound import Parsed, Reader
from pomelo.tracking import CLICK, MESSAGE, OPEN, UNSUBSCRIBE, Signer
from tests import make
from tests.hooks.receiver import OK, Answer, Told
from tests.inbound.letters import letter
from tests.wire import PostOffice

WAYS = ("api", "link", "mail", "hook")
AT_ONCE = 20
PATIENCE_SECONDS = 120.0
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SIGNER = Signer(make.VAULT.signing_secret())
BEGUN = "SELECT id FROM messages WHERE lead_id = $1 AND data_at IS NOT NULL"


@dataclass(frozen=True)
class Person:
    """Somebody who has had the first mail, and may get a second one."""

    email: str
    lead_id: LeadId
    message: MessageId
    header_id: str
    way: str


@dataclass(frozen=True)
class Goodbye:
    """When somebody was told that they are off the list, and which mails had begun by then."""

    at: datetime
    begun: frozenset[str]


class Exit:
    """Shows people out, each by their way.

    Args:
        office: Whose mails they get.
        http: Calls the server with a key.
        public: Calls it without.
        reader: Reads mail in a child process.
    """

    def __init__(
        self, office: PostOffice, http: httpx.AsyncClient, public: httpx.AsyncClient, reader: Reader
    ) -> None:
        self._office = office
        self._http = http
        self._public = public
        self._reader = reader
        self._few = asyncio.Semaphore(AT_ONCE)
        self._people: dict[str, Person] = {}
        self._gone: dict[str, asyncio.Event] = {}
        self.goodbyes: dict[str, Goodbye] = {}

    async def leave(self, person: Person, seconds: float) -> None:
        """Let somebody leave by their way, so much later."""
        self._people[person.email], self._gone[person.email] = person, asyncio.Event()
        ways: dict[str, Callable[[Person], Awaitable[None]]] = {
            "api": self._by_api,
            "link": self._by_link,
            "mail": self._by_mail,
            "hook": self._by_hook,
        }
        await asyncio.sleep(seconds)
        async with self._few:
            await ways[person.way](person)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._gone[person.email].wait()

    async def _by_api(self, person: Person) -> None:
        """By one of the two calls."""
        path = f"/campaigns/{self._office.campaign.id}/leads/{person.email}"
        is_even = len(self.goodbyes) % 2 == 0
        await (self._call("DELETE", path) if is_even else self._unsubscribe(person.email))
        await self._note(person)

    async def _by_link(self, person: Person) -> None:
        """By the one click of a mail program (RFC 8058)."""
        token = SIGNER.sign(UNSUBSCRIBE, person.message)
        form = {"List-Unsubscribe": "One-Click"}
        answer = await self._public.post(f"/t/u/{token}", data=form)
        assert answer.status_code == 200, answer.text
        await self._note(person)

    async def _by_mail(self, person: Person) -> None:
        """By an answer in words."""
        values = {
            "header_id": person.header_id,
            "token": SIGNER.sign(MESSAGE, person.message),
            "link_token": SIGNER.sign(CLICK, person.message, 1),
            "sender": self._office.sender.email,
            "lead": person.email,
        }
        raw = letter("unsubscribe_english", **values)
        own_id = f"<{person.message}@".encode()
        mail = await self._reader.read(raw.replace(b"<answer.1@", own_id))
        assert isinstance(mail, Parsed)
        office = self._office
        now = office.clock.now()
        received = await office.database.retrying(
            lambda db: inbound.receive(
                db, office.team.id, office.sender.id, mail, signer=SIGNER, now=now
            )
        )
        assert received.is_new
        await self._note(person)

    async def _by_hook(self, person: Person) -> None:
        """By a system that hears of an open, and takes the person off the list."""
        pixel = f"/t/o/{SIGNER.sign(OPEN, person.message)}"
        answer = await self._public.get(pixel, headers={"user-agent": BROWSER})
        assert answer.status_code == 200

    def hear(self, told: Told) -> Answer:
        """Answer a hook by calling the API."""
        email: str = told.json["leadEmail"]

        async def act(writer: asyncio.StreamWriter) -> None:
            await self._unsubscribe(email)
            await self._note(self._people[email])
            writer.write(OK)
            await writer.drain()

        return act

    async def _unsubscribe(self, email: str) -> None:
        await self._call("POST", f"/unsubscribes/{email}")

    async def _call(self, method: str, path: str) -> None:
        answer = await self._http.request(method, f"/api{path}")
        assert answer.status_code == 200, answer.text

    async def _note(self, person: Person) -> None:
        """Note that somebody was told, and look at once which of their mails had leave."""
        at = self._office.clock.now()
        async with self._office.database.transaction(readonly=True) as db:
            rows = await db.fetch(BEGUN, person.lead_id)
        begun = frozenset(row["id"] for row in rows)
        self.goodbyes.setdefault(person.email, Goodbye(at, begun))
        self._gone[person.email].set()
