"""What can be done with sequences: their steps come, change and go; a campaign starts."""

from collections.abc import Sequence as Many
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from pomelo import campaigns
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import CampaignId, SequenceId, StepId, TeamId
from pomelo.campaigns import Campaign, CampaignState
from pomelo.sequences import store
from pomelo.sequences.contents import check_content, check_delay, place, usual_delay
from pomelo.sequences.errors import (
    AddingWhileRunning,
    CampaignWithoutSequence,
    DeletingWhileRunning,
    RepliesUnset,
    SequenceNotFound,
    StepInvalid,
    StepMissing,
    StepNotFound,
)
from pomelo.sequences.model import (
    NewStep,
    Sequence,
    Step,
    StepChanges,
    StepType,
    StepVersion,
)

# A campaign of so many steps writes to people who may have answered.
FOLLOWED_UP: Final = 2


async def create_main(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> SequenceId:
    """Make the main sequence of a new campaign, still without steps."""
    sequence = ids.sequence()
    await store.insert_sequence(db, team, sequence, campaign, now=now)
    return sequence


async def get_sequence(db: Db, team: TeamId, sequence: SequenceId) -> Sequence:
    """Get a sequence.

    Raises:
        SequenceNotFound: The team has none of that id.
    """
    found = await store.find_sequence(db, team, sequence)
    if found is None:
        raise SequenceNotFound
    return found


async def list_sequences(db: Db, team: TeamId, campaign: CampaignId) -> list[Sequence]:
    """List a campaign's sequences, the main one first.

    Raises:
        CampaignWithoutSequence: It has none.
    """
    found = await store.list_sequences(db, team, campaign)
    if not found:
        raise CampaignWithoutSequence
    return found


async def main_ids(
    db: Db, team: TeamId, campaigns: Many[CampaignId]
) -> dict[CampaignId, SequenceId]:
    """Find the main sequences of many campaigns, by campaign."""
    return {one.campaign_id: one.id for one in await store.main_ids(db, team, campaigns)}


async def list_steps(db: Db, team: TeamId, campaign: CampaignId) -> list[Step]:
    """List a campaign's steps in order, with the wording that is sent now."""
    return await store.list_steps(db, team, campaign)


async def add_step(
    db: Db, team: TeamId, sequence: SequenceId, new: NewStep, *, now: datetime
) -> Step:
    """Add an e-mail to a sequence whose campaign does not run.

    Leads beyond its place must move on by one: the caller runs `leads.shift_positions`.

    Args:
        db: The open transaction.
        team: Whose sequence.
        sequence: Which.
        new: The step.
        now: When it happens.

    Returns:
        The step at the place it got.

    Raises:
        SequenceNotFound: The team has none of that id.
        AddingWhileRunning: Its campaign runs.
        StepInvalid: Index, delay, or a part that is missing or too long.
        TemplateInvalid: A template does not compile.

    Source:
        API reference A18.
    """
    found = await get_sequence(db, team, sequence)
    if (await campaigns.lock(db, team, found.campaign_id)).state is CampaignState.RUNNING:
        raise AddingWhileRunning
    position = place(new.index, len(await store.list_steps(db, team, found.campaign_id)))
    check_content(new.subject, new.message, is_first=position == 0)
    delay = usual_delay(position) if new.delay_days is None else check_delay(new.delay_days)
    step = _new_step(found, new, position, delay, now=now)
    await store.shift(db, team, sequence, since=position, by=1)
    await store.insert_step(db, step)
    await store.insert_version(db, step, now)
    return step


async def change_step(
    db: Db,
    team: TeamId,
    sequence: SequenceId,
    step: StepId,
    changes: StepChanges,
    *,
    now: datetime,
) -> Step:
    """Change a step's wording or delay, also while its campaign runs.

    A new wording is a new version, for mails from now on. A new delay counts for leads that
    come to the step from now on; those who wait for it already keep their moment.

    Raises:
        SequenceNotFound: The team has none of that id.
        StepNotFound: The sequence has no such step.
        StepInvalid: Delay, or a part that is missing or too long.
        TemplateInvalid: A template does not compile.

    Source:
        API reference A19.
    """
    was = await _lock_step(db, team, sequence, step)
    changed = replace(
        was,
        subject=was.subject if changes.subject is None else changes.subject,
        message=was.message if changes.message is None else changes.message,
        delay_days=was.delay_days
        if changes.delay_days is None
        else check_delay(changes.delay_days),
    )
    if (changed.subject, changed.message) != (was.subject, was.message):
        check_content(changed.subject, changed.message, is_first=was.position == 0)
        changed = replace(changed, version=was.version + 1)
        await store.insert_version(db, changed, now)
    await store.update_step(db, changed)
    return changed


async def delete_step(db: Db, team: TeamId, sequence: SequenceId, step: StepId) -> Step:
    """Delete a step of a campaign that does not run; its versions stay for mails sent.

    Leads beyond its place must move back by one: the caller runs `leads.shift_positions`.

    Returns:
        The step as it was.

    Raises:
        SequenceNotFound: The team has none of that id.
        StepNotFound: The sequence has no such step.
        DeletingWhileRunning: Its campaign runs.

    Source:
        API reference A20.
    """
    found = await get_sequence(db, team, sequence)
    campaign = await campaigns.lock(db, team, found.campaign_id)
    deleted = await _lock_step(db, team, sequence, step)
    if campaign.state is CampaignState.RUNNING:
        raise DeletingWhileRunning
    await store.delete_step(db, team, step)
    await store.shift(db, team, sequence, since=deleted.position, by=-1)
    return deleted


async def start_campaign(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> Campaign:
    """Start a campaign that has steps which can be sent.

    Raises:
        CampaignNotFound: The team has none of that id.
        AlreadyRunning: It runs.
        CampaignArchived: It was put away.
        StepMissing: It has no step.
        StepInvalid: A step cannot be sent; says which and why.
        SenderMissing: It has no sender.
        RepliesUnset: It has a follow-up, and it is not said how a sender's replies are read.

    Source:
        API reference A11.
    """
    campaigns.check_startable(await campaigns.lock(db, team, campaign))
    steps = await store.list_steps(db, team, campaign)
    if not steps:
        raise StepMissing
    for step in steps:
        _check_sendable(step)
    await check_replies(db, team, campaign)
    return await campaigns.start(db, team, campaign, now=now)


async def check_replies(db: Db, team: TeamId, campaign: CampaignId) -> None:
    """Refuse senders of which nobody said how replies are read, where follow-ups are to come.

    Raises:
        RepliesUnset: It names the first of them.
    """
    if len(await store.list_steps(db, team, campaign)) < FOLLOWED_UP:
        return
    for sender in await campaigns.list_senders(db, team, campaign):
        if sender.replies is None:
            raise RepliesUnset(
                f"This campaign has a follow-up, and it is not said how replies to {sender.email} "
                "are read; set its replies to imap, pipe or none first."
            )


async def contents(db: Db, keys: Many[tuple[TeamId, StepId, int]]) -> list[StepVersion]:
    """Find the wordings of steps by version; also of steps that were deleted."""
    return await store.contents(db, keys)


async def _lock_step(db: Db, team: TeamId, sequence: SequenceId, step: StepId) -> Step:
    await get_sequence(db, team, sequence)
    found = await store.lock_step(db, team, sequence, step)
    if found is None:
        raise StepNotFound
    return found


def _new_step(
    sequence: Sequence, new: NewStep, position: int, delay_days: int, *, now: datetime
) -> Step:
    return Step(
        team_id=sequence.team_id,
        id=ids.step(),
        sequence_id=sequence.id,
        campaign_id=sequence.campaign_id,
        type=StepType.EMAIL,
        position=position,
        delay_days=delay_days,
        template_id=ids.new("etp"),
        version=1,
        subject=new.subject,
        message=new.message,
        created_at=now,
    )


def _check_sendable(step: Step) -> None:
    try:
        check_content(step.subject, step.message, is_first=step.position == 0)
    except Invalid as error:
        raise StepInvalid(f"Step {step.position + 1} cannot be sent. {error}") from error
