"""What mails link to: the pixel, tracked links and unsubscribing. No key, no cookie, no limit.

The addresses are fixed for ever: mails that were sent hold them.
"""

import asyncio
import base64
from datetime import datetime
from functools import partial
from typing import Final

from pomelo import activities, messages, unsubscribes
from pomelo.api.answers import Raw
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.public_pages import page
from pomelo.base import addresses, log, metrics
from pomelo.base.db import Database, Db
from pomelo.base.errors import TooMany
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.ids import MessageId, TeamId
from pomelo.letters import Letters, target
from pomelo.messages import MessageKind
from pomelo.tracking import CLICK, OPEN, UNSUBSCRIBE, Hit, Signer, record

SECTION: Final = "Tracking"
LOG: Final = log.get("tracking")
GIF: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
# Hits that may wait to be written before those who fetch more wait with them, and how long.
CALM: Final = 1_000
PATIENCE_SECONDS: Final = 2.0
PRIVATE: Final = (
    ("cache-control", "no-store"),
    ("x-robots-tag", "noindex"),
)


class Tracker:
    """Recognises links of ours, and records hits behind the answer.

    Args:
        database: Where hits are recorded.
        signer: Knows our tokens.
    """

    def __init__(self, database: Database, signer: Signer) -> None:
        self.signer = signer
        self.letters = Letters()
        self._hits: GroupCommit[Hit, bool] = GroupCommit(
            database, record, metrics.group_size("hits")
        )

    async def note(self, hit: Hit) -> None:
        """Let a hit be recorded; a failure harms nobody's picture.

        Nobody waits for it, but for a moment while very many do: whoever fetches faster than
        hits can be written is slowed down, and none is lost.
        """
        try:
            recorded = self._hits.enqueue(hit)
        except TooMany as lost:
            _mourn(hit, lost)
            return
        recorded.add_done_callback(partial(_look_after, hit))
        if self._hits.waiting > CALM:
            await asyncio.wait((recorded,), timeout=PATIENCE_SECONDS)

    async def drain(self) -> None:
        """Wait until all hits so far are recorded."""
        await self._hits.drain()


def _look_after(hit: Hit, recorded: "asyncio.Future[bool]") -> None:
    if not recorded.cancelled() and (lost := recorded.exception()) is not None:
        _mourn(hit, lost)


def _mourn(hit: Hit, lost: BaseException) -> None:
    LOG.warning("hit_lost", message=hit.message_id, reason=str(lost))


async def pixel(call: Call[NoQuery, None]) -> Raw:
    """Answer the picture, always; note the open when the token is ours."""
    tracker = call.state.part(Tracker)
    found = tracker.signer.verify(OPEN, call.path["token"])
    if found is not None and call.method == "GET":
        await tracker.note(_hit(call, OPEN, found[0]))
    return Raw(GIF, "image/gif", PRIVATE)


async def click(call: Call[NoQuery, None]) -> Raw:
    """Lead on to where the mail's link led, never to what the request says."""
    tracker = call.state.part(Tracker)
    found = tracker.signer.verify(CLICK, call.path["token"])
    location = None
    if found is not None:
        async with call.state.database.transaction(readonly=True) as db:
            location = await target(db, tracker.letters, *found)
    if found is None or location is None:
        return page(404, "This link is not valid", "It may be cut off; open it from the mail.")
    await tracker.note(_hit(call, CLICK, found[0], location))
    return Raw(b"", "text/plain", (*PRIVATE, ("location", _ascii(location))), status=302)


async def ask(call: Call[NoQuery, None]) -> Raw:
    """Ask whether to unsubscribe: looking at a link never unsubscribes anybody."""
    tracker = call.state.part(Tracker)
    if tracker.signer.verify(UNSUBSCRIBE, call.path["token"]) is None:
        return page(404, "This link is not valid", "It may be cut off; open it from the mail.")
    return page(
        200,
        "Unsubscribe",
        "Do you want to receive no more mails from this sender?",
        button="Unsubscribe",
    )


async def unsubscribe(call: Call[NoQuery, None]) -> Raw:
    """Unsubscribe at once; asking twice changes nothing more."""
    tracker = call.state.part(Tracker)
    found = tracker.signer.verify(UNSUBSCRIBE, call.path["token"])
    if found is None:
        return page(404, "This link is not valid", "It may be cut off; open it from the mail.")
    await call.state.database.retrying(lambda db: _unsubscribe(db, found[0], call.now))
    return page(200, "You are unsubscribed", "You will receive no more mails from this sender.")


async def _unsubscribe(db: Db, message: MessageId, now: datetime) -> None:
    person = await _written_to(db, message)
    if person is not None:
        team, address = person
        await activities.unsubscribe(
            db, team, [addresses.parse(address)], source=unsubscribes.Source.LEAD, now=now
        )


async def _written_to(db: Db, message: MessageId) -> tuple[TeamId, str] | None:
    """Find whom a mail was for; nobody when it was a rehearsal."""
    found = await messages.list_by_ids(db, [message])
    if found:
        sent = found[0]
        is_real = sent.kind is MessageKind.SEQUENCE
        return (sent.team_id, sent.recipient) if is_real else None
    buried = await messages.find_buried(db, message)
    return (buried.team_id, buried.address_key) if buried else None


def _hit(call: Call[NoQuery, None], kind: str, message: MessageId, location: str = "") -> Hit:
    return Hit(
        kind=kind,
        message_id=message,
        method=call.method,
        agent=call.headers.get("user-agent", ""),
        at=call.now,
        location=location,
    )


def _ascii(location: str) -> str:
    """Write a URL so that it can stand in a header; what is encoded already stays."""
    return "".join(
        c if "!" <= c <= "~" else "".join(f"%{byte:02X}" for byte in c.encode()) for c in location
    )


def _public(address: str, run: object, summary: str, text: str) -> AnyOperation:
    method, _, path = address.partition(" ")
    return Operation(
        method=method,
        path=path,
        run=run,  # type: ignore[arg-type]
        permission=Permission.PUBLIC,
        section=SECTION,
        summary=summary,
        text=text,
        media="image/gif" if run is pixel else "text/html; charset=utf-8",
        status=302 if run is click else 200,
        allows_other_sites=True,
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    _public("GET /t/o/{token}", pixel, "Open pixel", "A transparent picture, always."),
    _public("GET /t/c/{token}", click, "Tracked link", "Redirects to the mail's own link."),
    _public("GET /t/u/{token}", ask, "Unsubscribe page", "A page with a button; changes nothing."),
    _public(
        "POST /t/u/{token}",
        unsubscribe,
        "Unsubscribe",
        "One click (RFC 8058): acts at once, without cookie or redirect, and is never refused "
        "for coming too often.",
    ),
)
