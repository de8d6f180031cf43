"""Leads that a rule of their team holds back, and their waking when the rule has changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SenderId, TeamId
from pomelo.leads.model import HeldBy
from pomelo.leads.queue.claims import Hold, Woken
from pomelo.leads.queue.turns import by_team
from pomelo.leads.store import QUERIES

WOKEN_AT_ONCE: Final = 2_000


class Ruled(msgspec.Struct, frozen=True):
    """A claimed lead that a rule holds back.

    Attributes:
        hold: The claim on it.
        until: When it lets go; None where something must happen first.
        version: Which version of the rule said so.
        by: Which rule.
        spaced_by: For whose gap it waits, if it waits for a domain.
    """

    hold: Hold
    until: datetime | None
    version: int
    by: HeldBy = HeldBy.CONTACT_RULE
    spaced_by: SenderId | None = None


async def hold_by_rule(db: Db, ruled: Sequence[Ruled]) -> list[Hold]:
    """Hold claimed leads back; gives the claims that were still ours."""
    if not ruled:
        return []
    return await QUERIES["hold_by_rule"].rows(
        db,
        Hold,
        team_ids=[one.hold.team_id for one in ruled],
        ids=[one.hold.id for one in ruled],
        fences=[one.hold.fence for one in ruled],
        untils=[one.until for one in ruled],
        versions=[one.version for one in ruled],
        bys=[one.by for one in ruled],
        spaced_bys=[one.spaced_by for one in ruled],
    )


async def wake_held(
    db: Db, *, amount: int = WOKEN_AT_ONCE, now: datetime
) -> dict[TeamId, list[CampaignId]]:
    """Let leads be looked at again that a rule holds back which has changed since.

    Args:
        db: The open transaction.
        amount: So many at most of a team, a sender, a campaign; whoever calls comes again.
        now: When they are due, at the latest.

    Returns:
        The campaigns to wake, by team.
    """
    woken = await QUERIES["wake_held"].rows(db, Woken, amount=amount, now=now)
    woken += await QUERIES["wake_spaced"].rows(db, Woken, amount=amount, now=now)
    woken += await QUERIES["wake_zoned"].rows(db, Woken, amount=amount, now=now)
    return by_team(woken)
