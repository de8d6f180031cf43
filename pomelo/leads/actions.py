"""What can be done with leads as people: find, change what is known of them, move, erase.

What happens to them comes through `activities`; the queue's verbs are in `turns.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo import campaigns, contacts
from pomelo.base.addresses import parse
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, ContactId, LeadId, SequenceId, StepId, TeamId
from pomelo.leads import store
from pomelo.leads.errors import LeadNotFound, VariableNotFound, VariablesExist
from pomelo.leads.model import Awaited, Lead, Standing
from pomelo.leads.variables import COMPANY, clean, merged

# Conditions that a variable may make true.
_BY_VARIABLES: Final = (Awaited.HAS_LINKEDIN_URL, Awaited.HAS_PHONE_NUMBER)
# Variables that say on whose clocks a lead lives.
_PLACE: Final = ("timezone", "phone")


async def get(db: Db, team: TeamId, lead: LeadId) -> Lead:
    """Get a lead.

    Raises:
        LeadNotFound: The team has none of that id.
    """
    return _found(await store.find(db, team, lead))


async def set_variables(
    db: Db, team: TeamId, lead: LeadId, changes: Mapping[str, object], *, now: datetime
) -> Lead:
    """Change variables; what is not named stays, None erases.

    Two changes at once are both kept: the second waits for the first.

    Raises:
        LeadNotFound: The team has no such lead.
        VariablesInvalid: They are too many or too large.

    Source:
        API reference, "Update a Lead in a Campaign".
    """
    return await _write(db, await _locked(db, team, lead), clean(changes), now)


async def add_variables(
    db: Db, team: TeamId, lead: LeadId, new: Mapping[str, object], *, now: datetime
) -> Lead:
    """Add variables that the lead does not have.

    Raises:
        LeadNotFound: The team has no such lead.
        VariablesExist: It has some of them.
        VariablesInvalid: They are too many or too large.
    """
    locked = await _locked(db, team, lead)
    cleaned = clean(new)
    known = [name for name in cleaned if name in locked.variables]
    if known:
        raise VariablesExist(known)
    return await _write(db, locked, cleaned, now)


async def change_variables(
    db: Db, team: TeamId, lead: LeadId, changes: Mapping[str, object], *, now: datetime
) -> Lead:
    """Change variables that the lead has.

    Raises:
        LeadNotFound: The team has no such lead.
        VariableNotFound: It lacks one of them.
        VariablesInvalid: They are too large.
    """
    locked = await _locked(db, team, lead)
    cleaned = clean(changes)
    if any(name not in locked.variables for name in cleaned):
        raise VariableNotFound
    return await _write(db, locked, cleaned, now)


async def delete_variables(
    db: Db, team: TeamId, lead: LeadId, names: Sequence[str], *, now: datetime
) -> Lead:
    """Erase variables that the lead has.

    Raises:
        LeadNotFound: The team has no such lead.
        VariableNotFound: It lacks one of them.
    """
    return await change_variables(db, team, lead, dict.fromkeys(names), now=now)


async def lock(db: Db, refs: Sequence[tuple[TeamId, LeadId]]) -> list[Standing]:
    """Lock leads until the transaction ends, in an order that makes no deadlock.

    Args:
        db: The open transaction.
        refs: Teams and leads; the same one may come again.

    Returns:
        Where they stand, ordered by team and id. Leads that are gone are missing.
    """
    return await store.lock(db, sorted(set(refs)))


async def delete(db: Db, team: TeamId, lead: LeadId) -> None:
    """Erase a lead and all that hangs on it, and the contact when it was their last.

    `activities.remove` keeps what old links need and then comes here.

    Raises:
        LeadNotFound: The team has no such lead.
    """
    contact = await store.lock_contact_of(db, team, lead)
    if contact is None:
        raise LeadNotFound
    person = ContactId(contact)
    await contacts.lock(db, team, person)
    if not await store.delete(db, team, lead):
        raise LeadNotFound
    if not await store.has_contact(db, team, person):
        await contacts.forget(db, team, person)


async def shift_positions(
    db: Db, team: TeamId, campaign: CampaignId, branch: SequenceId | None, beyond: int, *, by: int
) -> None:
    """Keep leads at their step when one before it was added or deleted.

    Args:
        db: The open transaction.
        team: Whose campaign.
        campaign: Which.
        branch: In which branch; None is the main sequence.
        beyond: The 0-based place of the step; leads whose next step is at it or before stay,
            so they get a step added there, and the one after a step deleted there.
        by: 1 for a step added, -1 for a step deleted.
    """
    await store.shift_positions(db, team, campaign, branch, beyond=beyond, by=by)


async def leave_step(db: Db, team: TeamId, step: StepId, *, now: datetime) -> None:
    """Let nobody wait at a step that is about to be deleted, nor be in a branch of it.

    Who is in a branch goes to the place after the condition; who waited for a task, or for a
    condition to come true, is looked at again.
    """
    await store.leave_step(db, team, step, now=now)


async def end_waiting(
    db: Db, team: TeamId, campaign: CampaignId, branch: SequenceId | None, at: int, *, now: datetime
) -> None:
    """Let leads be looked at anew that wait for what their step asks no more.

    What they wait for now, and how long, counts from here on.

    Args:
        db: The open transaction.
        team: Whose campaign.
        campaign: Which; it does not run.
        branch: In which branch; None is the main sequence.
        at: The 0-based place of a condition that asks something else now, or of a step that was
            put before the one at which they wait.
        now: When that happened.
    """
    await store.end_waiting(db, team, campaign, branch, position=at, now=now)


async def refit(db: Db, team: TeamId, campaign: CampaignId) -> None:
    """Let each lead be looked for as the kind of its next step asks, now that steps changed."""
    await store.refit(db, team, campaign)


async def _locked(db: Db, team: TeamId, lead: LeadId) -> Lead:
    await store.lock(db, [(team, lead)])
    return _found(await store.find(db, team, lead))


async def _write(db: Db, lead: Lead, changes: Mapping[str, object], now: datetime) -> Lead:
    variables = merged(lead.variables, changes)
    if variables == lead.variables:
        return lead
    await store.set_variables(db, lead.team_id, lead.id, variables, now=now)
    if COMPANY in changes:
        company = contacts.company_of(parse(lead.email), variables.get(COMPANY))
        await contacts.set_companies(db, [(lead.team_id, lead.contact_id, company)])
    if any(variables.get(name) != lead.variables.get(name) for name in _PLACE):
        await campaigns.move_lead(db, lead.team_id, lead.campaign_id, now=now)
    if lead.awaits in _BY_VARIABLES:
        await campaigns.wake_errands(db, lead.team_id, [lead.campaign_id], at=now)
    return msgspec.structs.replace(lead, variables=variables, updated_at=now)


def _found(lead: Lead | None) -> Lead:
    if lead is None:
        raise LeadNotFound
    return lead
