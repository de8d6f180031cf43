"""How people are added to campaigns: many callers' rows at once, each with its own outcome."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from pomelo import campaigns, contacts, unsubscribes
from pomelo.base import ids
from pomelo.base.addresses import suppression_keys
from pomelo.base.db import Db
from pomelo.base.errors import PomeloError
from pomelo.base.ids import CampaignId, ContactId, TeamId
from pomelo.leads import store
from pomelo.leads.activity_types import ActivityType
from pomelo.leads.errors import AlreadyInCampaign, AlreadyInOtherCampaign
from pomelo.leads.model import Lead, LeadState, NewLead, WaitsFor
from pomelo.leads.store import Entered, Place
from pomelo.leads.variables import COMPANY

Person = tuple[TeamId, ContactId]
Places = Mapping[tuple[TeamId, CampaignId], Place]
Contacts = Mapping[tuple[TeamId, str], ContactId]
Suppressed = Mapping[tuple[TeamId, str], unsubscribes.Source]
Outcomes = list[Lead | PomeloError]

_ENTERS_AS: Final = {
    True: (LeadState.EMAILS_BOUNCED, ActivityType.EMAILS_BOUNCED),
    False: (LeadState.EMAILS_UNSUBSCRIBED, ActivityType.EMAILS_UNSUBSCRIBED),
}


class _Ground(NamedTuple):
    """What is known when people are added; `held` grows while a batch is gone through."""

    places: Places
    people: Contacts
    held: dict[Person, set[CampaignId]]


async def add(db: Db, new: Sequence[NewLead], *, now: datetime) -> Outcomes:
    """Add people to campaigns.

    The number of statements is the same for one as for hundreds. People, their campaigns and
    the lists of whom not to write to are locked until the transaction ends, so that whatever
    happens in the same moment happens before or after.

    Args:
        db: The open transaction, usually one flush of many callers' rows.
        new: n people, of any teams.
        now: When it happens.

    Returns:
        n outcomes in the same order: the new lead, or `CampaignNotFound`,
        `AlreadyInCampaign` or `AlreadyInOtherCampaign`. One refused row leaves its
        neighbours alone. Whom the team must not write to enters in the state that says so.

    Source:
        API reference, "Add a Lead in a Campaign".
    """
    places = await _places(db, new)
    known = [one for one in new if (one.team_id, one.campaign_id) in places]
    if not known:
        return [campaigns.CampaignNotFound() for _ in new]
    people = await _people(db, known, now)
    ground = _Ground(places, people, await _held(db, people, new))
    outcomes = [_outcome(one, ground, now) for one in new]
    outcomes = await _insert(db, new, outcomes, now)
    await _wake(db, places.values(), now)
    return outcomes


async def _people(db: Db, new: Sequence[NewLead], now: datetime) -> Contacts:
    wanted = [(one.team_id, one.address) for one in new]
    named = {
        (one.team_id, one.address.key): company
        for one in new
        if (company := one.variables.get(COMPANY)) is not None
    }
    return await contacts.ensure(db, wanted, named=named, now=now)


async def _places(db: Db, new: Sequence[NewLead]) -> Places:
    wanted = dict.fromkeys((one.team_id, one.campaign_id) for one in new)
    return {(place.team_id, place.id): place for place in await store.list_places(db, [*wanted])}


async def _insert(db: Db, new: Sequence[NewLead], outcomes: Outcomes, now: datetime) -> Outcomes:
    """Insert who enters; when somebody must not be written to, in a second statement."""
    keys = {(one.team_id, key) for one in new for key in suppression_keys(one.address)}
    entered = await _enter(db, outcomes, keys, now)
    found = {(row.team_id, row.key): row.source for row in entered if row.key and row.source}
    if found:
        pairs = zip(new, outcomes, strict=True)
        outcomes = [_suppressed(one, outcome, found) for one, outcome in pairs]
        entered = await _enter(db, outcomes, (), now)
    inserted = {row.id for row in entered}
    return [
        AlreadyInCampaign() if isinstance(one, Lead) and one.id not in inserted else one
        for one in outcomes
    ]


async def _enter(
    db: Db, outcomes: Outcomes, keys: Collection[tuple[TeamId, str]], now: datetime
) -> list[Entered]:
    entering = [outcome for outcome in outcomes if isinstance(outcome, Lead)]
    return await store.insert(db, entering, keys, now=now) if entering else []


async def _held(db: Db, people: Contacts, new: Sequence[NewLead]) -> dict[Person, set[CampaignId]]:
    """Find in which campaigns people are, when anybody asks; else the insert finds out."""
    held: dict[Person, set[CampaignId]] = {}
    if any(one.deduplicate for one in new):
        everybody = [(team, contact) for (team, _), contact in people.items()]
        for row in await store.list_held(db, everybody):
            held.setdefault((row.team_id, row.contact_id), set()).add(row.campaign_id)
    return held


def _outcome(new: NewLead, ground: _Ground, now: datetime) -> Lead | PomeloError:
    place = ground.places.get((new.team_id, new.campaign_id))
    if place is None:
        return campaigns.CampaignNotFound()
    contact = ground.people[(new.team_id, new.address.key)]
    held = ground.held.setdefault((new.team_id, contact), set())
    if new.campaign_id in held:
        return AlreadyInCampaign()
    if new.deduplicate and held:
        return AlreadyInOtherCampaign()
    held.add(new.campaign_id)
    return Lead(
        team_id=new.team_id,
        id=ids.lead(),
        campaign_id=new.campaign_id,
        campaign_name=place.name,
        contact_id=contact,
        email=new.address.given,
        address_key=new.address.key,
        variables=new.variables,
        source=new.source,
        state=LeadState.IMPORTED,
        needs_sender=place.begins_with_mail,
        due_at=now,
        stopped_by=None,
        waits_for=None if place.auto_review else WaitsFor.REVIEW,
        created_at=now,
        updated_at=now,
    )


def _suppressed(new: NewLead, outcome: Lead | PomeloError, found: Suppressed) -> Lead | PomeloError:
    """Tell how somebody enters whom the list may name; an unsubscribe outranks a bounce."""
    keys = [(new.team_id, key) for key in suppression_keys(new.address)]
    sources = {found[key] for key in keys if key in found}
    if not sources or not isinstance(outcome, Lead):
        return outcome
    state, stopped_by = _ENTERS_AS[sources == {unsubscribes.Source.BOUNCED}]
    return msgspec.structs.replace(outcome, state=state, stopped_by=stopped_by)


async def _wake(db: Db, places: Collection[Place], now: datetime) -> None:
    running: dict[tuple[TeamId, bool], list[CampaignId]] = {}
    for place in places:
        if place.is_running:
            running.setdefault((place.team_id, place.begins_with_mail), []).append(place.id)
    for (team, begin_with_mail), touched in running.items():
        wake = campaigns.wake_senders if begin_with_mail else campaigns.wake_errands
        await wake(db, team, touched, at=now)
