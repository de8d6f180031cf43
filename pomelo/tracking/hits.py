"""What was fetched from mails, and what that means for their leads, many in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from pomelo import activities, messages
from pomelo.activities import Fact
from pomelo.base.db import Db
from pomelo.base.ids import MessageId
from pomelo.leads import ActivityType
from pomelo.messages import Fetched, MessageKind
from pomelo.tracking import store
from pomelo.tracking.judging import judge
from pomelo.tracking.robots import Visit, machine
from pomelo.tracking.store import PageVisit
from pomelo.tracking.tokens import CLICK, OPEN, UNSUBSCRIBE

TYPES: Final = {OPEN: ActivityType.EMAILS_OPENED, CLICK: ActivityType.EMAILS_CLICKED}
# The same, and what a look at the page to unsubscribe may lead to.
_HAPPENS: Final = {**TYPES, UNSUBSCRIBE: ActivityType.EMAILS_UNSUBSCRIBED}
# What is kept, and looked at, of what a visitor calls itself.
AGENT_LETTERS: Final = 300


class Hit(msgspec.Struct, frozen=True):
    """A pixel, a link or the page to unsubscribe was fetched.

    Attributes:
        kind: `o`, `c` or `u`, as in the token.
        message_id: The mail it stood in.
        method: GET or HEAD.
        agent: The visitor's user agent, its first 300 letters.
        at: When.
        location: Where a click led to.
        links: How many different links the mail of a click has; 0 = not counted.
    """

    kind: str
    message_id: MessageId
    method: str
    agent: str
    at: datetime
    location: str = ""
    links: int = 0


# A hit, and the mail that it is about.
Known: TypeAlias = tuple[Hit, Fetched]


async def record(db: Db, hits: Sequence[Hit]) -> None:
    """Record hits; a machine's are kept as such and move nothing.

    By whom a click was made is judged anew with each hit that may tell. Those on a mail of a
    rehearsal or a test, or of a lead that is gone, are nothing.
    """
    fetched = await messages.list_fetched(db, {hit.message_id for hit in hits})
    found = {mail.id: mail for mail in fetched if mail.kind is MessageKind.SEQUENCE}
    known = [(hit, mail) for hit in hits if (mail := found.get(hit.message_id))]
    are_opens = all(hit.kind == OPEN for hit in hits)
    concerned = await (_record_opens if are_opens else _record_all)(db, known)
    if concerned:
        links = {hit.message_id: hit.links for hit in hits if hit.links}
        await judge(db, concerned, links, now=max(hit.at for hit in hits))


async def _record_opens(db: Db, known: Sequence[Known]) -> list[Fetched]:
    """Record opens; gives the mails of those who clicked, too."""
    clicked = await activities.record_opens(db, [_fact(hit, mail) for hit, mail in known])
    return [mail for _, mail in known if (mail.team_id, mail.lead_id) in clicked]


async def _record_all(db: Db, known: Sequence[Known]) -> list[Fetched]:
    """Record hits of all kinds; gives their mails."""
    # All leads at once and in order, so that no two of those who lock several wait in a ring.
    touched = [((mail.team_id, mail.lead_id), _HAPPENS[hit.kind]) for hit, mail in known]
    await activities.lock_for(db, touched)
    done = [(hit, mail) for hit, mail in known if hit.kind in TYPES]
    await activities.record(db, [_fact(hit, mail) for hit, mail in done])
    visits = [PageVisit(hit.message_id, hit.at) for hit, _ in known if hit.kind == UNSUBSCRIBE]
    if visits:
        await store.insert_visits(db, visits)
    return [mail for _, mail in known]


def _fact(hit: Hit, message: Fetched) -> Fact:
    handed_over = message.handed_over_at
    after = None if handed_over is None else hit.at - handed_over
    reason = machine(Visit(method=hit.method, agent=hit.agent, after=after))
    extra: dict[str, object] = {"userAgent": hit.agent}
    if hit.location:
        extra["location"] = hit.location
    if reason is not None:
        extra["reason"] = reason
    return Fact(
        team_id=message.team_id,
        type=TYPES[hit.kind],
        lead_id=message.lead_id,
        message_id=message.id,
        sender_id=message.sender_id,
        step_id=message.step_id,
        sequence_step=message.sequence_step,
        at=hit.at,
        is_bot=reason is not None,
        extra=extra,
    )
