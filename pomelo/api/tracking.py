"""What mails link to: the pixel, tracked links and unsubscribing. No key, no cookie, no limit.

The addresses are fixed for ever: mails that were sent hold them.
"""

import asyncio
import base64
from datetime import datetime
from typing import Final

from pomelo import activities, messages, unsubscribes
from pomelo.api.answers import Raw
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.public_pages import page
from pomelo.base import addresses, metrics
from pomelo.base.db import Database, Db
from pomelo.base.ids import MessageId, TeamId
from pomelo.letters import Letters, Target, target
from pomelo.messages import REAL, Message
from pomelo.tracking import AGENT_LETTERS, CLICK, OPEN, UNSUBSCRIBE, Hit, Recorder, Signer

SECTION: Final = "Tracking"
GIF: Final = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
PRIVATE: Final = (
    ("cache-control", "no-store"),
    ("x-robots-tag", "noindex"),
)
PICTURE: Final = Raw(GIF, "image/gif", PRIVATE)


class Tracker:
    """Recognises links of ours, and records hits behind the answer.

    Opens and clicks are recorded apart: a batch of opens alone costs less than a mixed one.

    Args:
        database: Where hits are recorded.
        signer: Knows our tokens.
    """

    def __init__(self, database: Database, signer: Signer) -> None:
        self.signer = signer
        self.letters = Letters()
        self.opens = Recorder(database, metrics.group_size("opens"))
        self.clicks = Recorder(database, metrics.group_size("clicks"))

    async def drain(self) -> None:
        """Wait until all hits so far are recorded, but not for ever."""
        await asyncio.gather(self.opens.drain(), self.clicks.drain())


async def pixel(call: Call[NoQuery, None]) -> Raw:
    """Answer the picture, always; note the open when the token is ours."""
    tracker = call.state.part(Tracker)
    found = tracker.signer.verify(OPEN, call.path["token"])
    if found is not None and call.method == "GET":
        await tracker.opens.add(_hit(call, OPEN, found[0]))
    return PICTURE


async def click(call: Call[NoQuery, None]) -> Raw:
    """Lead on to where the mail's link led, never to what the request says."""
    tracker = call.state.part(Tracker)
    found = tracker.signer.verify(CLICK, call.path["token"])
    goal = None
    if found is not None:
        async with call.state.database.transaction(readonly=True) as db:
            goal = await target(db, tracker.letters, *found)
    if found is None or goal is None:
        return page(404, "This link is not valid", "It may be cut off; open it from the mail.")
    await tracker.clicks.add(_hit(call, CLICK, found[0], goal))
    return Raw(b"", "text/plain", (*PRIVATE, ("location", _ascii(goal.url))), status=302)


async def ask(call: Call[NoQuery, None]) -> Raw:
    """Ask whether to unsubscribe: looking at a link never unsubscribes anybody.

    But who looks at it and at other links in the same moment is a machine.
    """
    tracker = call.state.part(Tracker)
    found = tracker.signer.verify(UNSUBSCRIBE, call.path["token"])
    if found is None:
        return page(404, "This link is not valid", "It may be cut off; open it from the mail.")
    await tracker.clicks.add(_hit(call, UNSUBSCRIBE, found[0]))
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
    """Unsubscribe whom a mail was for; nobody when it was a rehearsal or a test."""
    sent = next(iter(await messages.list_by_ids(db, [message])), None)
    if sent and sent.kind in REAL:
        await _leave(db, sent.team_id, sent.recipient, sent, now)
    buried = None if sent else await messages.find_buried(db, message)
    if buried:
        await _leave(db, buried.team_id, buried.address_key, None, now)


async def _leave(db: Db, team: TeamId, address: str, by: Message | None, now: datetime) -> None:
    people = [addresses.parse(address)]
    source = unsubscribes.Source.LEAD
    await activities.unsubscribe(db, team, people, source=source, by=by, now=now)


def _hit(
    call: Call[NoQuery, None], kind: str, message: MessageId, goal: Target | None = None
) -> Hit:
    return Hit(
        kind=kind,
        message_id=message,
        method=call.method,
        agent=call.headers.get("user-agent", "")[:AGENT_LETTERS],
        at=call.now,
        location=goal.url if goal else "",
        links=goal.links if goal else 0,
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


PIXEL: Final = _public("GET /t/o/{token}", pixel, "Open pixel", "A transparent picture, always.")
OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    PIXEL,
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
