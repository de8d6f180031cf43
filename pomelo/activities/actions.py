"""What people do with leads: mark, pause, launch, skip, mend, remove; and what happened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo import campaigns, leads, messages
from pomelo.activities import store
from pomelo.activities.model import Fact, Filter, Shown
from pomelo.activities.recording import forget, record
from pomelo.activities.spreading import lock_for
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, TeamId
from pomelo.leads import ActivityType, LeadNotFound, Standing, WaitsFor

_MARKS: Final = {
    True: ActivityType.MANUAL_INTERESTED,
    False: ActivityType.MANUAL_NOT_INTERESTED,
}
_BY_API: Final[dict[str, object]] = {"userName": "api"}


async def mark(
    db: Db, team: TeamId, people: Sequence[LeadId], *, interested: bool, now: datetime
) -> None:
    """Mark leads as interested or not.

    Not interested ends their sequences; interested does unless their campaign says otherwise.

    Source:
        API reference 3.7.
    """
    await _record(db, [(team, lead) for lead in people], _MARKS[interested], now)


async def book_meeting(db: Db, team: TeamId, people: Sequence[LeadId], *, now: datetime) -> None:
    """Note that meetings with leads are booked; what that ends, their campaigns say."""
    asked = [((team, lead), ActivityType.MEETING_BOOKED) for lead in people]
    booked = {lead.id for lead in await lock_for(db, asked) if lead.meeting_booked_at}
    new = [(team, lead) for lead in people if lead not in booked]
    await _record(db, new, ActivityType.MEETING_BOOKED, now)


async def pause(db: Db, team: TeamId, people: Sequence[LeadId], *, now: datetime) -> None:
    """Hold leads back until they are resumed; those paused before, or at their end, stay so."""
    standings = await _lock(db, team, people)
    running = [
        (team, lead.id)
        for lead in standings
        if leads.may_go_on(lead) and not lead.is_paused and lead.due_at is not None
    ]
    await _record(db, running, ActivityType.PAUSED, now)


async def resume(db: Db, team: TeamId, people: Sequence[LeadId], *, now: datetime) -> None:
    """Let paused leads go on; others stay as they are."""
    standings = [lead for lead in await _lock(db, team, people) if lead.is_paused]
    await _record(db, [(team, lead.id) for lead in standings], ActivityType.RESUMED, now)
    await _wake(db, team, standings, now)


async def review(db: Db, team: TeamId, lead: LeadId, *, now: datetime) -> None:
    """Launch a lead that waits for it, or one that was skipped.

    Raises:
        LeadNotFound: The team has no such lead.
        LeadIsPaused: It is to be resumed first.
        AlreadyLaunched: It does not wait for anybody.

    Source:
        API reference 3.7 and A38.
    """
    standings = await _lock(db, team, [lead])
    if not standings:
        raise LeadNotFound
    standing = standings[0]
    if standing.is_paused:
        raise leads.LeadIsPaused
    if not standing.can_be_launched:
        raise leads.AlreadyLaunched
    await _record(db, [(team, lead)], ActivityType.REVIEWED, now)
    await _wake(db, team, standings, now)


async def review_waiting(db: Db, team: TeamId, people: Sequence[LeadId], *, now: datetime) -> None:
    """Launch those of some leads that wait for it; others, paused ones too, stay as they are."""
    standings = await _lock(db, team, people)
    waiting = [lead for lead in standings if lead.waits_for is WaitsFor.REVIEW]
    ready = [lead for lead in waiting if not lead.is_paused and lead.stopped_by is None]
    await _record(db, [(team, lead.id) for lead in ready], ActivityType.REVIEWED, now)
    await _wake(db, team, ready, now)


async def skip(db: Db, team: TeamId, people: Sequence[LeadId], *, now: datetime) -> None:
    """Pass leads over: their sequences end. Those that ended for good stay as they are."""
    standings = await _lock(db, team, people)
    going = [(team, lead.id) for lead in standings if leads.may_go_on(lead) and not lead.skipped_at]
    await _record(db, going, ActivityType.SKIPPED, now)


async def mend(db: Db, team: TeamId, people: Sequence[LeadId], *, now: datetime) -> None:
    """Try the step again at which leads failed, because what it lacked may be there now.

    Those that failed in a rehearsal only are rehearsed. Who did not fail stays as it is.
    """
    standings = await _lock(db, team, people)
    failed = [lead for lead in standings if lead.failed_at is not None]
    mended = [leads.without(lead, "failed_at") for lead in failed]
    due = [msgspec.structs.replace(lead, due_at=now) for lead in mended if lead.due_at is not None]
    await leads.move(db, await forget(db, due, leads.FAILURES), now=now)
    rehearsed = [lead for lead in standings if lead.waits_for is WaitsFor.MENDING]
    if rehearsed:
        ids = [lead.id for lead in rehearsed]
        await leads.unpark(db, team, ids, WaitsFor.MENDING, now=now)
    await _wake(db, team, [*due, *rehearsed], now)


async def mend_campaign(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> None:
    """Try again for every lead of a campaign that failed; one of its steps was changed."""
    failed = [LeadId(lead) for lead in await leads.list_failed(db, team, campaign)]
    await mend(db, team, failed, now=now)


async def remove(db: Db, team: TeamId, lead: LeadId) -> None:
    """Erase a lead and its whole history; old links keep redirecting.

    The person is not unsubscribed by it, and stays unsubscribed if they were.

    Raises:
        LeadNotFound: The team has no such lead.

    Source:
        API reference, "Delete a Lead from a Campaign".
    """
    await _lock(db, team, [lead])  # no mail of it begins any more
    replied_at = await store.last_reply_at(db, team, lead)
    await messages.bury(db, team, lead, replied_at=replied_at)
    await leads.delete(db, team, lead)


async def list_page(db: Db, team: TeamId, asked: Filter, *, offset: int, limit: int) -> list[Shown]:
    """List what happened, newest first.

    Args:
        db: The open transaction.
        team: Whose leads.
        asked: Which activities.
        offset: How many to pass over.
        limit: At most so many.
    """
    found = await store.list_page_ids(db, team, asked, offset=offset, limit=limit)
    return await store.show(db, team, found) if found else []


async def _lock(db: Db, team: TeamId, people: Sequence[LeadId]) -> list[Standing]:
    return await leads.lock(db, [(team, lead) for lead in people])


async def _record(
    db: Db, refs: Sequence[tuple[TeamId, LeadId]], happened: ActivityType, now: datetime
) -> None:
    facts = [
        Fact(team_id=team, type=happened, lead_id=lead, at=now, extra=_BY_API)
        for team, lead in refs
    ]
    await record(db, facts)


async def _wake(db: Db, team: TeamId, standings: Sequence[Standing], now: datetime) -> None:
    touched = sorted({lead.campaign_id for lead in standings})
    if touched:
        await campaigns.wake(db, team, touched, at=now)
