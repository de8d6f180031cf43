"""What can be done with sequences: their steps come, change and go."""

from collections.abc import Sequence as Many
from datetime import datetime

import msgspec
from msgspec.structs import replace

from pomelo import campaigns
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SequenceId, StepId, TeamId
from pomelo.campaigns import Campaign, CampaignState
from pomelo.sequences import store
from pomelo.sequences.errors import (
    AddingWhileRunning,
    CampaignWithoutSequence,
    ChangingWhileRunning,
    DeletingWhileRunning,
    SequenceNotFound,
    StepInvalid,
    StepNotFound,
)
from pomelo.sequences.kinds import (
    Condition,
    Handover,
    Kind,
    check_delay,
    check_kind,
    check_minutes,
    kind_of,
    place,
    stored,
    usual_delay,
)
from pomelo.sequences.kinds.structure import LEVELS_LIMIT
from pomelo.sequences.model import NewStep, Sequence, Step, StepChanges


async def create_main(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> SequenceId:
    """Make the main sequence of a new campaign, still without steps."""
    main = Sequence(
        team_id=team,
        id=ids.sequence(),
        campaign_id=campaign,
        level=0,
        parent_step_id=None,
        parent_id=None,
        parent_position=None,
        is_fallback=None,
        created_at=now,
    )
    await store.insert_sequence(db, main)
    return main.id


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


async def add_step(
    db: Db, team: TeamId, sequence: SequenceId, new: NewStep, *, now: datetime
) -> Step:
    """Add a step to a sequence whose campaign does not run; a condition gets its two branches.

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
        StepInvalid: Index, delay, or a part that is missing, too long or unknown.
        TemplateInvalid: A template does not compile.

    Source:
        API reference A18.
    """
    found = await get_sequence(db, team, sequence)
    campaign = await campaigns.lock(db, team, found.campaign_id)
    if campaign.state is CampaignState.RUNNING:
        raise AddingWhileRunning
    around = await store.structure(db, team, campaign.id)
    position = place(new.index, around.length(found.branch))
    check_kind(new.type, new.kind, opens=around.opens(found.branch, position))
    await _check_target(db, team, campaign, new.kind)
    step = _new_step(found, new, position, await _number(db, campaign), now=now)
    await _insert(db, found, step)
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

    A new wording is a new version, for what is done from now on. A new delay counts for leads
    that come to the step from now on; those who wait for it already keep their moment.

    Raises:
        SequenceNotFound: The team has none of that id.
        StepNotFound: The sequence has no such step.
        ChangingWhileRunning: It is what a condition asks or where leads go, and the campaign runs.
        StepInvalid: Delay, or a part that is missing, too long or unknown.
        TemplateInvalid: A template does not compile.

    Source:
        API reference A19.
    """
    found = await get_sequence(db, team, sequence)
    was = await _lock_step(db, team, sequence, step)
    changed = _changed(was, changes)
    if changed.kind != was.kind:
        campaign = await campaigns.get(db, team, found.campaign_id)
        if isinstance(was.kind, Condition | Handover) and campaign.state is CampaignState.RUNNING:
            raise ChangingWhileRunning
        around = await store.structure(db, team, campaign.id)
        check_kind(was.type, changed.kind, opens=around.opens(found.branch, was.position))
        await _check_target(db, team, campaign, changed.kind)
        changed = replace(changed, version=was.version + 1)
        await store.insert_version(db, changed, now)
    await store.update_step(db, changed)
    return changed


async def delete_step(db: Db, team: TeamId, sequence: SequenceId, step: StepId) -> Step:
    """Delete a step of a campaign that does not run; its versions stay for mails sent.

    Leads beyond its place must move back by one, and leads in the branches of a condition
    must leave them before: the caller runs `leads.shift_positions` and `leads.leave_branches`.

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
    await _begin(db, team, campaign.id)
    return deleted


async def _lock_step(db: Db, team: TeamId, sequence: SequenceId, step: StepId) -> Step:
    found = await store.lock_step(db, team, sequence, step)
    if found is None:
        raise StepNotFound
    return found


def _changed(was: Step, changes: StepChanges) -> Step:
    subject, message, content = stored(was.kind)
    fields = {"subject": subject, "message": message, **content, **changes.fields}
    try:
        subject, message, content = stored(kind_of(was.type, fields))
    except msgspec.ValidationError as error:
        raise StepInvalid(f"{error}; compare it with the reference at /docs.") from error
    days, minutes = changes.delay_days, changes.delay_minutes
    return replace(
        was,
        subject=subject,
        message=message,
        content=content,
        delay_days=was.delay_days if days is None else check_delay(days),
        delay_minutes=was.delay_minutes if minutes is None else check_minutes(minutes),
    )


async def _check_target(db: Db, team: TeamId, campaign: Campaign, kind: Kind) -> None:
    """Refuse to send leads where they cannot go."""
    if not isinstance(kind, Handover):
        return
    target = await campaigns.find(db, team, kind.campaign_id)
    if target is None or target.is_archived:
        raise StepInvalid(
            "There is no such campaign to send leads to; give one that is not archived."
        )
    if target.id == campaign.id:
        raise StepInvalid("Leads are in this campaign already; send them to another one.")


async def _number(db: Db, campaign: Campaign) -> int | None:
    """Give the number in the statistics of a step that is added after the first start."""
    if campaign.started_at is None:
        return None
    return 1 + await campaigns.count_numbered(db, campaign.team_id, campaign.id, 1)


async def _insert(db: Db, sequence: Sequence, step: Step) -> None:
    await store.shift(db, step.team_id, step.sequence_id, since=step.position, by=1)
    await store.insert_step(db, step)
    await store.insert_version(db, step, step.created_at)
    if isinstance(step.kind, Condition):
        await _add_branches(db, sequence, step)
    await _begin(db, step.team_id, step.campaign_id)


async def _add_branches(db: Db, parent: Sequence, condition: Step) -> None:
    if parent.level + 1 > LEVELS_LIMIT:
        raise StepInvalid(f"Conditions go {LEVELS_LIMIT} levels deep at most; put this one higher.")
    for is_fallback in (False, True):
        branch = Sequence(
            team_id=parent.team_id,
            id=ids.sequence(),
            campaign_id=parent.campaign_id,
            level=parent.level + 1,
            parent_step_id=condition.id,
            parent_id=parent.id,
            parent_position=condition.position,
            is_fallback=is_fallback,
            created_at=condition.created_at,
        )
        await store.insert_sequence(db, branch)


async def _begin(db: Db, team: TeamId, campaign: CampaignId) -> None:
    """Have leads that are added looked for as the first step asks."""
    first = (await store.structure(db, team, campaign)).at(None, 0)
    with_mail = first is None or first.needs_sender
    await campaigns.begin_with(db, team, campaign, with_mail=with_mail)


def _new_step(
    sequence: Sequence, new: NewStep, position: int, number: int | None, *, now: datetime
) -> Step:
    subject, message, content = stored(new.kind)
    days = usual_delay(new.type, position) if new.delay_days is None else new.delay_days
    return Step(
        team_id=sequence.team_id,
        id=ids.step(),
        sequence_id=sequence.id,
        campaign_id=sequence.campaign_id,
        type=new.type,
        position=position,
        delay_days=check_delay(days),
        delay_minutes=check_minutes(new.delay_minutes),
        number=number,
        template_id=ids.new("etp"),
        version=1,
        subject=subject,
        message=message,
        content=content,
        created_at=now,
    )
