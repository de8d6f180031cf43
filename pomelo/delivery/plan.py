"""How much each sender may carry now: its limit and gap, and the hours of its campaigns."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from heapq import heapify, heapreplace
from random import randint
from typing import Final

import msgspec

from pomelo.base.ids import CampaignId, LeadId, TeamId
from pomelo.campaigns import ReadyRow
from pomelo.delivery.contacting import Ruling
from pomelo.delivery.model import Facts
from pomelo.leads import Want
from pomelo.messages import TeamQuota
from pomelo.schedules import Window, add_days, next_common
from pomelo.senders import Sender, limit_at, room_at
from pomelo.sequences import Spot

# A session is used for 50 mails at most (email-domain 7), so more is not claimed at once.
BATCH: Final = 50


class Shift(msgspec.Struct, frozen=True):
    """A sender and what it may do now.

    Attributes:
        sender: The sender.
        rows: Its campaigns whose hours are open.
        closed: Its campaigns whose hours are not, and when they open (None: never).
        amount: How many mails it may send now.
        full_until: When its rolling 24 hours have room again, if they have none.
        left: How many mails those hours still hold.
        kept: How many of all that they hold are new leads'.
        takes_own: Whether it may write to leads that it has written to before.
        is_team_full: It is the team's 24 hours that have no room.
    """

    sender: Sender
    rows: tuple[ReadyRow, ...]
    closed: tuple[tuple[ReadyRow, datetime | None], ...]
    amount: int
    full_until: datetime | None
    left: int = BATCH
    kept: int = 0
    takes_own: bool = True
    is_team_full: bool = False


class Job(msgspec.Struct, frozen=True):
    """A shift with the leads that were claimed for it.

    Attributes:
        shift: The sender and its campaigns.
        facts: What is known of each lead.
        suppressed: Sources under which leads' addresses are on the team's list.
        ruling: What contact rules say of the leads.
    """

    shift: Shift
    facts: tuple[Facts, ...]
    suppressed: dict[LeadId, str]
    ruling: Ruling


def plan(
    sender: Sender,
    rows: Sequence[ReadyRow],
    *,
    sent: int,
    frees_at: datetime | None,
    percent: int = 0,
    now: datetime,
) -> Shift:
    """Decide what a ready sender may do.

    Args:
        sender: The sender, claimed.
        rows: Its campaigns that may send by their own instant.
        sent: Mails it began in the last 24 hours, counted up to its limit of now.
        frees_at: When the oldest of them leaves the 24 hours.
        percent: How much of its 24 hours new leads keep.
        now: When it is decided.
    """
    moments = [(row, next_common((row.hours, row.sender_windows), now)) for row in rows]
    limit = limit_at(sender, now)
    left = BATCH if limit == 0 else limit - sent
    is_gapped = sender.gap_seconds > 0 or sender.gap_jitter_seconds > 0
    return Shift(
        sender=sender,
        rows=tuple(row for row, moment in moments if moment == now),
        closed=tuple((row, moment) for row, moment in moments if moment != now),
        amount=max(0, min(left, 1 if is_gapped else BATCH)),
        full_until=room_at(sender, frees_at, now) if left <= 0 else None,
        left=left,
        kept=0 if sender.new_leads_stopped_at else _kept(limit, percent),
    )


def within_team(shifts: Sequence[Shift], quotas: Mapping[TeamId, TeamQuota]) -> list[Shift]:
    """Leave senders what their teams' limits allow them together.

    Args:
        shifts: Their plans.
        quotas: What the teams' 24 hours hold; of a team that is missing there is no limit.
    """
    left: dict[TeamId, int] = {}
    return [_within(shift, quotas.get(shift.sender.team_id), left) for shift in shifts]


def _within(shift: Shift, quota: TeamQuota | None, left: dict[TeamId, int]) -> Shift:
    if quota is None or not (shift.rows or shift.closed):  # it has nothing to do anyway
        return shift
    team = shift.sender.team_id
    room = left.setdefault(team, max(0, _team_limit(shift) - quota.sent))
    amount = min(shift.amount, room)
    left[team] -= amount if shift.rows else 0
    if quota.sent < _team_limit(shift) or quota.frees_at is None:
        return msgspec.structs.replace(shift, amount=amount, left=min(shift.left, room))
    full_until = max(quota.frees_at, shift.full_until or quota.frees_at)
    return msgspec.structs.replace(
        shift, amount=0, left=0, full_until=full_until, is_team_full=True
    )


def _team_limit(shift: Shift) -> int:
    return max(row.team_limit for row in (*shift.rows, *(row for row, _ in shift.closed)))


def is_tight(shift: Shift) -> bool:
    """Tell whether follow-ups could now take what new leads keep of a sender's day."""
    return shift.amount > 0 and shift.left - shift.kept < shift.amount


