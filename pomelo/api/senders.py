"""Mailboxes as Pomelo sees them: limit, gap, health, and when each may send next."""

from datetime import datetime
from typing import Final

from pomelo import activities, campaigns, senders
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.sender_replies import ERRORS, change_replies, checked_imap
from pomelo.api.sender_shapes import MailSender, SenderChanges
from pomelo.api.sender_views import show
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import ScheduleId, SenderId, TeamId
from pomelo.base.vault import Vault
from pomelo.schedules import ScheduleNotFound
from pomelo.senders import (
    Changes,
    Sender,
    SenderNotFound,
    Server,
    VariablesInvalid,
)
from pomelo.smtp import MailAccess

SECTION: Final = "Senders"


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
    access = call.state.part(MailAccess)
    async with call.state.database.transaction(readonly=True) as db:
        known = await senders.get(db, call.caller.team, SenderId(call.path["senderId"]))
    imap = await checked_imap(call.body, known, access, call.state.clock)

    async def work(db: Db) -> MailSender:
        changed = await _change(db, call, imap, access.vault)
        return (await show(db, [changed], now=call.now))[0]

    # Whoever reads the mailbox takes its rows in another order.
    return await call.state.database.retrying(work)


async def _change(
    db: Db, call: Call[NoQuery, SenderChanges], imap: Server | None, vault: Vault
) -> Sender:
    team, sender, body = call.caller.team, SenderId(call.path["senderId"]), call.body
    await senders.change(db, team, sender, _changes(body), now=call.now)
    if body.schedule_id is not None:
        kept = ScheduleId(body.schedule_id) if body.schedule_id else None
        await campaigns.set_sender_hours(db, team, sender, kept, now=call.now)
    if body.variables is not None:
        await _mend(db, team, sender, call.now)
    await change_replies(db, team, sender, body, imap=imap, vault=vault, now=call.now)
    if body.smtp_password is not None:
        await senders.set_log_in(
            db,
            team,
            sender,
            login=body.smtp_login,
            password=body.smtp_password.reveal(),
            vault=vault,
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
