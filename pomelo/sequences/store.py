"""Sequences and steps in the database: one function a query."""

from collections.abc import Sequence as Many
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SequenceId, StepId, TeamId
from pomelo.base.sql import load
from pomelo.sequences.model import MainSequence, Sequence, Step, StepVersion

QUERIES: Final = load(__package__ or "")


async def insert_sequence(
    db: Db, team: TeamId, sequence: SequenceId, campaign: CampaignId, *, now: datetime
) -> None:
    """Insert a campaign's main sequence."""
    await QUERIES["insert_sequence"].run(
        db, team_id=team, id=sequence, campaign_id=campaign, now=now
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
        now=now,
    )


async def update_step(db: Db, step: Step) -> None:
    """Write a step's delay and which version is sent."""
    await QUERIES["update_step"].run(
        db, team_id=step.team_id, id=step.id, delay_days=step.delay_days, version=step.version
    )


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
