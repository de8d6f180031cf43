"""Leads in the database, as people: one function a query. The queue's are in `queue.py`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, ContactId, LeadId, SequenceId, StepId, TeamId
from pomelo.base.sql import load
from pomelo.leads.activity_types import ActivityType
from pomelo.leads.model import EmailStatus, Lead, LeadState, Opened, Opens, Seat, Standing
from pomelo.leads.states import REACHES, lifted_by
from pomelo.unsubscribes import Source

QUERIES: Final = load(__package__ or "")
_LIFTED: Final = lifted_by(ActivityType.EMAILS_OPENED)


class Place(msgspec.Struct, frozen=True):
    """A campaign that leads can be added to."""

    team_id: TeamId
    id: CampaignId
    name: str
    auto_review: bool
    begins_with_mail: bool
    is_running: bool


class Held(msgspec.Struct, frozen=True):
    """A campaign that a person is in."""

    team_id: TeamId
    contact_id: ContactId
    campaign_id: CampaignId


class Entered(msgspec.Struct, frozen=True):
    """What an insertion did: a lead is there, or a key of somebody's is on the team's list."""

    team_id: TeamId
    id: LeadId | None
    key: str | None
    source: Source | None


class Listed(msgspec.Struct, frozen=True):
    """A lead as the list of a campaign shows it."""

    id: LeadId
    contact_id: ContactId
    state: LeadState


async def list_places(db: Db, wanted: Sequence[tuple[TeamId, CampaignId]]) -> list[Place]:
    """List and lock those of the campaigns that exist, and hold their teams' lists."""
    return await QUERIES["list_places"].rows(
        db,
        Place,
        rows=[{"team_id": team, "campaign_id": campaign} for team, campaign in wanted],
    )


async def list_held(db: Db, people: Sequence[tuple[TeamId, ContactId]]) -> list[Held]:
    """List in which campaigns these people are."""
    return await QUERIES["list_held"].rows(
        db,
        Held,
        team_ids=[team for team, _ in people],
        contact_ids=[contact for _, contact in people],
    )


async def insert(
    db: Db, leads: Sequence[Lead], keys: Collection[tuple[TeamId, str]], *, now: datetime
) -> list[Entered]:
    """Insert leads that are not in their campaign yet, unless a key is on its team's list."""
    return await QUERIES["insert"].rows(
        db,
        Entered,
        rows=leads,
        key_teams=[team for team, _ in keys],
        keys=[key for _, key in keys],
        now=now,
    )


async def find(db: Db, team: TeamId, lead: LeadId) -> Lead | None:
    """Find a lead by its id."""
    return await QUERIES["find"].row(db, Lead, team_id=team, lead_id=lead)


async def find_by_key(db: Db, team: TeamId, campaign: CampaignId, address_key: str) -> Lead | None:
    """Find the lead of an address in a campaign."""
    return await QUERIES["find_by_key"].row(
        db, Lead, team_id=team, campaign_id=campaign, address_key=address_key
    )


async def list_of_key(db: Db, team: TeamId, address_key: str) -> list[Lead]:
    """List the leads of an address in all campaigns, newest first."""
    return await QUERIES["list_of_key"].rows(db, Lead, team_id=team, address_key=address_key)


async def list_page(
    db: Db,
    team: TeamId,
    campaign: CampaignId,
    *,
    states: Sequence[LeadState] | None,
    limit: int,
) -> list[Listed]:
    """List leads of a campaign, oldest first.

    Args:
        db: The open transaction.
        team: Whose campaign.
        campaign: Which.
        states: Only leads in these; None for all.
        limit: At most so many.
    """
    return await QUERIES["list_page"].rows(
        db, Listed, team_id=team, campaign_id=campaign, states=states, limit=limit
    )


async def list_ids_of_contacts(db: Db, team: TeamId, contacts: Sequence[ContactId]) -> list[str]:
    """List the ids of all leads of these people, whatever campaign."""
    return await QUERIES["list_ids_of_contacts"].rows(
        db, str, team_id=team, contact_ids=list(contacts)
    )


async def list_failed(db: Db, team: TeamId, campaign: CampaignId) -> list[str]:
    """List the ids of leads whose step could not be carried out."""
    return await QUERIES["list_failed"].rows(db, str, team_id=team, campaign_id=campaign)


async def set_variables(
    db: Db, team: TeamId, lead: LeadId, variables: dict[str, object], *, now: datetime
) -> None:
    """Write all variables of a locked lead."""
    await QUERIES["set_variables"].run(db, team_id=team, lead_id=lead, variables=variables, now=now)


async def set_email_statuses(db: Db, statuses: Mapping[tuple[TeamId, LeadId], EmailStatus]) -> None:
    """Write what the check of leads' addresses found."""
    await QUERIES["set_email_statuses"].run(
        db,
        team_ids=[team for team, _ in statuses],
        ids=[lead for _, lead in statuses],
        email_statuses=list(statuses.values()),
    )