def keep_share(shift: Shift, *, begun: int, awaited: Collection[CampaignId]) -> Shift:
    """Leave new leads their share of a sender's day, while any wait.

    Follow-ups go first, up to what new leads have not had of their share; then only new
    leads go until they had it, or none waits.

    Args:
        shift: The sender's plan.
        begun: How many mails of the last 24 hours went to leads that had got none.
        awaited: Campaigns in which such leads could be written to now.
    """
    rows = tuple(row for row in shift.rows if row.campaign_id in awaited)
    owed = shift.kept - begun
    if not rows or owed <= 0:
        return shift
    if shift.left > owed:
        return msgspec.structs.replace(shift, amount=min(shift.amount, shift.left - owed))
    return msgspec.structs.replace(shift, rows=rows, takes_own=False)


def _kept(limit: int, percent: int) -> int:
    """Give how many of a day's mails new leads keep; unless it is all, follow-ups keep one."""
    kept = -(-limit * percent // 100)
    return kept if percent == 100 else max(0, min(kept, limit - 1))


def wants(shift: Shift) -> list[Want]:
    """Share what a sender may send among its campaigns, by their weights."""
    return [
        Want(
            team_id=row.team_id,
            campaign_id=row.campaign_id,
            sender_id=row.sender_id,
            amount=1 if row.seconds_to_wait else amount,
            left=shift.left,
            takes_new=shift.sender.new_leads_stopped_at is None,
            takes_own=shift.takes_own,
        )
        for row, amount in _turns(shift)
    ]


def served(shift: Shift, campaign: CampaignId) -> float | None:
    """Give the turns a campaign has had once it has another one, as `ReadyRow.served`."""
    at_least = _at_least(shift.rows)
    found = [
        max(row.served, at_least) + 1 / row.weight
        for row in shift.rows
        if row.campaign_id == campaign
    ]
    return found[0] if found else None


def _turns(shift: Shift) -> list[tuple[ReadyRow, int]]:
    """Deal a sender's turns to its campaigns: the one that had the least is next."""
    at_least = _at_least(shift.rows)
    queue = [(max(row.served, at_least), place) for place, row in enumerate(shift.rows)]
    heapify(queue)
    amounts = [0] * len(queue)
    for _ in range(shift.amount if queue else 0):
        had, place = queue[0]
        amounts[place] += 1
        heapreplace(queue, (had + 1 / shift.rows[place].weight, place))
    return [(row, amount) for row, amount in zip(shift.rows, amounts, strict=True) if amount]


def _at_least(rows: Sequence[ReadyRow]) -> float:
    """Give what every campaign counts as having had: who slept does not get all turns now.

    Campaigns that always wait are never further apart than one turn.
    """
    return max((row.served for row in rows), default=0) - 1


def rest(sender: Sender) -> timedelta:
    """Give how long a sender rests after a mail: its gap, and by chance some more."""
    return timedelta(seconds=sender.gap_seconds + randint(0, sender.gap_jitter_seconds))  # noqa: S311


def gap(shift: Shift, campaign: CampaignId) -> timedelta:
    """Give the least time between two mails of this sender in this campaign; the stricter wins."""
    waits = [row.seconds_to_wait for row in shift.rows if row.campaign_id == campaign]
    return timedelta(seconds=max([shift.sender.gap_seconds, *waits]))


def is_open(shift: Shift, facts: Facts, now: datetime) -> bool:
    """Tell whether a lead's hours, open when it was planned, are open still."""
    rows = _rows(shift, facts)
    own = [window for row in rows for window in row.sender_windows]
    return next_common((_windows(shift, facts), own), now) == now


def next_due(shift: Shift, facts: Facts, at: datetime) -> datetime | None:
    """Give when the step after one carried out at `at` is due; None when there is none."""
    return due_after(at, facts.next, _windows(shift, facts))


def _windows(shift: Shift, facts: Facts) -> Sequence[Window]:
    """Give the lead's own hours, or else those of all leads of its campaign."""
    return facts.hours or [window for row in _rows(shift, facts) for window in row.windows]


def _rows(shift: Shift, facts: Facts) -> list[ReadyRow]:
    return [row for row in shift.rows if row.campaign_id == facts.campaign_id]


def due_after(at: datetime, coming: Spot | None, windows: Sequence[Window]) -> datetime | None:
    """Give when a step is due if the one before was carried out at `at`.

    Days count in the campaign's own zone, over the weekdays on which it may send.

    Args:
        at: When that was.
        coming: The step; None where there is none.
        windows: The campaign's hours.
    """
    if coming is None:
        return None
    zone = windows[0].timezone if windows else "UTC"
    weekdays = frozenset[int]().union(*(window.weekdays for window in windows))
    days_later = add_days(at, coming.waits_days, zone, weekdays)
    return days_later + timedelta(minutes=coming.waits_minutes)
