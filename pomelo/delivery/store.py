"""Facts for sending, from the database: one function a query."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from pomelo import campaigns, sequences
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, MessageId, SenderId, TeamId
from pomelo.base.sql import load as load_queries
from pomelo.delivery.model import Backlog, Before, Began, Facts
from pomelo.leads import Claimed
from pomelo.messages import MessageKind
from pomelo.schedules import LeadZones, Window, hours_for
from pomelo.senders import Hearing
from pomelo.sequences import Spot, Structure
from pomelo.teams import ContactRules, Uncertain

QUERIES: Final = load_queries(__package__ or "")


class Place(msgspec.Struct, frozen=True):
    """What is the same for all of a sender's leads in a campaign."""

    team_id: TeamId
    campaign_id: CampaignId
    sender_id: SenderId
    campaign_name: str
    timezone: str
    lead_zones: LeadZones
    hours_version: int
    is_running: bool
    track_opens: bool
    track_clicks: bool
    uncertain: Uncertain
    hearing: Hearing
    contact_rules: ContactRules
    team_limit: int
    domain_gap: int


class Person(msgspec.Struct, frozen=True):
    """What is a claimed lead's own."""

    team_id: TeamId
    lead_id: LeadId
    fence: int
    email: str
    address_key: str
    variables: dict[str, object]
    due_at: datetime | None
    is_paused: bool
    stopped_by: str | None
    waits_for: str | None
    spaced_by: SenderId | None
    is_follow_up: bool
    began: Began | None
    before: Before | None


_Key: TypeAlias = tuple[TeamId, CampaignId, SenderId]
_Hours: TypeAlias = Mapping[tuple[TeamId, CampaignId], tuple[Window, ...]]


class Spots(msgspec.Struct, frozen=True):
    """Where a claimed lead stands: what is due, and what comes after it."""

    lead: Claimed
    due: Spot | None
    next: Spot | None


async def load(db: Db, claimed: Sequence[Claimed], kind: MessageKind) -> list[Facts]:
    """Read everything that deciding and composing ask about claimed leads, which stay locked."""
    places = await _list_places(db, dict.fromkeys(map(_key, claimed)))
    spots = await _spots(db, claimed)
    people = await QUERIES["list_people"].rows(
        db,
        Person,
        team_ids=[team for team, _ in spots],
        lead_ids=[lead for _, lead in spots],
        step_ids=[at.due.step if at.due else None for at in spots.values()],
        kind=kind,
    )
    hours = await _list_hours(db, places.values())
    found = [(person, spots[person.team_id, person.lead_id]) for person in people]
    return [
        _facts(person, place, at, hours)
        for person, at in found
        if (place := places.get(_key(at.lead)))
    ]


async def _list_hours(db: Db, places: Iterable[Place]) -> _Hours:
    """Read the hours of campaigns that go by their leads' clocks."""
    zoned = {(one.team_id, one.campaign_id) for one in places if one.lead_zones != LeadZones.OFF}
    return await campaigns.hours_of(db, sorted(zoned)) if zoned else {}


async def _list_places(db: Db, keys: Iterable[_Key]) -> dict[_Key, Place]:
    teams, places, by = (list(column) for column in zip(*keys, strict=True))
    found = await QUERIES["list_places"].rows(
        db, Place, team_ids=teams, campaign_ids=places, sender_ids=by
    )
    return {_key(place): place for place in found}


async def _spots(db: Db, claimed: Sequence[Claimed]) -> dict[tuple[TeamId, LeadId], Spots]:
    refs = list(dict.fromkeys((one.team_id, one.campaign_id) for one in claimed))
    structures = await sequences.structures(db, refs)
    return {(one.team_id, one.id): _at(structures, one) for one in claimed}


def _at(structures: Mapping[tuple[TeamId, CampaignId], Structure], lead: Claimed) -> Spots:
    structure = structures[lead.team_id, lead.campaign_id]
    place = lead.sequence_id, lead.step_position
    return Spots(lead, structure.at(*place), structure.after(*place))


def _key(one: Claimed | Place) -> _Key:
    return one.team_id, one.campaign_id, one.sender_id


def _facts(person: Person, place: Place, at: Spots, hours: _Hours) -> Facts:
    windows = hours.get((place.team_id, place.campaign_id), ())
    return Facts(
        team_id=person.team_id,
        lead_id=person.lead_id,
        campaign_id=place.campaign_id,
        sender_id=place.sender_id,
        fence=person.fence,
        email=person.email,
        address_key=person.address_key,
        variables=person.variables,
        sequence_id=at.lead.sequence_id,
        step_position=at.lead.step_position,
        due_at=person.due_at,
        is_paused=person.is_paused,
        stopped_by=person.stopped_by,
        waits_for=person.waits_for,
        campaign_name=place.campaign_name,
        timezone=place.timezone,
        is_running=place.is_running,
        track_opens=place.track_opens,
        track_clicks=place.track_clicks,
        uncertain=place.uncertain,
        is_follow_up=person.is_follow_up,
        hearing=place.hearing,
        contact_rules=place.contact_rules,
        team_limit=place.team_limit,
        hours=hours_for(windows, person.variables, person.email, place.lead_zones),
        hours_version=place.hours_version,
        domain_gap=place.domain_gap,
        spaced_by=person.spaced_by,
        step_id=at.due.step if at.due else None,
        step_version=at.due.version if at.due else None,
        step_type=at.due.type if at.due else None,
        next=at.next,
        began=person.began,
        before=person.before,
    )


async def raw(db: Db, team: TeamId, message: MessageId) -> bytes | None:
    """Read the exact bytes of a mail begun before."""
    return await QUERIES["raw"].row(db, bytes, team_id=team, id=message)


async def backlog(db: Db, *, now: datetime) -> Backlog:
    """Count what waits, in all teams."""
    return await QUERIES["backlog"].one(db, Backlog, now=now)