class Colleague(msgspec.Struct, frozen=True):
    """A lead and somebody of its company in the same campaign."""

    team_id: TeamId
    lead_id: LeadId
    colleague_id: LeadId


async def list_colleagues(
    db: Db, asked: Sequence[tuple[TeamId, LeadId, str]]
) -> dict[tuple[TeamId, LeadId], list[LeadId]]:
    """List who a campaign also means when leads (team, lead, what they did) do something."""
    found = await QUERIES["list_colleagues"].rows(
        db,
        Colleague,
        team_ids=[team for team, _, _ in asked],
        ids=[lead for _, lead, _ in asked],
        kinds=[kind for _, _, kind in asked],
    )
    by_lead: dict[tuple[TeamId, LeadId], list[LeadId]] = {}
    for one in found:
        by_lead.setdefault((one.team_id, one.lead_id), []).append(one.colleague_id)
    return by_lead


async def lock(db: Db, refs: Sequence[tuple[TeamId, LeadId]]) -> list[Standing]:
    """Lock leads, ordered by team and id; those that are gone are missing."""
    return await QUERIES["lock"].rows(
        db, Standing, team_ids=[team for team, _ in refs], ids=[lead for _, lead in refs]
    )


async def move(db: Db, leads: Sequence[Standing], *, now: datetime) -> None:
    """Write where locked leads stand now."""
    if leads:
        await QUERIES["move"].run(db, rows=leads, now=now)


async def open_all(db: Db, opens: Sequence[Opens], *, now: datetime) -> list[Opened]:
    """Write that mails were opened, in one statement and without a look at the leads before.

    It does to a lead what `moved` does for each open.

    Args:
        db: The open transaction; the leads are locked, ordered by team and id, until it ends.
        opens: Leads, each once.
        now: When it is written.

    Returns:
        Where they are and what they came to. Leads that are gone are missing.
    """
    return await QUERIES["open_all"].rows(
        db,
        Opened,
        rows=opens,
        lifted=_LIFTED,
        reached=REACHES[ActivityType.EMAILS_OPENED],
        happened=ActivityType.EMAILS_OPENED,
        now=now,
    )


async def list_seats(db: Db, refs: Collection[tuple[TeamId, LeadId]]) -> list[Seat]:
    """List where leads are, without locking them; those that are gone are missing."""
    return await QUERIES["list_seats"].rows(
        db, Seat, team_ids=[team for team, _ in refs], ids=[lead for _, lead in refs]
    )


async def lock_contact_of(db: Db, team: TeamId, lead: LeadId) -> str | None:
    """Lock a lead and tell whose it is."""
    return await QUERIES["lock_contact_of"].row(db, str, team_id=team, lead_id=lead)


async def delete(db: Db, team: TeamId, lead: LeadId) -> int:
    """Delete a lead and, by cascade, all that hangs on it."""
    return await QUERIES["delete"].run(db, team_id=team, lead_id=lead)


async def has_contact(db: Db, team: TeamId, contact: ContactId) -> bool:
    """Tell whether a person is in any campaign."""
    return await QUERIES["has_contact"].one(db, bool, team_id=team, contact_id=contact)


async def shift_positions(
    db: Db,
    team: TeamId,
    campaign: CampaignId,
    sequence: SequenceId | None,
    *,
    beyond: int,
    by: int,
) -> None:
    """Shift the next step of leads that are beyond a place."""
    await QUERIES["shift_positions"].run(
        db, team_id=team, campaign_id=campaign, sequence_id=sequence, beyond=beyond, by=by
    )


async def leave_step(db: Db, team: TeamId, step: StepId, *, now: datetime) -> None:
    """Move leads out of a step's branches, and end their waiting at it."""
    await QUERIES["leave_step"].run(db, team_id=team, step_id=step, now=now)


async def end_waiting(
    db: Db,
    team: TeamId,
    campaign: CampaignId,
    sequence: SequenceId | None,
    *,
    position: int,
    now: datetime,
) -> None:
    """Let leads that wait at a place be looked at again."""
    await QUERIES["end_waiting"].run(
        db, team_id=team, campaign_id=campaign, sequence_id=sequence, position=position, now=now
    )


async def refit(db: Db, team: TeamId, campaign: CampaignId) -> None:
    """Write of leads whether their next step is a mail."""
    await QUERIES["refit"].run(db, team_id=team, campaign_id=campaign)


async def finished_campaigns(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId] | None = None
) -> set[CampaignId]:
    """Find the running campaigns whose leads have no step left to come, of these or of all."""
    found: list[str] = await QUERIES["finished_campaigns"].rows(
        db, str, team_id=team, campaign_ids=campaigns
    )
    return {CampaignId(one) for one in found}
