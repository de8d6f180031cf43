"""Opens and clicks: what a fetched pixel or link means for a lead, many in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo import activities, messages
from pomelo.activities import Fact
from pomelo.base.db import Db
from pomelo.base.ids import MessageId
from pomelo.leads import ActivityType
from pomelo.messages import Fetched, MessageKind
from pomelo.tracking.robots import Visit, machine
from pomelo.tracking.tokens import CLICK, OPEN

TYPES: Final = {OPEN: ActivityType.EMAILS_OPENED, CLICK: ActivityType.EMAILS_CLICKED}
AGENT_LETTERS: Final = 300


class Hit(msgspec.Struct, frozen=True):
    """A pixel or a link was fetched.

    Attributes:
        kind: `o` or `c`, as in the token.
        message_id: The mail it stood in.
        method: GET or HEAD.
        agent: The visitor's user agent.
        at: When.
        location: Where a click led to.
    """

    kind: str
    message_id: MessageId
    method: str
    agent: str
    at: datetime
    location: str = ""


async def record(db: Db, hits: Sequence[Hit]) -> list[bool]:
    """Record hits; a machine's are kept as such and move nothing.

    Returns:
        For each hit whether it counted for a lead: one for a rehearsal's or a removed lead's
        mail does not.
    """
    fetched = await messages.list_fetched(db, {hit.message_id for hit in hits})
    found = {mail.id: mail for mail in fetched}
    counted = [_counts(found.get(hit.message_id)) for hit in hits]
    facts = [
        _fact(hit, found[hit.message_id])
        for hit, counts in zip(hits, counted, strict=True)
        if counts
    ]
    if facts:
        await activities.record(db, facts)
    return counted


def _counts(message: Fetched | None) -> bool:
    return message is not None and message.kind is MessageKind.SEQUENCE


def _fact(hit: Hit, message: Fetched) -> Fact:
    handed_over = message.handed_over_at
    after = None if handed_over is None else hit.at - handed_over
    reason = machine(Visit(method=hit.method, agent=hit.agent, after=after))
    extra: dict[str, object] = {"userAgent": hit.agent[:AGENT_LETTERS]}
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
