"""A team's pause: it holds all campaigns at once, and each goes on where it was."""

from datetime import datetime

from pomelo import teams
from pomelo.base.db import Db
from pomelo.base.ids import TeamId
from pomelo.campaigns import store
from pomelo.campaigns.errands import hold_errands, start_errands
from pomelo.campaigns.readiness import wake


async def pause_team(db: Db, team: TeamId, *, now: datetime) -> None:
    """Hold every campaign: once this is committed, no step of any lead is begun any more.

    What a person sends by hand still goes, and what comes back is still heard. A team that is
    paused stays so since its first moment.
    """
    if await teams.set_paused(db, team, now):
        await store.lock_many(db, team, None)
        held = await store.hold(db, team, is_held=True)
        await store.hold_senders(db, team, held)
        await hold_errands(db, team, held)


async def resume_team(db: Db, team: TeamId, *, now: datetime) -> None:
    """Let the campaigns go on that ran; limits, gaps and hours are obeyed as before."""
    if await teams.set_paused(db, team, None):
        await store.lock_many(db, team, None)
        freed = await store.hold(db, team, is_held=False)
        await store.release_senders(db, team, freed, now)
        await start_errands(db, team, freed, now=now)
        await wake(db, team, freed, at=now)
