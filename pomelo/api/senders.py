"""Mailboxes as Pomelo sees them: limit, gap, health, and when each may send next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import asdict

from pomelo import activities, campaigns, messages, senders
from pomelo.api.answers import Moment, moment
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.sender_replies import ERRORS, change_replies, check_imap, shown_replies
from pomelo.api.sender_shapes import MailSender, Pause, SenderChanges, Smtp
from pomelo.base.db import NEVER, Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import ScheduleId, SenderId, TeamId
from pomelo.messages import Quota
from pomelo.schedules import ScheduleNotFound
from pomelo.senders import Changes, Provider, Sender, SenderNotFound, VariablesInvalid
from pomelo.smtp import MailAccess

SECTION: Final = "Senders"
DAY: Final = timedelta(hours=24)
# More than any mailbox sends in a day; so many rows at most are counted.
COUNTED: Final = 10_000
# Above, providers and readers begin to take a mailbox for a machine.
HEALTHY_PER_DAY: Final = 100

TOO_MANY: Final = (
    f"More than {HEALTHY_PER_DAY} mails a day from one mailbox harm its reputation; spread them "
    "over more mailboxes."
)


class PasswordMissing(Invalid):
    """Send smtpPassword together with smtpLogin; an empty one means no password."""


async def list_all(call: Call[NoQuery, None]) -> list[MailSender]:
    """Answer the team's mailboxes."""
    async with call.state.database.transaction(readonly=True) as db:
        found = await senders.list_of_team(db, call.caller.team)
        return await show(db, found, now=call.now)


async def get(call: Call[NoQuery, None]) -> MailSender:
    """Answer one mailbox."""
    async with call.state.database.transaction(readonly=True) as db:
        found = await senders.get(db, call.caller.team, _id(call))
        return (await show(db, [found], now=call.now))[0]


async def change(call: Call[NoQuery, SenderChanges]) -> MailSender:
    """Change a mailbox."""
    if call.body.smtp_login is not None and call.body.smtp_password is None:
        raise PasswordMissing
    await check_imap(call.body, call.state.part(MailAccess))

    async def work(db: Db) -> MailSender:
        changed = await _change(db, call)
        return (await show(db, [changed], now=call.now))[0]

    # Whoever reads the mailbox takes its rows in another order.
    return await call.state.database.retrying(work)


async def _change(db: Db, call: Call[NoQuery, SenderChanges]) -> Sender:
    team, sender = call.caller.team, SenderId(call.path["senderId"])
    body, access = call.body, call.state.part(MailAccess)
    await senders.change(db, team, sender, _changes(body), now=call.now)
    if body.schedule_id is not None:
        kept = ScheduleId(body.schedule_id) if body.schedule_id else None
        await campaigns.set_sender_hours(db, team, sender, kept, now=call.now)
    if body.variables is not None:
        await _mend(db, team, sender, call.now)
    await change_replies(db, team, sender, body, access=access, now=call.now)
    if body.smtp_password is not None:
        await senders.set_log_in(
            db,
            team,
            sender,
            login=body.smtp_login,
            password=body.smtp_password.reveal(),
            vault=access.vault,
            now=call.now,
        )
    return await senders.get(db, team, sender)


def _changes(body: SenderChanges) -> Changes:
    return Changes(
        name=body.name,
        signature=body.signature,
        limit_per_day=body.limit_per_day,
        gap_seconds=body.gap_seconds,
        gap_jitter_seconds=body.gap_jitter_seconds,
        ramp_per_day=body.ramp_per_day,
        domain_gap_seconds=body.domain_gap_seconds,
        variables=body.variables,
    )


async def _mend(db: Db, team: TeamId, sender: SenderId, now: datetime) -> None:
    """Try again for leads that failed: what their step lacked may be there now."""
    for campaign in await campaigns.list_of_sender(db, team, sender):
        await activities.mend_campaign(db, team, campaign, now=now)


async def lift(call: Call[NoQuery, None]) -> MailSender:
    """End a mailbox's pause."""
    async with call.state.database.transaction() as db:
        lifted = await senders.lift(db, call.caller.team, _id(call), now=call.now)
        return (await show(db, [lifted], now=call.now))[0]


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
        paused=_pause(sender),
        new_leads_stopped_at=_moment(sender.new_leads_stopped_at),
        smtp=Smtp(sender.smtp_host, sender.smtp_port, sender.smtp_tls, sender.smtp_login),
        imap_host=sender.imap_host,
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


def _pause(sender: Sender) -> Pause | None:
    if sender.paused_for is None:
        return None
    what_to_do = senders.what_to_do(sender)
    return Pause(sender.paused_for, sender.paused_reply, _moment(sender.paused_at), what_to_do)


def _moment(at: datetime | None) -> Moment | None:
    return None if at is None else moment(at)


def warnings(sender: Sender) -> list[str]:
    """Tell what is unwise about a mailbox's settings, and what keeps it from new leads."""
    is_wise = 0 < sender.limit_per_day <= HEALTHY_PER_DAY
    braked = senders.brake_warning(sender)
    return [*([] if is_wise else [TOO_MANY]), *([braked] if braked else [])]


def _id(call: Call[NoQuery, None]) -> SenderId:
    return SenderId(call.path["senderId"])


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/senders",
        run=list_all,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List the team's senders",
        text=(
            "Pomelo's own: lemlist's users with mailboxes, one entry a mailbox. "
            "POST /api/user/email-accounts adds one."
        ),
        answer=list[MailSender],
    ),
    Operation(
        method="GET",
        path="/api/senders/{senderId}",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get a sender",
        text="Pomelo's own.",
        answer=MailSender,
        errors=(SenderNotFound,),
    ),
    Operation(
        method="PATCH",
        path="/api/senders/{senderId}",
        run=change,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Change a sender",
        text=(
            "Pomelo's own. Limit and gap count over all campaigns, follow-ups included; where a "
            "schedule's secondsToWait is longer, that counts. `gapJitterSeconds` makes each gap "
            "longer by up to so much, at random. `domainGapSeconds` spreads mails to one domain. "
            "With `rampPerDay` a new mailbox sends so many "
            "mails in its first 24 hours and so many more in each later, up to its limit; 0 ends "
            "that. `smtpPassword` is never given back; a new one (with `smtpLogin` if that changed "
            "too) ends a pause for `auth`. "
            "With `scheduleId` it sends only while that schedule and its campaign's are open. "
            "`variables` replaces what templates may name of it: `{{ sender.calendarUrl }}`. "
            "`replies` says where answers are read: `imap` (its server is known, or given as "
            "`imap`), `pipe` (`pomelo receive`) or `none`."
        ),
        body=SenderChanges,
        answer=MailSender,
        errors=(SenderNotFound, PasswordMissing, VariablesInvalid, ScheduleNotFound, *ERRORS),
        example={"limitPerDay": 40, "gapSeconds": 300},
    ),
    Operation(
        method="POST",
        path="/api/senders/{senderId}/lift",
        run=lift,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="End a sender's pause",
        text="Pomelo's own. What is still amiss pauses it again; earlier bounces count no more.",
        answer=MailSender,
        errors=(SenderNotFound,),
    ),
)
