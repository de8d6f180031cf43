"""Mailboxes as they are shown: limit, gap, health, and when each may send next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import asdict

from pomelo import campaigns, messages, senders
from pomelo.api.answers import Moment, moment
from pomelo.api.sender_replies import shown_replies
from pomelo.api.sender_shapes import MailSender, Pause, ServerShown
from pomelo.base.db import NEVER, Db
from pomelo.base.ids import ScheduleId, SenderId, TeamId
from pomelo.messages import Quota
from pomelo.senders import Provider, Sender, TlsMode

DAY: Final = timedelta(hours=24)
# More than any mailbox sends in a day; so many rows at most are counted.
COUNTED: Final = 10_000
# Above, providers and readers begin to take a mailbox for a machine.
HEALTHY_PER_DAY: Final = 100

TOO_MANY: Final = (
    f"More than {HEALTHY_PER_DAY} mails a day from one mailbox harm its reputation; spread them "
    "over more mailboxes."
)


async def show(db: Db, found: Sequence[Sender], *, now: datetime) -> list[MailSender]:
    """Show mailboxes with what they sent in the last 24 hours, in the same order."""
    sent = await _quotas(db, [(one.team_id, one.id, COUNTED) for one in found], now)
    limits = [(one.team_id, one.id, senders.limit_at(one, now)) for one in found]
    full = await _quotas(db, [one for one in limits if 0 < one[2] <= sent[one[1]].sent], now)
    granted = await senders.list_granted(db, [(one.team_id, one.id) for one in found])
    connected = {one.sender_id: one.provider for one in granted}
    hours = await _hours(db, found)
    return [
        _shown(
            one,
            sent[one.id].sent,
            full.get(one.id),
            now,
            connected=connected.get(one.id),
            hours=hours.get(one.id),
        )
        for one in found
    ]


async def _hours(db: Db, found: Sequence[Sender]) -> dict[SenderId, ScheduleId]:
    if not found:
        return {}
    return await campaigns.sender_hours(db, found[0].team_id, [one.id for one in found])


async def _quotas(
    db: Db, limits: Sequence[tuple[TeamId, SenderId, int]], now: datetime
) -> dict[SenderId, Quota]:
    return {quota.sender_id: quota for quota in await messages.quotas(db, limits, since=now - DAY)}


def _shown(
    sender: Sender,
    sent: int,
    full: Quota | None,
    now: datetime,
    *,
    connected: Provider | None,
    hours: ScheduleId | None,
) -> MailSender:
    next_at = next_send_at(sender, full, now)
    return MailSender(
        id=sender.id,
        user_id=sender.user_id,
        email=sender.email,
        name=sender.name,
        signature=sender.signature,
        limit_per_day=sender.limit_per_day,
        gap_seconds=sender.gap_seconds,
        gap_jitter_seconds=sender.gap_jitter_seconds,
        ramp_per_day=sender.ramp_per_day,
        schedule_id=hours,
        domain_gap_seconds=sender.domain_gap_seconds,
        variables=sender.variables,
        limit_today=senders.limit_at(sender, now),
        sent_in_24_hours=sent,
        next_send_at=_moment(next_at),
        paused=_pause(sender, now),
        new_leads_stopped_at=_moment(sender.new_leads_stopped_at),
        smtp=ServerShown(sender.smtp_host, sender.smtp_port, sender.smtp_tls, sender.smtp_login),
        imap=_imap(sender),
        connected=connected,
        warnings=warnings(sender),
        created_at=moment(sender.created_at),
        **asdict(shown_replies(sender)),
    )


def next_send_at(sender: Sender, full: Quota | None, now: datetime) -> datetime | None:
    """Tell when a mailbox may send next, were there a mail for it.

    Args:
        sender: The mailbox.
        full: Its rolling 24 hours, when they hold as many mails as its limit allows.
        now: The present; the answer is never before it.

    Returns:
        None when only a person can end its pause.
    """
    frees_at = None if full is None else senders.room_at(sender, full.frees_at, now)
    at = max(sender.may_send_at, frees_at or now, now)
    return None if at >= NEVER else at


def _pause(sender: Sender, now: datetime) -> Pause | None:
    if sender.paused_for is None:
        return None
    return Pause(
        reason=sender.paused_for,
        reply=sender.paused_reply,
        since=_moment(sender.paused_at),
        until=_moment(senders.paused_until(sender)),
        what_to_do=senders.what_to_do(sender, now),
    )


def _imap(sender: Sender) -> ServerShown | None:
    if sender.imap_port is None:
        return None
    tls = sender.imap_tls or TlsMode.TLS
    return ServerShown(sender.imap_host, sender.imap_port, tls, sender.imap_login)


def _moment(at: datetime | None) -> Moment | None:
    return None if at is None else moment(at)


def warnings(sender: Sender) -> list[str]:
    """Tell what is unwise about a mailbox's settings, and what keeps it from new leads."""
    is_wise = 0 < sender.limit_per_day <= HEALTHY_PER_DAY
    braked = senders.brake_warning(sender)
    return [*([] if is_wise else [TOO_MANY]), *([braked] if braked else [])]
