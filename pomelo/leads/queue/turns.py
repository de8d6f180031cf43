"""Whose turn it is: claims on due leads, dealt to senders; the end of waiting for an event."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from heapq import heapify, heappop, heapreplace
from typing import Final, TypeAlias

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, SenderId, TeamId
from pomelo.leads.model import WaitsFor
from pomelo.leads.queue import claims
from pomelo.leads.queue.claims import Claimed, Taken, Want, Woken

HEARD_AT_ONCE: Final = 500
# Behind everybody who has as much left.
LATER: Final = 1_000_000
# Of a sender in a campaign: how much less than nothing it has left, its place, itself, its room.
_Turn: TypeAlias = tuple[int, int, SenderId, int]


async def claim_due(
    db: Db, wants: Sequence[Want], *, now: datetime, until: datetime
) -> list[Claimed]:
    """Claim leads whose next step is due.

    One statement for many senders; it reads only as many rows as are wanted, however many
    wait. Leads that others hold are stepped over.

    Args:
        db: The open transaction.
        wants: How many each sender can take for each campaign; a pair comes once.
        now: Leads due by then.
        until: How long they are ours without renewing.

    Returns:
        For each want at most its amount: the sender's own leads first, then leads that have
        no sender yet, dealt in turns to the senders that have room. `sender_id` is who
        shall write; the lead itself keeps it only with `schedule_next`.
    """
    if not wants:
        return []
    taken = await claims.claim_due(db, wants, now=now, until=until)
    return deal(wants, sorted(taken, key=lambda lead: lead.due_at))


def deal(wants: Sequence[Want], taken: Sequence[Taken]) -> list[Claimed]:
    """Give leads without a sender to those who have room, first to who has most left.

    Args:
        wants: What was wanted.
        taken: What was found: at most the amounts of a campaign together.

    Returns:
        All of them, in the same order.
    """
    own = Counter((one.team_id, one.campaign_id, one.sender_id) for one in taken if one.sender_id)
    queues: dict[tuple[TeamId, CampaignId], list[_Turn]] = {}
    for place, want in enumerate(wants):
        had = own[want.team_id, want.campaign_id, want.sender_id]
        if want.takes_new and want.amount > had:
            turn = -(want.left - had), place, want.sender_id, want.amount - had
            queues.setdefault((want.team_id, want.campaign_id), []).append(turn)
    for queue in queues.values():
        heapify(queue)
    return [
        _claimed(one, one.sender_id or _next(queues[one.team_id, one.campaign_id])) for one in taken
    ]


def _next(queue: list[_Turn]) -> SenderId:
    """Give whose turn it is: who has most left, and then who had the longest rest."""
    less, place, sender, room = queue[0]
    if room > 1:
        heapreplace(queue, (less + 1, place + LATER, sender, room - 1))
    else:
        heappop(queue)
    return sender


def _claimed(lead: Taken, sender: SenderId) -> Claimed:
    return Claimed(
        team_id=lead.team_id,
        id=lead.id,
        campaign_id=lead.campaign_id,
        sender_id=sender,
        sequence_id=lead.sequence_id,
        step_position=lead.step_position,
        fence=lead.fence,
        due_at=lead.due_at,
    )


async def next_due(
    db: Db,
    rows: Sequence[tuple[TeamId, CampaignId, SenderId]],
    *,
    without_new: Collection[SenderId] = (),
    now: datetime,
) -> dict[tuple[TeamId, CampaignId, SenderId], datetime]:
    """Find when there is something to do for senders in campaigns.

    Args:
        db: The open transaction.
        rows: Teams, campaigns and senders.
        without_new: Senders that may write to no lead that has none.
        now: Leads under a lease that lasts longer are not looked at.

    Returns:
        When the first lead is due, the sender's own or one without a sender; a row with
        nothing to come is missing.
    """
    found = await claims.next_due(db, rows, without_new=without_new, now=now)
    return {(due.team_id, due.campaign_id, due.sender_id): due.due_at for due in found}


async def unpark(
    db: Db, team: TeamId, leads: Sequence[LeadId], waits_for: WaitsFor, *, now: datetime
) -> list[CampaignId]:
    """Let leads go on that waited for something; gives the campaigns to wake."""
    found = await claims.unpark(db, team, leads, waits_for, now=now)
    return [CampaignId(campaign) for campaign in dict.fromkeys(found)]


async def unpark_all(db: Db, waits_for: WaitsFor) -> dict[TeamId, list[CampaignId]]:
    """Let everybody go on who waited for something; gives the campaigns to wake, by team."""
    return by_team(await claims.unpark_all(db, waits_for))


async def unpark_heard(
    db: Db, *, heard_since: datetime, amount: int = HEARD_AT_ONCE
) -> dict[TeamId, list[CampaignId]]:
    """Let leads go on that waited for their sender's mailbox to be read.

    Args:
        db: The open transaction.
        heard_since: At or after this instant the reading must have begun.
        amount: So many leads a sender at most; whoever calls comes again.

    Returns:
        The campaigns to wake, by team.
    """
    return by_team(await claims.unpark_heard(db, heard_since=heard_since, amount=amount))


def by_team(found: Sequence[Woken]) -> dict[TeamId, list[CampaignId]]:
    """Give each team's campaigns once."""
    woken: dict[TeamId, list[CampaignId]] = {}
    for one in dict.fromkeys(found):
        woken.setdefault(one.team_id, []).append(one.campaign_id)
    return woken
