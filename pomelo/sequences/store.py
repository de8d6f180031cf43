"""Sequences and steps in the database: one function a query."""

from collections.abc import Sequence as Many
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SequenceId, StepId, TeamId
from pomelo.base.sql import load
from pomelo.sequences.kinds import Outline, Structure
from pomelo.sequences.model import MainSequence, Sequence, Step, StepVersion

QUERIES: Final = load(__package__ or "")


async def insert_sequence(db: Db, sequence: Sequence) -> None:
    """Insert a sequence without steps."""
    await QUERIES["insert_sequence"].run(
        db,
        team_id=sequence.team_id,
        id=sequence.id,
        campaign_id=sequence.campaign_id,
        level=sequence.level,
        parent_step_id=sequence.parent_step_id,
        is_fallback=sequence.is_fallback,
        now=sequence.created_at,
    )


async def find_sequence(db: Db, team: TeamId, sequence: SequenceId) -> Sequence | None:
    """Find a sequence by its id."""
    return await QUERIES["find_sequence"].row(db, Sequence, team_id=team, id=sequence)


async def list_sequences(db: Db, team: TeamId, campaign: CampaignId) -> list[Sequence]:
    """List a campaign's sequences, the main one first."""
    return await QUERIES["list_sequences"].rows(db, Sequence, team_id=team, campaign_id=campaign)


async def main_ids(db: Db, team: TeamId, campaigns: Many[CampaignId]) -> list[MainSequence]:
    """List the main sequences of many campaigns."""
    return await QUERIES["main_ids"].rows(db, MainSequence, team_id=team, campaign_ids=campaigns)


async def list_steps(db: Db, team: TeamId, campaign: CampaignId) -> list[Step]:
    """List a campaign's steps in order."""
    return await QUERIES["list_steps"].rows(db, Step, team_id=team, campaign_id=campaign)


async def list_outlines(db: Db, campaigns: Many[tuple[TeamId, CampaignId]]) -> list[Outline]:
    """List where the steps of campaigns stand."""
    return await QUERIES["list_outlines"].rows(
        db,
        Outline,
        team_ids=[team for team, _ in campaigns],
        campaign_ids=[campaign for _, campaign in campaigns],
    )


async def structures(
    db: Db, campaigns: Many[tuple[TeamId, CampaignId]]
) -> dict[tuple[TeamId, CampaignId], Structure]:
    """Read where the steps of campaigns stand, by team and campaign."""
    outlines = await list_outlines(db, campaigns)
    return {
        ref: Structure(one for one in outlines if (one.team_id, one.campaign_id) == ref)
        for ref in campaigns
    }


async def structure(db: Db, team: TeamId, campaign: CampaignId) -> Structure:
    """Read where the steps of a campaign stand."""
    return (await structures(db, [(team, campaign)]))[team, campaign]


async def lock_step(db: Db, team: TeamId, sequence: SequenceId, step: StepId) -> Step | None:
    """Find a step and keep others from changing it."""
    return await QUERIES["lock_step"].row(db, Step, team_id=team, sequence_id=sequence, id=step)


async def shift(db: Db, team: TeamId, sequence: SequenceId, *, since: int, by: int) -> None:
    """Move the steps from a place on."""
    await QUERIES["shift"].run(db, team_id=team, sequence_id=sequence, since=since, by=by)


async def insert_step(db: Db, step: Step) -> None:
    """Insert a step, without its wording."""
    await QUERIES["insert_step"].run(
        db,
        team_id=step.team_id,
        id=step.id,
        sequence_id=step.sequence_id,
        campaign_id=step.campaign_id,
        type=step.type,
        position=step.position,
        delay_days=step.delay_days,
        delay_minutes=step.delay_minutes,
        number=step.number,
        template_id=step.template_id,
        now=step.created_at,
    )


async def insert_version(db: Db, step: Step, now: datetime) -> None:
    """Keep a step's wording as a version."""
    await QUERIES["insert_version"].run(
        db,
        team_id=step.team_id,
        step_id=step.id,
        version=step.version,
        campaign_id=step.campaign_id,
        subject=step.subject,
        message=step.message,
        content=step.content,
        now=now,
    )


async def update_step(db: Db, step: Step) -> None:
    """Write a step's delay and which version is sent."""
    await QUERIES["update_step"].run(
        db,
        team_id=step.team_id,
        id=step.id,
        delay_days=step.delay_days,
        delay_minutes=step.delay_minutes,
        version=step.version,
    )


async def number_steps(db: Db, team: TeamId, campaign: CampaignId, since: int) -> None:
    """Give numbers after `since` to the steps that have none."""
    await QUERIES["number_steps"].run(db, team_id=team, campaign_id=campaign, since=since)


async def delete_step(db: Db, team: TeamId, step: StepId) -> None:
    """Delete a step; its versions stay."""
    await QUERIES["delete_step"].run(db, team_id=team, id=step)


async def contents(db: Db, keys: Many[tuple[TeamId, StepId, int]]) -> list[StepVersion]:
    """Find wordings by step and version, of any teams."""
    return await QUERIES["contents"].rows(
        db,
        StepVersion,
        team_ids=[team for team, _, _ in keys],
        step_ids=[step for _, step, _ in keys],
        versions=[version for _, _, version in keys],
    )
