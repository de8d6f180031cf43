"""What holds who would carry out a lead's next step: its sender, hours, and the worker's gate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo import campaigns, sequences
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.insight.asking import ask_gate
from pomelo.insight.causes import Cause
from pomelo.insight.model import Hold, LeadFacts
from pomelo.insight.rules import Around
from pomelo.insight.sending import (
    Sending,
    campaign_holds,
    closed_hours,
    first_free,
    hours_hold,
    sendings,
)
from pomelo.schedules import Window, hours_for
from pomelo.sequences import StepType

GONE: Final = Hold(Cause.SENDER_GONE)
NO_SENDER: Final = Hold(Cause.NO_SENDER)
HOURS: Final = frozenset({Cause.WINDOW, Cause.HOLIDAY, Cause.HOURS_NEVER_MEET})


async def carriers(db: Db, lead: LeadFacts, around: Around, heard_since: datetime) -> list[Hold]:
    """Give what holds who would carry out a lead's next step.

    Args:
        db: The open transaction; nothing is written.
        lead: A lead of which something is to come.
        around: When it is asked, and what is true of the installation.
        heard_since: At or after this instant its sender's mailbox must have been read.
    """
    then = max(around.now, lead.due_at or around.now)
    if not lead.needs_sender:
        return await _hours(db, lead, around.windows, then)
    hours = around.windows
    everyone = await sendings(db, lead.team_id, campaign=lead.campaign_id, now=around.now)
    choices = [
        (one, _of_sender(one, lead, hours, around.now))
        for one in everyone
        if lead.sender_id in (None, one.sender.id)
    ]
    chosen, found = first_free(choices)
    if not _is_told(found):
        shut = [] if chosen is None else closed_hours(chosen, lead.campaign_id, hours, then)
        found += shut or hours_hold(hours, then)
    sender = None if chosen is None else chosen.sender.id
    refusal = await ask_gate(
        db, lead, around.house, sender=sender, now=then, heard_since=heard_since
    )
    if GONE in refusal and everyone:  # there are others, to whom it can be given
        found = [hold for hold in found if hold != NO_SENDER]
    return found if _is_told(refusal) and _is_told(found) else [*found, *refusal]


def _of_sender(one: Sending, lead: LeadFacts, hours: Sequence[Window], now: datetime) -> list[Hold]:
    is_new = lead.sender_id is None
    return campaign_holds(one, lead.campaign_id, is_new=is_new, hours=hours, now=now)


def _is_told(found: Sequence[Hold]) -> bool:
    """Tell whether hours are among what holds."""
    return any(hold.cause in HOURS for hold in found)


async def windows_of(db: Db, lead: LeadFacts) -> Sequence[Window]:
    """Give the hours of a lead's campaign, on its own clocks where the campaign says so."""
    windows = await campaign_windows(db, lead.team_id, lead.campaign_id)
    return hours_for(windows, lead.variables, lead.email, lead.lead_zones)


async def campaign_windows(db: Db, team: TeamId, campaign: CampaignId) -> Sequence[Window]:
    """Give the hours of a campaign, on its schedules' clocks."""
    found = await campaigns.hours_of(db, [(team, campaign)])
    return found.get((team, campaign), ())


async def _hours(db: Db, lead: LeadFacts, windows: Sequence[Window], then: datetime) -> list[Hold]:
    """Of what is no mail, only tasks and calls wait for the campaign's hours."""
    structure = await sequences.structure(db, lead.team_id, lead.campaign_id)
    spot = structure.at(lead.sequence_id, lead.step_position)
    if spot is None or spot.type in (StepType.CONDITIONAL, StepType.SEND_TO_ANOTHER_CAMPAIGN):
        return []
    return hours_hold(windows, then)
