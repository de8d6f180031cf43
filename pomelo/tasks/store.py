"""Tasks in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import asdict

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, TaskId, TeamId, new
from pomelo.base.sql import load
from pomelo.tasks.model import Task, TaskChanges, TaskState, TaskType, Wanted

QUERIES: Final = load(__package__ or "")


async def insert(db: Db, tasks: Sequence[Task]) -> None:
    """Insert tasks; a step's that is there already stays."""
    await QUERIES["insert"].run(db, rows=tasks)


async def make_for_answers(
    db: Db, wanted: Sequence[tuple[TeamId, LeadId, TaskType]], *, now: datetime
) -> None:
    """Make tasks of answers (team, lead, kind); one of a kind that a lead has had stays alone."""
    await QUERIES["make_for_answers"].run(
        db,
        team_ids=[team for team, _, _ in wanted],
        ids=[new("opp") for _ in wanted],
        lead_ids=[lead for _, lead, _ in wanted],
        types=[kind for _, _, kind in wanted],
        now=now,
    )


async def find(db: Db, team: TeamId, task: TaskId) -> Task | None:
    """Find a task."""
    return await QUERIES["find"].row(db, Task, team_id=team, id=task)


async def list_named(db: Db, team: TeamId, ids: Sequence[TaskId]) -> list[Task]:
    """List those of some tasks that the team has."""
    return await QUERIES["list_named"].rows(db, Task, team_id=team, ids=ids)


async def list_open(db: Db, team: TeamId, wanted: Wanted, *, offset: int, limit: int) -> list[Task]:
    """List open tasks, the first due first."""
    return await QUERIES["list_open"].rows(
        db, Task, team_id=team, offset=offset, limit=limit, **asdict(wanted)
    )


async def change(db: Db, team: TeamId, task: TaskId, changes: TaskChanges) -> Task | None:
    """Change an open task."""
    return await QUERIES["change"].row(db, Task, team_id=team, id=task, **asdict(changes))


async def finish(
    db: Db, team: TeamId, ids: Sequence[TaskId], state: TaskState, *, now: datetime
) -> list[str]:
    """End open tasks; gives those that were."""
    return await QUERIES["finish"].rows(db, str, team_id=team, ids=ids, state=state, now=now)


async def close_of_leads(
    db: Db, stopped: Sequence[tuple[TeamId, LeadId, str]], *, now: datetime
) -> None:
    """End the open tasks that steps made for leads whose sequence ended, and why it did."""
    await QUERIES["close_of_leads"].run(
        db,
        team_ids=[team for team, _, _ in stopped],
        lead_ids=[lead for _, lead, _ in stopped],
        becauses=[because for _, _, because in stopped],
        now=now,
    )


async def close_of_lost_steps(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> None:
    """End the open tasks of a campaign whose steps are gone."""
    await QUERIES["close_of_lost_steps"].run(db, team_id=team, campaign_id=campaign, now=now)
