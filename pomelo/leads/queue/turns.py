"""Whose turn it is: claims on due leads, dealt to senders; the end of waiting for an event."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, SenderId, TeamId
from pomelo.leads.model import WaitsFor
from pomelo.leads.queue import claims
from pomelo.leads.queue.claims import Claimed, Taken, Want, Woken

HEARD_AT_ONCE: Final = 500


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
    """Give leads without a sender to those who have room, in turns.

    Args:
        wants: What was wanted.
        taken: What was found: at most the amounts of a campaign together.

    Returns:
        All of them, in the same order.
    """
    room = {(w.team_id, w.campaign_id, w.sender_id): w.amount for w in wants}
    for lead in taken:
        if lead.sender_id is not None:
            room[(lead.team_id, lead.campaign_id, lead.sender_id)] -= 1
    turns: dict[tuple[TeamId, CampaignId], list[SenderId]] = {}
    for want in wants:
        whose = turns.setdefault((want.team_id, want.campaign_id), [])
        if want.takes_new:
            whose.append(want.sender_id)
    return [_dealt(lead, room, turns[(lead.team_id, lead.campaign_id)]) for lead in taken]


def _dealt(
    lead: Taken, room: dict[tuple[TeamId, CampaignId, SenderId], int], senders: list[SenderId]
) -> Claimed:
    sender = lead.sender_id
    if sender is None:
        sender = next(s for s in senders if room[(lead.team_id, lead.campaign_id, s)] > 0)
        room[(lead.team_id, lead.campaign_id, sender)] -= 1
        senders.remove(sender)
        senders.append(sender)
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
