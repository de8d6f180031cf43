"""A test mail to oneself: handed over as any mail, then awaited in the mailbox."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from pomelo.base import addresses, clock, ids
from pomelo.inbound.checkup.arrival import Arrival, Journey
from pomelo.inbound.checkup.examine import Timing
from pomelo.inbound.mailboxes.model import Folder, Role
from pomelo.inbound.mailboxes.session import Session
from pomelo.inbound.mailboxes.talks import Talks
from pomelo.inbound.mime.headers import read_fields
from pomelo.letters import DkimKey, Envelope, Letter, StepContent, compose, header_id, sign
from pomelo.senders import Sender
from pomelo.smtp import Accepted, Deferred, Ready, Refused, Unknown
from pomelo.smtp import Session as Line
from pomelo.tracking import CHECK, Signer

# Somebody waits; a mail of a few kB takes no longer.
HAND_OVER_SECONDS: Final = 30.0
SUBJECT: Final = "Test of this mailbox"
TEXT: Final = (
    "<p>Pomelo sent this mail to itself to see whether this mailbox works. You can delete it.</p>"
)


class TestMail(Struct, frozen=True):
    """A mail to oneself, and the token by which it is known again."""

    __test__ = False

    to: str
    token: bytes
    raw: bytes


def write(
    sender: Sender, to: str, *, signer: Signer, public_url: str, dkim: DkimKey | None, now: datetime
) -> TestMail:
    """Write a test mail with the headers that every mail has.

    Args:
        sender: From whom.
        to: The address, or its plus form.
        signer: Signs its token.
        public_url: Where its unsubscribe link leads.
        dkim: Signs it, where the mail host does not.
        now: When.
    """
    message = ids.message()
    domain = addresses.parse(sender.email).domain
    envelope = Envelope(
        message_id=message,
        header_id=header_id(message, domain, signer),
        sender_email=sender.email,
        sender_name=sender.name,
        signature="",
        recipient=to,
        recipient_name=sender.name,
        values={},
        base_url=public_url,
        date=now,
        token_kind=CHECK,
    )
    letter = Letter.compile(StepContent(SUBJECT, TEXT, track_opens=False, track_clicks=False))
    raw = compose(letter, envelope, signer).raw
    token = signer.sign(CHECK, message).encode()
    return TestMail(to, token, sign(raw, dkim) if dkim else raw)


def plus_form(email: str) -> str:
    """Give the plus form of an address, with a word that nobody uses."""
    local, _, domain = email.rpartition("@")
    return f"{local}+pomelo-{ids.message().removeprefix('msg_').lower()[:8]}@{domain}"


async def hand_over(line: Line, sender: str, mail: TestMail) -> str:
    """Hand a mail over; empty when it was taken, else why not.

    Args:
        line: The open conversation with the mail server.
        sender: The envelope's sender.
        mail: What is sent.
    """
    try:
        async with asyncio.timeout(HAND_OVER_SECONDS):
            offered = await line.offer(sender, mail.to, len(mail.raw))
            answer = await line.deliver(mail.raw) if isinstance(offered, Ready) else offered
    except TimeoutError:
        return "The mail server did not take the test mail in time."
    return _refusal(answer)


def _refusal(answer: Accepted | Refused | Deferred | Unknown) -> str:
    match answer:
        case Accepted():
            return ""
        case Refused(reply=reply) | Deferred(reply=reply) if reply is not None:
            number = f"{reply.code} {reply.enhanced or ''}".rstrip()
            return f"The mail server does not take a mail from the address to itself ({number})."
        case _:
            return "The mail server hung up in the middle of the test mail."


class Watch:
    """Sees which mails come into a mailbox after it began.

    Args:
        talks: Asks in threads.
        session: The conversation.
        folders: Where to look.
    """

    def __init__(self, talks: Talks, session: Session, folders: Sequence[Folder]) -> None:
        self._talks = talks
        self._session = session
        self._folders = folders
        self._last: dict[str, int] = {}

    @property
    def has_sent(self) -> bool:
        """Whether there is a Sent folder."""
        return any(folder.role is Role.SENT for folder in self._folders)

    async def begin(self) -> None:
        """Note what is there already."""
        for folder in self._folders:
            self._last[folder.name] = (await self._examined(folder.name)) - 1

    async def look(self) -> list[tuple[Role, bytes]]:
        """Give the header blocks of what is new."""
        return [(folder.role, raw) for folder in self._folders for raw in await self._new(folder)]

    async def _examined(self, name: str) -> int:
        return (await self._talks.ask(lambda: self._session.examine(name))).next_uid

    async def _new(self, folder: Folder) -> list[bytes]:
        await self._examined(folder.name)
        last = self._last[folder.name]
        new = await self._talks.ask(lambda: self._session.list_new(last))
        if not new:
            return []
        heads = await self._talks.ask(lambda: self._session.heads(new))
        self._last[folder.name] = new[-1]
        return [head.raw for head in heads.values()]


async def travel(
    line: Line,
    watch: Watch,
    sender: str,
    *,
    plain: TestMail,
    plus: TestMail,
    seconds: float,
    timing: Timing,
) -> Journey:
    """Hand two mails over and wait until they come back.

    Args:
        line: The open conversation with the mail server.
        watch: Looks into the mailbox.
        sender: The envelope's sender.
        plain: The mail to the address itself, which must come back.
        plus: The mail to its plus form.
        seconds: How long they have.
        timing: How often is looked.
    """
    await watch.begin()
    refusal = await hand_over(line, sender, plain)
    if refusal:
        return Journey(refusal=refusal, has_sent=watch.has_sent)
    is_plus_refused = bool(await hand_over(line, sender, plus))
    began = clock.monotonic()
    journey = Journey(is_plus_refused=is_plus_refused, has_sent=watch.has_sent)
    while not _is_over(journey, seconds=seconds, grace=timing.grace):
        await asyncio.sleep(timing.poll)
        waited = clock.monotonic() - began
        journey = replace(journey, waited=waited)
        for role, raw in await watch.look():
            journey = _with(journey, role, raw, plain=plain, plus=plus)
    return journey


def _is_over(journey: Journey, *, seconds: float, grace: float) -> bool:
    """Tell whether nothing more is worth waiting for."""
    if journey.waited >= seconds:
        return True
    if journey.back is None:
        return False
    is_all = (journey.plus_back or journey.is_plus_refused) and (
        journey.is_kept or not journey.has_sent
    )
    return bool(is_all) or journey.waited - journey.back.seconds >= grace


def _with(journey: Journey, role: Role, raw: bytes, *, plain: TestMail, plus: TestMail) -> Journey:
    """Note a mail that was seen, if it is one of the two; nothing of others is read."""
    if plain.token not in raw and plus.token not in raw:
        return journey
    if role is Role.SENT:
        return replace(journey, is_kept=True)
    arrived = Arrival(journey.waited, role, read_fields(raw.replace(b"\r\n", b"\n")))
    if plain.token in raw:
        return replace(journey, back=journey.back or arrived)
    return replace(journey, plus_back=journey.plus_back or arrived)
