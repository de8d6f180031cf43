"""What holds senders back, by the very plan that a worker makes for each."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pomelo import campaigns, senders
from pomelo.base.db import EVER, NEVER, Db
from pomelo.base.ids import CampaignId, SenderId, TeamId
from pomelo.delivery import Shift, shifts
from pomelo.insight import store
from pomelo.insight.causes import Cause
from pomelo.insight.model import Hold
from pomelo.insight.rules import said
from pomelo.schedules import Window, is_kept_shut, next_common, next_moment
from pomelo.senders import Sender


class Sending(msgspec.Struct, frozen=True):
    """A sender, what it may do now, and when it may write for each campaign again."""

    sender: Sender
    shift: Shift
    rests_until: dict[CampaignId, datetime]


async def sendings(
    db: Db,
    team: TeamId,
    *,
    campaign: CampaignId | None = None,
    sender: SenderId | None = None,
    now: datetime,
) -> list[Sending]:
    """Plan for a campaign's senders, or for one sender, as a worker would."""
    rows = await store.rows_of(db, team, campaign=campaign, sender=sender)
    ids = sorted({row.sender_id for row in rows} | ({sender} if sender else set()))
    found = await senders.list_of_team(db, team, senders=ids) if ids else []
    refs = [(one.team_id, one.id) for one in found]
    ready = await campaigns.ready_rows(db, refs, now=NEVER) if refs else []
    resting = {(row.sender_id, row.campaign_id) for row in rows if row.may_send_at > now}
    return [
        Sending(
            shift.sender,
            shift,
            {row.campaign_id: row.may_send_at for row in rows if row.sender_id == shift.sender.id},
        )
        for shift in await shifts(db, found, ready, resting=resting, now=now)
    ]


def sender_holds(sending: Sending, *, now: datetime) -> list[Hold]:
    """Give what holds a sender in all its campaigns."""
    sender, shift = sending.sender, sending.shift
    rests_until = None if sender.may_send_at == NEVER else sender.may_send_at
    if sender.paused_for is not None:
        return [
            Hold(
                Cause.SENDER_FROZEN,
                at=rests_until if rests_until and rests_until > now else None,
                since=sender.paused_at,
                detail=f" ({sender.email}: {sender.paused_for}).{said(sender.paused_reply)}",
            )
        ]
    if shift.full_until is not None:
        if shift.is_team_full:
            return [Hold(Cause.TEAM_LIMIT, at=shift.full_until)]
        cause = Cause.RAMP if senders.is_ramping(sender, now) else Cause.LIMIT
        return [Hold(cause, at=shift.full_until, detail=f" ({sender.email})")]
    if sender.may_send_at > now:
        return [Hold(Cause.GAP, at=rests_until, detail=f" ({sender.email})")]
    return []


def campaign_holds(
    sending: Sending,
    campaign: CampaignId,
    *,
    is_new: bool | None,
    hours: Sequence[Window] | None = None,
    now: datetime,
) -> list[Hold]:
    """Give what holds a sender in one campaign.

    Args:
        sending: The sender and its plan.
        campaign: Which.
        is_new: Whether it would write to somebody whom nobody has written to; None = to both.
        hours: The campaign's, as the one lead has them that is asked about; None = of all.
        now: When it is asked.
    """
    holds = sender_holds(sending, now=now)
    if is_new and sending.sender.new_leads_stopped_at is not None:
        holds.append(Hold(Cause.TOO_MANY_BOUNCES, since=sending.sender.new_leads_stopped_at))
    if is_new is False and not sending.shift.takes_own:
        holds.append(Hold(Cause.NEW_LEADS_SHARE, detail=f" ({sending.sender.email})"))
    rests_until = sending.rests_until.get(campaign)
    if rests_until is not None and rests_until > now:
        holds.append(Hold(Cause.SECONDS_TO_WAIT, at=rests_until))
    return holds + closed_hours(sending, campaign, hours, now)


def closed_hours(
    sending: Sending, campaign: CampaignId, hours: Sequence[Window] | None, then: datetime
) -> list[Hold]:
    """Say what keeps a sender's hours in a campaign shut, as its plan does: both must be open.

    Args:
        sending: The sender and its plan.
        campaign: Which.
        hours: The campaign's, as one lead has them; None = those that hold all of its leads.
        then: When they are to be open.
    """
    shift = sending.shift
    return [
        hold
        for row in (*shift.rows, *(row for row, _ in shift.closed))
        if row.campaign_id == campaign
        for hold in _shut(
            sending.sender, row.hours if hours is None else hours, row.sender_windows, then
        )
    ]


def _shut(
    sender: Sender, hours: Sequence[Window], own: Sequence[Window], then: datetime
) -> list[Hold]:
    """Say what keeps hours and a sender's own shut; the last to let go does when both are open."""
    opens = next_common((hours, own), then)
    if opens == then:
        return []
    own_shut = [
        msgspec.structs.replace(hold, detail=f" (hours of {sender.email})")
        for hold in hours_hold(own, then)
    ]
    shut = [*hours_hold(hours, then), *own_shut]
    if any(hold.at is None for hold in shut):  # days off without end
        return shut
    if opens is None:
        return [Hold(Cause.HOURS_NEVER_MEET, detail=f" (hours of {sender.email})")]
    return [*shut[:-1], msgspec.structs.replace(shut[-1], at=opens)]


def hours_hold(windows: Sequence[Window], then: datetime) -> list[Hold]:
    """Say what keeps windows shut, and until when; nothing where one is open."""
    opens = next_moment(windows, then)
    if opens == then:
        return []
    return [Hold(Cause.HOLIDAY if is_kept_shut(windows, then) else Cause.WINDOW, at=opens)]


def best(choices: Sequence[list[Hold]]) -> list[Hold]:
    """Give what holds the sender that is free first."""
    return min(choices, key=_freed_at, default=[Hold(Cause.NO_SENDER)])


def first_free(choices: Sequence[tuple[Sending, list[Hold]]]) -> tuple[Sending | None, list[Hold]]:
    """Give the sender that is free first, and what holds it until then."""
    none: tuple[Sending | None, list[Hold]] = (None, [Hold(Cause.NO_SENDER)])
    return min(choices, key=lambda choice: _freed_at(choice[1]), default=none)


def _freed_at(holds: list[Hold]) -> tuple[bool, datetime]:
    ats = [hold.at for hold in holds]
    return None in ats, max((at for at in ats if at), default=EVER)
