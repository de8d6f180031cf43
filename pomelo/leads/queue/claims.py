"""The leads table as a queue: claims, leases, and what ends them; one function a query.

A claim is a lease and a fence. Whatever comes back with an older fence changes nothing and
is missing from the answer.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, SenderId, SequenceId, StepId, TeamId
from pomelo.leads.activity_types import ActivityType
from pomelo.leads.model import LeadState, Seat, WaitsFor
from pomelo.leads.states import REACHES, lifted_by
from pomelo.leads.store import QUERIES

_EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SENT: Final = ActivityType.EMAILS_SENT
_LIFTED: Final = lifted_by(_SENT)


class Want(msgspec.Struct, frozen=True):
    """How many leads a sender can take for a campaign now.

    Attributes:
        team_id: Whose.
        campaign_id: For which campaign.
        sender_id: Who would write.
        amount: At most so many.
        since: Do not look at leads due before: they were seen gone, and stepping over what
            is left of them costs time. A sweep without it must follow every few seconds.
        left: How many mails it may send altogether for a while: who has more left gets more of
            the new leads.
        takes_new: Whether it may write to leads that nobody has written to.
        takes_own: Whether it may write to those that are its own already.
    """

    team_id: TeamId
    campaign_id: CampaignId
    sender_id: SenderId
    amount: int
    since: datetime | None = None
    left: int = 0
    takes_new: bool = True
    takes_own: bool = True


class Claimed(msgspec.Struct, frozen=True):
    """A lead that is ours until the lease ends; `fence` is newer than all before it."""

    team_id: TeamId
    id: LeadId
    campaign_id: CampaignId
    sender_id: SenderId
    sequence_id: SequenceId | None
    step_position: int
    fence: int
    due_at: datetime


class Hold(msgspec.Struct, frozen=True):
    """A claim, named: what it carries changes nothing once the lead has a newer fence."""

    team_id: TeamId
    id: LeadId
    fence: int


class NextStep(msgspec.Struct, frozen=True):
    """A step is done: the next one, or None when it was the last.

    Attributes:
        sender_id: Who wrote, if anybody did; kept for all later mails if the lead has no
            sender yet. Was it deleted, the lead waits for another one.
        after: The step that is done, or the condition after whose branch it goes on: what
            stands after it now is next. None: the lead stays where it is.
        into: The branch whose first step is next, in place of `after`.
        due_at: When it is due.
        needs_sender: Whether it is a mail.
    """

    team_id: TeamId
    id: LeadId
    fence: int
    sender_id: SenderId | None
    after: StepId | None
    due_at: datetime | None
    into: SequenceId | None = None
    needs_sender: bool = True


class Onward(Seat, frozen=True):
    """A lead that went on to its next step.

    Attributes:
        reached: The state it came to by the mail that was sent, if it came to another one.
        was_contacted: Some mail had been sent to it before.
    """

    reached: LeadState | None
    was_contacted: bool


class Taken(msgspec.Struct, frozen=True):
    """A claimed lead; without a sender it is dealt to one that wants leads of its campaign."""

    team_id: TeamId
    id: LeadId
    campaign_id: CampaignId
    sender_id: SenderId | None
    sequence_id: SequenceId | None
    step_position: int
    fence: int
    due_at: datetime


class Due(msgspec.Struct, frozen=True):
    """When there is something to do for a sender in a campaign."""

    team_id: TeamId
    campaign_id: CampaignId
    sender_id: SenderId
    due_at: datetime


class Woken(msgspec.Struct, frozen=True):
    """A campaign of which leads may go again."""

    team_id: TeamId
    campaign_id: CampaignId


async def claim_due(
    db: Db, wants: Sequence[Want], *, now: datetime, until: datetime
) -> list[Taken]:
    """Take a lease on due leads."""
    return await QUERIES["claim_due"].rows(
        db,
        Taken,
        team_ids=[want.team_id for want in wants],
        campaign_ids=[want.campaign_id for want in wants],
        sender_ids=[want.sender_id for want in wants],
        amounts=[want.amount for want in wants],
        sinces=[want.since or _EVER for want in wants],
        takes_new=[want.takes_new for want in wants],
        takes_own=[want.takes_own for want in wants],
        now=now,
        until=until,
    )


async def next_due(
    db: Db,
    rows: Sequence[tuple[TeamId, CampaignId, SenderId]],
    *,
    without_new: Collection[SenderId],
    now: datetime,
) -> list[Due]:
    """Find when the next lead is due that a sender could take."""
    return await QUERIES["next_due"].rows(
        db,
        Due,
        team_ids=[team for team, _, _ in rows],
        campaign_ids=[campaign for _, campaign, _ in rows],
        sender_ids=[sender for _, _, sender in rows],
        without_new=list(without_new),
        now=now,
    )


async def lock_held(db: Db, holds: Sequence[Hold | Claimed]) -> list[Hold]:
    """Lock claimed leads until the transaction ends; gives the claims that are still ours."""
    return await QUERIES["lock_held"].rows(db, Hold, **_names(holds))


async def renew(db: Db, holds: Sequence[Hold | Claimed], *, until: datetime) -> list[Hold]:
    """Lengthen leases; gives the claims that are still ours."""
    if not holds:
        return []
    return await QUERIES["renew"].rows(db, Hold, **_names(holds), until=until)


async def free(db: Db, holds: Sequence[Hold | Claimed]) -> list[Hold]:
    """Give leads back at once, unchanged; gives the claims that were still ours."""
    if not holds:
        return []
    return await QUERIES["free"].rows(db, Hold, **_names(holds))


async def schedule_next(
    db: Db, items: Sequence[NextStep], *, sent_at: datetime | None = None
) -> list[Onward]:
    """Write what comes after a step that is done.

    Args:
        db: The open transaction.
        items: The leads, each once.
        sent_at: When it was done by a mail, for all of them: then it also does to a lead what
            `moved` does. `activities.record_sent` alone asks for that.

    Returns:
        The leads of which the claims were still ours.
    """
    if not items:
        return []
    return await QUERIES["schedule_next"].rows(
        db,
        Onward,
        **_names(items),
        sender_ids=[item.sender_id for item in items],
        afters=[item.after for item in items],
        intos=[item.into for item in items],
        due_ats=[item.due_at for item in items],
        need_senders=[item.needs_sender for item in items],
        sent_at=sent_at,
        lifted=_LIFTED,
        reached=REACHES[_SENT],
        happened=_SENT,
    )


async def wait_until(db: Db, items: Sequence[tuple[Hold, datetime]]) -> list[Hold]:
    """Let leads wait for a moment; gives the claims that were still ours."""
    if not items:
        return []
    return await QUERIES["wait_until"].rows(
        db, Hold, **_names([hold for hold, _ in items]), due_ats=[at for _, at in items]
    )


async def wait_until_back(db: Db, team: TeamId, lead: LeadId, back_at: datetime) -> None:
    """Let a lead whose person is away wait until then; it never gets due sooner by it.

    Args:
        db: The open transaction.
        team: Whose lead.
        lead: Which, claimed or not.
        back_at: The first moment at which a mail can meet the person.
    """
    await QUERIES["wait_until_back"].run(db, team_id=team, lead_id=lead, back_at=back_at)


async def park(db: Db, items: Sequence[tuple[Hold, WaitsFor]]) -> list[Hold]:
    """Let claimed leads wait for something to happen; gives the claims that were still ours."""
    if not items:
        return []
    return await QUERIES["park"].rows(
        db, Hold, **_names([hold for hold, _ in items]), waits_fors=[what for _, what in items]
    )


async def hold_for(
    db: Db, team: TeamId, leads: Sequence[LeadId], waits_for: WaitsFor, *, now: datetime
) -> None:
    """Let leads wait for something to happen, claimed or not, where nothing else holds them."""
    await QUERIES["hold_for"].run(db, team_id=team, ids=list(leads), waits_for=waits_for, now=now)


async def keep_sender(db: Db, team: TeamId, lead: LeadId, sender: SenderId) -> None:
    """Let a lead without a sender have one from now on: a mail may have come from there."""
    await QUERIES["keep_sender"].run(db, team_id=team, lead_id=lead, sender_id=sender)


async def park_sender(
    db: Db, team: TeamId, sender: SenderId, *, after: str, amount: int, now: datetime
) -> str | None:
    """Let leads of a sender that is gone wait: of the next ones by id; gives the last of them."""
    return await QUERIES["park_sender"].row(
        db, str, team_id=team, sender_id=sender, after=after, amount=amount, now=now
    )


async def unpark(
    db: Db, team: TeamId, leads: Sequence[LeadId], waits_for: WaitsFor, *, now: datetime
) -> list[str]:
    """Let leads go that waited for this event; gives their campaigns."""
    return await QUERIES["unpark"].rows(
        db, str, team_id=team, ids=list(leads), waits_for=waits_for, now=now
    )


async def unpark_all(db: Db, waits_for: WaitsFor) -> list[Woken]:
    """Let everybody go who waited for this event, of all teams."""
    return await QUERIES["unpark_all"].rows(db, Woken, waits_for=waits_for)


async def unpark_heard(db: Db, *, heard_since: datetime, amount: int) -> list[Woken]:
    """Let leads go whose sender's mailbox was read since then; so many a sender at most."""
    return await QUERIES["unpark_heard"].rows(db, Woken, heard_since=heard_since, amount=amount)


def _names(items: Sequence[Hold | Claimed | NextStep]) -> dict[str, object]:
    return {
        "team_ids": [item.team_id for item in items],
        "ids": [item.id for item in items],
        "fences": [item.fence for item in items],
    }
