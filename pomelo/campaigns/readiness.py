"""When a sender may work for a campaign: asked and written for many senders at once.

Each verb is one statement, whatever the number of senders and teams.
"""

from collections.abc import Sequence
from datetime import datetime

from pomelo import senders as mailboxes
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SenderId, TeamId
from pomelo.campaigns import store
from pomelo.campaigns.errands import wake_errands
from pomelo.campaigns.model import NextLook, ReadyRow, SenderRef


async def ready_rows(
    db: Db, senders: Sequence[tuple[TeamId, SenderId]], *, now: datetime
) -> list[ReadyRow]:
    """List the running campaigns in which senders may look for due leads.

    Args:
        db: The open transaction.
        senders: Those that a worker holds.
        now: Rows whose moment has come by then.

    Returns:
        One row a campaign and sender, longest waiting first. Whether its hours allow sending
        at this very moment is for the caller to ask (`schedules.is_open`).
    """
    return await store.ready_rows(db, _refs(senders), now)


async def set_next(db: Db, looks: Sequence[NextLook]) -> None:
    """Write when senders look into campaigns again.

    A pause committed meanwhile is not undone. What was set to infinity here comes back by
    `wake` alone.
    """
    if looks:
        await store.set_next(db, looks)


async def next_of_senders(
    db: Db, senders: Sequence[tuple[TeamId, SenderId]]
) -> dict[tuple[TeamId, SenderId], datetime]:
    """Find when any running campaign first has a use for each sender.

    Returns:
        The moment by sender; a sender without one is left out and waits to be woken.
    """
    found = await store.next_of_senders(db, _refs(senders))
    return {(one.team_id, one.sender_id): one.next_at for one in found}


async def wake(db: Db, team: TeamId, campaigns: Sequence[CampaignId], *, at: datetime) -> None:
    """Let the senders of running campaigns look for work no later than a moment.

    For whoever makes something due earlier than it was. Gaps and limits stay obeyed, paused
    campaigns stay paused, and rows that a worker holds are passed over: it looks again soon.

    Args:
        db: The open transaction.
        team: Whose campaigns.
        campaigns: Where something became due.
        at: When it is due.
    """
    await wake_errands(db, team, campaigns, at=at)
    await wake_senders(db, team, campaigns, at=at)


async def wake_senders(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId], *, at: datetime
) -> None:
    """Wake for mails alone, as `wake` does; of many leads that are added most get nothing else."""
    woken = await store.wake(db, team, campaigns, at)
    if woken:
        await mailboxes.wake(db, team, woken, at=at)
        await store.notify(db)


def _refs(senders: Sequence[tuple[TeamId, SenderId]]) -> list[SenderRef]:
    return [SenderRef(team_id=team, id=sender) for team, sender in senders]
