"""Why nothing is sent, or when something will be: for a lead, a campaign or a sender."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo import campaigns, teams
from pomelo.base.db import Db
from pomelo.base.errors import NotFound
from pomelo.base.ids import CampaignId, LeadId, SenderId, TeamId
from pomelo.base.moments import moment
from pomelo.campaigns import Campaign, CampaignState
from pomelo.insight import store
from pomelo.insight.asking import ask_text
from pomelo.insight.carrying import campaign_windows, carriers, windows_of
from pomelo.insight.causes import MEANINGS, Cause
from pomelo.insight.failing import FAILING
from pomelo.insight.model import Explained, Group, Hold, Reason
from pomelo.insight.rules import DUE, ENDED, OVER, PARKED, Around, holds
from pomelo.insight.sending import Sending, best, campaign_holds, sender_holds, sendings
from pomelo.leads import ActivityType, LeadNotFound, WaitsFor
from pomelo.schedules import LeadZones, is_kept_shut
from pomelo.senders import SenderNotFound

READY: Final = Hold(Cause.READY)
# So often it is looked whether another rule has begun when one lets go; hours that never open
# together would have it look for ever.
LOOKS: Final = 8


class NothingOfThatId(NotFound):
    """There is nothing of that id; give the id of a lead, a campaign or a sender."""


async def explain(
    db: Db, team: TeamId, asked: str, *, now: datetime, heard_since: datetime
) -> Explained:
    """Explain a lead (`lea_`), a campaign (`cam_`) or a sender (`usm_`).

    Args:
        db: The open transaction; nothing is written.
        team: Whose it is.
        asked: Its id.
        now: When it is asked.
        heard_since: At or after this instant a sender's mailbox must have been read.

    Raises:
        NothingOfThatId: The team has nothing of that id.
    """
    try:
        match asked[:4]:
            case "lea_":
                return await explain_lead(db, team, LeadId(asked), now=now, heard_since=heard_since)
            case "cam_":
                return await explain_campaign(db, team, CampaignId(asked), now=now)
            case "usm_":
                return await explain_sender(db, team, SenderId(asked), now=now)
    except (LeadNotFound, campaigns.CampaignNotFound, SenderNotFound):
        raise NothingOfThatId from None
    raise NothingOfThatId


async def explain_lead(
    db: Db, team: TeamId, lead: LeadId, *, now: datetime, heard_since: datetime
) -> Explained:
    """Tell which rule holds a lead's next step, and when it will go.

    Raises:
        LeadNotFound: The team has none of that id.
    """
    facts = await store.find_lead(db, team, lead)
    if facts is None:
        raise LeadNotFound
    house, windows = await store.house(db), await windows_of(db, facts)

    async def ask(at: datetime) -> list[Hold]:
        around = Around(house, windows, at)
        found = list(holds(facts, around))
        if found and found[-1].cause is Cause.TEMPLATE_FAILING:
            return found[:-1] + (await ask_text(db, facts, house, now=at) or found[-1:])
        if not any(hold.cause in OVER for hold in found):
            carrying = await carriers(db, facts, around, heard_since)
            found += [hold for hold in carrying if hold not in found]
        return found

    return _explained(lead, "lead", *await _foreseen(ask, now))


async def _foreseen(
    ask: Callable[[datetime], Awaitable[list[Hold]]], now: datetime
) -> tuple[list[Hold], datetime | None]:
    """Give all that holds, and when it is free: when one rule lets go another may have begun.

    Args:
        ask: Gives what holds at an instant.
        now: When it is asked.
    """
    told = found = await ask(now)
    at = _free_at(found, now)
    for _ in range(LOOKS):
        if at is None or at == now or not found:
            return told, at
        found = await ask(at)
        causes = {hold.cause for hold in told}
        told = [*told, *(hold for hold in found if hold.cause not in causes)]
        now, at = at, _free_at(found, at)
    return told, None


async def explain_sender(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> Explained:
    """Tell what holds a sender, also in that of its campaigns in which it is free first.

    Raises:
        SenderNotFound: The team has none of that id.
    """
    one = next(iter(await sendings(db, team, sender=sender, now=now)), None)
    if one is None:
        raise SenderNotFound
    held = sender_holds(one, now=now)
    if not one.rests_until:
        held.append(Hold(Cause.NO_SENDER, detail=" It is in no campaign."))
    each = [campaign_holds(one, campaign, is_new=None, now=now) for campaign in one.rests_until]
    of_campaigns = [hold for hold in (best(each) if each else []) if hold not in held]
    house = await store.house(db)
    machines = [] if house.has_worker else [Hold(Cause.NO_WORKER)]
    own = await _of_team(db, team)
    found = [*own, *held, *machines, *of_campaigns]
    return _explained(sender, "sender", found, _free_at(found, now))


async def explain_campaign(
    db: Db, team: TeamId, campaign: CampaignId, *, now: datetime
) -> Explained:
    """Tell what holds a campaign, and how many of its leads each cause holds.

    Raises:
        CampaignNotFound: The team has none of that id.
    """
    found = await campaigns.get(db, team, campaign)
    house = await store.house(db)
    choices = await sendings(db, team, campaign=campaign, now=now)
    groups = await store.group_leads(db, team, campaign, now=now)
    own = [*await _of_team(db, team), *_of_campaign(found)]
    machines = [] if house.has_worker else [Hold(Cause.NO_WORKER)]
    senders = best([campaign_holds(one, campaign, is_new=None, now=now) for one in choices])
    shut = await _shut_by(db, found, now)
    counts: dict[Cause, int] = {}
    for group in groups:
        cause = _cause_of(
            group,
            own=own,
            shut=shut,
            machines=machines,
            choices=choices,
            campaign=campaign,
            now=now,
        )
        counts[cause] = counts.get(cause, 0) + group.count
    held = [*own, *_failing(counts), *machines, *senders] or _of_leads(counts)
    explained = _explained(campaign, "campaign", held, _free_at(held, now))
    return _with_counts(explained, counts)


async def _shut_by(db: Db, campaign: Campaign, now: datetime) -> Cause:
    """Say what keeps the hours shut for which leads wait; on their own clocks, that they are."""
    if campaign.lead_zones is not LeadZones.OFF:
        return Cause.WINDOW
    windows = await campaign_windows(db, campaign.team_id, campaign.id)
    return Cause.HOLIDAY if is_kept_shut(windows, now) else Cause.WINDOW


def _cause_of(
    group: Group,
    *,
    own: Sequence[Hold],
    shut: Cause,
    machines: Sequence[Hold],
    choices: Sequence[Sending],
    campaign: CampaignId,
    now: datetime,
) -> Cause:
    """Give the first cause of leads that stand alike."""
    kind, _, what = group.standing.partition(":")
    if kind == "stopped":
        return ENDED[ActivityType(what)]
    if kind in (Cause.FINISHED, Cause.MOVED):
        return Cause(kind)
    if own:
        return own[0].cause
    if kind == "waits":
        return PARKED[WaitsFor(what)]
    if kind != DUE:
        return shut if kind == Cause.WINDOW else Cause(kind)
    if machines:
        return machines[0].cause
    if not group.needs_sender:
        return Cause.READY
    mine = [one for one in choices if group.sender_id in (None, one.sender.id)]
    is_new = group.sender_id is None
    held = best([campaign_holds(one, campaign, is_new=is_new, now=now) for one in mine])
    return held[0].cause if held else Cause.READY


def _failing(counts: Mapping[Cause, int]) -> list[Hold]:
    """Say what is to be mended where nothing else is to come: until then no sender matters."""
    if not counts.keys() <= OVER:
        return []
    everybody = sum(counts.values())
    return [
        Hold(cause, detail=f" ({counts[cause]} of {everybody} leads)")
        for cause in FAILING
        if cause in counts
    ]


def _of_leads(counts: Mapping[Cause, int]) -> list[Hold]:
    """Say what holds most of the leads of a campaign that nothing else holds; none is free."""
    waiting = {cause: count for cause, count in counts.items() if cause not in OVER}
    if not counts or Cause.READY in waiting:
        return []
    if not waiting:
        return [Hold(Cause.FINISHED, detail=" (none of its leads has anything to come)")]
    most = max(waiting, key=lambda cause: waiting[cause])
    return [Hold(most, detail=f" ({waiting[most]} of {sum(waiting.values())} that wait)")]


async def _of_team(db: Db, team: TeamId) -> list[Hold]:
    since = (await teams.get(db, team)).paused_at
    return [] if since is None else [Hold(Cause.TEAM_PAUSED, since=since)]


def _of_campaign(campaign: Campaign) -> list[Hold]:
    if campaign.is_archived:
        return [Hold(Cause.CAMPAIGN_ARCHIVED)]
    if campaign.started_at is None:
        return [Hold(Cause.DRAFT)]
    return [Hold(Cause.CAMPAIGN_PAUSED)] if campaign.state is CampaignState.PAUSED else []


def _with_counts(explained: Explained, counts: dict[Cause, int]) -> Explained:
    return msgspec.structs.replace(explained, counts=dict(sorted(counts.items())))


def _explained(asked: str, kind: str, found: Sequence[Hold], free_at: datetime | None) -> Explained:
    first, *rest = found or [READY]
    reason = reason_of(first)
    return Explained(
        id=asked,
        kind=kind,
        cause=reason.cause,
        sentence=reason.sentence,
        at=reason.at,
        waits_for=reason.waits_for,
        since=reason.since,
        do_this=reason.do_this,
        goes_at=None if free_at is None else moment(free_at),
        next=tuple(reason_of(hold) for hold in rest),
    )


def _free_at(found: Iterable[Hold], now: datetime) -> datetime | None:
    """Give when all rules let go, if none needs an event and something is to come."""
    ats = [now]
    for hold in found:
        if hold.at is None and hold.cause is not Cause.READY:
            return None
        ats.append(hold.at or now)
    return max(ats)


def reason_of(hold: Hold) -> Reason:
    """Put a hold into words."""
    meaning = MEANINGS[hold.cause]
    sentence = f"{meaning.sentence.rstrip('.')}{hold.detail}".rstrip(".") + "."
    return Reason(
        cause=hold.cause,
        sentence=sentence if hold.detail else meaning.sentence,
        at=None if hold.at is None else moment(hold.at),
        waits_for=(meaning.waits_for or None) if hold.at is None else None,
        since=None if hold.since is None else moment(hold.since),
        do_this=meaning.do or None,
    )
