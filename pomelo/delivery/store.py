"""Facts for sending, from the database: one function a query."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, MessageId, SenderId, StepId, TeamId
from pomelo.base.sql import load as load_queries
from pomelo.delivery.model import Backlog, Before, Began, Facts
from pomelo.leads import Claimed
from pomelo.messages import MessageKind
from pomelo.senders import Hearing
from pomelo.teams import Uncertain

QUERIES: Final = load_queries(__package__ or "")


class Place(msgspec.Struct, frozen=True):
    """What is the same for all of a sender's leads that are at one step of a campaign."""

    team_id: TeamId
    campaign_id: CampaignId
    sender_id: SenderId
    step_position: int
    campaign_name: str
    is_running: bool
    track_opens: bool
    track_clicks: bool
    uncertain: Uncertain
    hearing: Hearing
    step_id: StepId | None
    step_version: int | None
    next_delay_days: int | None


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
    is_follow_up: bool
    began: Began | None
    before: Before | None


_Key: TypeAlias = tuple[TeamId, CampaignId, SenderId, int]


async def load(db: Db, claimed: Sequence[Claimed], kind: MessageKind) -> list[Facts]:
    """Read everything that deciding and composing ask about claimed leads, which stay locked."""
    places = await _list_places(db, dict.fromkeys(map(_key, claimed)))
    at = {(one.team_id, one.id): places[_key(one)] for one in claimed if _key(one) in places}
    people = await QUERIES["list_people"].rows(
        db,
        Person,
        team_ids=[team for team, _ in at],
        lead_ids=[lead for _, lead in at],
        step_ids=[place.step_id for place in at.values()],
        kind=kind,
    )
    return [_facts(person, at[person.team_id, person.lead_id]) for person in people]


async def _list_places(db: Db, keys: Iterable[_Key]) -> dict[_Key, Place]:
    teams, campaigns, by, positions = (list(column) for column in zip(*keys, strict=True))
    found = await QUERIES["list_places"].rows(
        db, Place, team_ids=teams, campaign_ids=campaigns, sender_ids=by, positions=positions
    )
    return {_key(place): place for place in found}


def _key(one: Claimed | Place) -> _Key:
    return one.team_id, one.campaign_id, one.sender_id, one.step_position


def _facts(person: Person, place: Place) -> Facts:
    return Facts(
        team_id=person.team_id,
        lead_id=person.lead_id,
        campaign_id=place.campaign_id,
        sender_id=place.sender_id,
        fence=person.fence,
        email=person.email,
        address_key=person.address_key,
        variables=person.variables,
        step_position=place.step_position,
        due_at=person.due_at,
        is_paused=person.is_paused,
        stopped_by=person.stopped_by,
        waits_for=person.waits_for,
        campaign_name=place.campaign_name,
        is_running=place.is_running,
        track_opens=place.track_opens,
        track_clicks=place.track_clicks,
        uncertain=place.uncertain,
        is_follow_up=person.is_follow_up,
        hearing=place.hearing,
        step_id=place.step_id,
        step_version=place.step_version,
        next_delay_days=place.next_delay_days,
        began=person.began,
        before=person.before,
    )


async def raw(db: Db, team: TeamId, message: MessageId) -> bytes | None:
    """Read the exact bytes of a mail begun before."""
    return await QUERIES["raw"].row(db, bytes, team_id=team, id=message)


async def backlog(db: Db, *, now: datetime) -> Backlog:
    """Count what waits, in all teams."""
    return await QUERIES["backlog"].one(db, Backlog, now=now)
