"""The town: its mail server, and people and machines who act on every mail that comes."""

import asyncio
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from pomelo.demo import mailbag
from pomelo.demo.mailbag import Letter
from pomelo.demo.people import Deed, Person
from pomelo.demo.sink import Delivered, Script, Sink
from pomelo.demo.web import PERSON, fetch

# Nobody reads a mail in the moment it comes. Real seconds: on the fast clock it is a while.
PAUSE_SECONDS: Final = 0.3
PROXY: Final = (
    "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
)
# All that Apple's mail client says of itself when it fetches pictures in advance.
PREFETCHER: Final = "Mozilla/5.0"
SCANNER: Final = "Mozilla/5.0 (compatible; Barracuda Sentinel)"
ONE_CLICK: Final = b"List-Unsubscribe=One-Click"


class Visit(msgspec.Struct, frozen=True):
    """Something of a mail is fetched.

    Attributes:
        at: Its `pixel`, its first `link`, or where to `leave`.
        status: What the answer must be.
    """

    at: str
    status: int = 200
    method: str = "GET"
    agent: str = PERSON
    body: bytes = b""


VISITS: Final[Mapping[Deed, tuple[Visit, ...]]] = {
    Deed.OPEN: (Visit("pixel"),),
    Deed.OPEN_BY_PROXY: (Visit("pixel", agent=PROXY),),
    Deed.PREFETCH: (Visit("pixel", agent=PREFETCHER),),
    Deed.CLICK: (Visit("link", 302),),
    Deed.SCAN: (
        Visit("link", 302, "HEAD"),
        Visit("link", 302, agent=SCANNER),
        Visit("pixel", agent=SCANNER),
        Visit("leave", agent=SCANNER),
    ),
    Deed.LOOK_AT_LEAVING: (Visit("leave"),),
    Deed.LEAVE: (Visit("leave", method="POST", body=ONE_CLICK),),
}


class Answered(msgspec.Struct, frozen=True):
    """Something was written back: who did what, to which mailbox, in which bytes."""

    person: Person
    deed: Deed
    mailbox: str
    raw: bytes


class Town:
    """Takes the people's mail and lets them act on it.

    Args:
        people: Who lives here; mail to anybody else is taken, and nobody acts on it.
        on_answer: Told of every mail that is written back.
        on_mail: Told of every mail that comes, before anybody acts on it.
    """

    def __init__(
        self,
        people: Sequence[Person],
        on_answer: Callable[[Answered], None],
        on_mail: Callable[[Delivered], None] = lambda _: None,
    ) -> None:
        self._people = {person.wire: person for person in people}
        self._on_answer = on_answer
        self._on_mail = on_mail
        self._busy: set[asyncio.Task[None]] = set()
        self.sink = Sink(script=self._script, on_mail=self._deliver, keeps_mails=False)
        self.letters: dict[str, list[Letter]] = {}
        self.faults: list[str] = []

    @property
    def is_idle(self) -> bool:
        """Whether everybody has done what they do."""
        return not self._busy

    @property
    def count(self) -> int:
        """How many mails have come."""
        return sum(map(len, self.letters.values()))

    async def close(self) -> None:
        """Send everybody home."""
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)
        await self.sink.stop()

    def _script(self, key: str) -> Script | None:
        person = self._people.get(key)
        return person.role.refusal if person else None

    def _deliver(self, mail: Delivered) -> None:
        self._on_mail(mail)
        letter = mailbag.read(mail)
        before = self.letters.setdefault(letter.recipient, [])
        before.append(letter)
        person = self._people.get(letter.recipient)
        if person is None or len(before) > 2:
            return
        deeds = person.role.first if len(before) == 1 else person.role.second
        task = asyncio.create_task(self._live(person, letter, deeds))
        self._busy.add(task)
        task.add_done_callback(self._busy.discard)

    async def _live(self, person: Person, letter: Letter, deeds: Sequence[Deed]) -> None:
        spread = zlib.crc32(person.wire.encode()) % 100 / 100
        for deed in deeds:
            await asyncio.sleep(PAUSE_SECONDS * (1 + spread))
            try:
                await self._do(person, letter, deed)
            except (OSError, _Surprised) as error:
                self.faults.append(f"{person.wire} could not {deed}: {error}")

    async def _do(self, person: Person, letter: Letter, deed: Deed) -> None:
        raw = _written(letter, deed)
        if raw is not None:
            self._on_answer(Answered(person, deed, letter.sender, raw))
        for visit in VISITS.get(deed, ()):
            await _pay(visit, letter)


class _Surprised(Exception):
    """The server answered otherwise than it must."""


def _written(letter: Letter, deed: Deed) -> bytes | None:
    """Write what a deed writes back, if it writes anything."""
    match deed:
        case Deed.REPLY:
            return mailbag.reply(letter, "Thank you, that sounds good. Call me on Thursday.")
        case Deed.AWAY:
            return mailbag.out_of_office(letter)
        case Deed.LEAVE_BY_MAIL:
            return mailbag.leave_by_mail(letter)
        case Deed.RETURN:
            words = "550 5.1.1 no mailbox of that name"
            return mailbag.report(letter, action="failed", status="5.1.1", words=words)
        case Deed.DELAY:
            words = "421 4.4.1 connection timed out"
            return mailbag.report(letter, action="delayed", status="4.4.1", words=words)
        case _:
            return None


async def _pay(visit: Visit, letter: Letter) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"} if visit.body else {}
    url = {"pixel": letter.pixel, "link": letter.links[0] if letter.links else ""}.get(
        visit.at, letter.leave
    )
    if not url or (visit.body and not letter.has_one_click):
        raise _Surprised(f"the mail offers no {visit.at}")
    headers = {"User-Agent": visit.agent, **form}
    answer = await fetch(url, visit.method, body=visit.body, headers=headers)
    if answer.status != visit.status:
        raise _Surprised(f"{visit.method} {url} was answered with {answer.status}")
