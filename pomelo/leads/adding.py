"""How people are added to campaigns: many callers' rows at once, each with its own outcome."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from pomelo import campaigns, contacts, unsubscribes
from pomelo.base import ids
from pomelo.base.addresses import suppression_keys
from pomelo.base.db import Db
from pomelo.base.errors import PomeloError
from pomelo.base.ids import CampaignId, ContactId, TeamId
from pomelo.leads import store
from pomelo.leads.errors import AlreadyInCampaign, AlreadyInOtherCampaign
from pomelo.leads.model import ActivityType, Lead, LeadState, NewLead, WaitsFor
from pomelo.leads.store import Place

Person = tuple[TeamId, ContactId]
Places = Mapping[tuple[TeamId, CampaignId], Place]
Contacts = Mapping[tuple[TeamId, str], ContactId]
Suppressed = Mapping[tuple[TeamId, str], unsubscribes.Source]

_ENTERS_AS: Final = {
    True: (LeadState.EMAILS_BOUNCED, ActivityType.EMAILS_BOUNCED),
    False: (LeadState.EMAILS_UNSUBSCRIBED, ActivityType.EMAILS_UNSUBSCRIBED),
}


class _Ground(NamedTuple):
    """What is known when people are added; `held` grows while a batch is gone through."""

    places: Places
    people: Contacts
    suppressed: Suppressed
    held: dict[Person, set[CampaignId]]


async def add(db: Db, new: Sequence[NewLead], *, now: datetime) -> list[Lead | PomeloError]:
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
    await unsubscribes.hold(db, {one.team_id for one in known})
    people = await contacts.ensure(db, [(one.team_id, one.address) for one in known], now=now)
    suppressed = await unsubscribes.matching(db, _suppression_keys(known))
    ground = _Ground(places, people, suppressed, await _held(db, people, new))
    outcomes = [_outcome(one, ground, now) for one in new]
    entering = [outcome for outcome in outcomes if isinstance(outcome, Lead)]
    inserted = set(await store.insert(db, entering, now=now)) if entering else set()
    await _wake(db, places.values(), now)
    return [
        AlreadyInCampaign() if isinstance(one, Lead) and one.id not in inserted else one
        for one in outcomes
    ]


async def _places(db: Db, new: Sequence[NewLead]) -> Places:
    wanted = dict.fromkeys((one.team_id, one.campaign_id) for one in new)
    return {(place.team_id, place.id): place for place in await store.list_places(db, [*wanted])}


def _suppression_keys(new: Sequence[NewLead]) -> list[tuple[TeamId, str]]:
    return [(one.team_id, key) for one in new for key in suppression_keys(one.address)]


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
    state, stopped_by = _standing(new, ground.suppressed)
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
        state=state,
        due_at=now,
        stopped_by=stopped_by,
        waits_for=None if place.auto_review else WaitsFor.REVIEW,
        created_at=now,
        updated_at=now,
    )


def _standing(new: NewLead, suppressed: Suppressed) -> tuple[LeadState, ActivityType | None]:
    """Tell how somebody enters; an unsubscribe outranks a bounce."""
    if not suppressed:  # nobody of the whole batch
        return LeadState.IMPORTED, None
    keys = [(new.team_id, key) for key in suppression_keys(new.address)]
    sources = {suppressed[key] for key in keys if key in suppressed}
    if not sources:
        return LeadState.IMPORTED, None
    return _ENTERS_AS[sources == {unsubscribes.Source.BOUNCED}]


async def _wake(db: Db, places: Collection[Place], now: datetime) -> None:
    running: dict[TeamId, list[CampaignId]] = {}
    for place in places:
        if place.is_running:
            running.setdefault(place.team_id, []).append(place.id)
    for team, touched in running.items():
        await campaigns.wake(db, team, touched, at=now)
