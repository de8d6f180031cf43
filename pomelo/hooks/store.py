"""Hooks in the database: one function a query."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import HookDeliveryId, HookId, TeamId
from pomelo.base.sql import load
from pomelo.hooks.model import (
    Claimed,
    Delivery,
    DeliveryState,
    DisabledFor,
    Due,
    Hook,
    Listener,
    NewDelivery,
    NewHook,
    Result,
)

QUERIES: Final = load(__package__ or "")


async def insert(
    db: Db,
    team: TeamId,
    hook: HookId,
    new: NewHook,
    *,
    secret: bytes | None,
    signing_secret: bytes,
    now: datetime,
) -> Hook:
    """Insert a hook; its secrets are encrypted."""
    return await QUERIES["insert"].one(
        db,
        Hook,
        team_id=team,
        id=hook,
        target_url=new.target_url,
        type=new.type,
        campaign_id=new.campaign_id,
        is_first=new.is_first,
        zap_id=new.zap_id,
        secret=secret,
        signing_secret=signing_secret,
        now=now,
    )


async def list_of_team(db: Db, team: TeamId) -> list[Hook]:
    """List a team's hooks, oldest first."""
    return await QUERIES["list_of_team"].rows(db, Hook, team_id=team)


async def find(db: Db, team: TeamId, hook: HookId) -> Hook | None:
    """Find a hook of a team."""
    return await QUERIES["find"].row(db, Hook, team_id=team, id=hook)


async def lock(db: Db, hooks: Collection[tuple[TeamId, HookId]]) -> int:
    """Lock hooks, in an order; gives how many there are."""
    return await QUERIES["lock"].run(
        db, team_ids=[team for team, _ in hooks], ids=[hook for _, hook in hooks]
    )


async def delete(db: Db, team: TeamId, hook: HookId) -> Hook | None:
    """Delete a hook and its log; gives what it was."""
    return await QUERIES["delete"].row(db, Hook, team_id=team, id=hook)


async def has_enabled(db: Db, team: TeamId) -> bool:
    """Tell whether any hook of a team is told things."""
    return await QUERIES["has_enabled"].one(db, bool, team_id=team)


async def rotate(
    db: Db, team: TeamId, hook: HookId, signing_secret: bytes, *, until: datetime
) -> Hook | None:
    """Set another signing secret, encrypted, and keep the one before for a while."""
    return await QUERIES["rotate"].row(
        db, Hook, team_id=team, id=hook, signing_secret=signing_secret, until=until
    )


async def enable(db: Db, team: TeamId, hook: HookId, *, now: datetime) -> None:
    """Let a hook be told things again, from now."""
    await QUERIES["enable"].run(db, team_id=team, id=hook, now=now)


async def take_turn(db: Db) -> bool:
    """Tell whether nobody else is telling just now; the turn ends with the transaction."""
    return await QUERIES["take_turn"].one(db, bool)


async def listeners(db: Db, teams: Sequence[TeamId]) -> list[Listener]:
    """List and lock the hooks of some teams that are told things."""
    return await QUERIES["listeners"].rows(db, Listener, team_ids=list(teams))


async def insert_deliveries(
    db: Db, new: Sequence[NewDelivery], *, keeps_order_since: datetime, now: datetime
) -> None:
    """Insert what hooks are to be told, in this order."""
    await QUERIES["insert_deliveries"].run(
        db, rows=new, keeps_order_since=keeps_order_since, now=now
    )


async def wake(db: Db, hooks: Sequence[tuple[TeamId, HookId]], *, now: datetime) -> None:
    """Let hooks be looked at now, unless they rest."""
    await QUERIES["wake"].run(
        db, team_ids=[team for team, _ in hooks], ids=[hook for _, hook in hooks], now=now
    )


async def claim(
    db: Db,
    *,
    is_failing: bool,
    rests_from: int,
    full: Sequence[TeamId],
    amount: int,
    until: datetime,
    now: datetime,
) -> list[Claimed]:
    """Claim hooks that are to be told something, those that wait longest first.

    Args:
        db: The open transaction.
        is_failing: Whether those that have failed often, or the others.
        rests_from: From so many failures on a hook has failed often.
        full: Teams that have enough places.
        amount: At most so many.
        until: Until when they are claimed.
        now: When it happens.
    """
    return await QUERIES["claim"].rows(
        db,
        Claimed,
        is_failing=is_failing,
        rests_from=rests_from,
        full=list(full),
        amount=amount,
        until=until,
        now=now,
    )


async def renew(db: Db, claimed: Sequence[Claimed], *, until: datetime) -> None:
    """Keep claims for longer, but not those that somebody else has taken."""
    await QUERIES["renew"].run(
        db,
        team_ids=[hook.team_id for hook in claimed],
        ids=[hook.id for hook in claimed],
        fences=[hook.fence for hook in claimed],
        until=until,
    )


async def list_due(db: Db, team: TeamId, hook: HookId, *, now: datetime, limit: int) -> list[Due]:
    """List what a hook is to be told now, in order."""
    return await QUERIES["list_due"].rows(db, Due, team_id=team, hook_id=hook, now=now, limit=limit)


async def finish(db: Db, results: Sequence[Result]) -> list[HookDeliveryId]:
    """Note what came of attempts; gives those of which it was, their claims being ours still."""
    return await QUERIES["finish"].rows(db, HookDeliveryId, rows=results)


async def hold_back(db: Db, results: Sequence[Result]) -> None:
    """Let what the same leads did later wait for what has just failed."""
    await QUERIES["hold_back"].run(db, rows=results)


async def lock_claimed(db: Db, hook: Claimed) -> int:
    """Lock a claimed hook; gives 0 when somebody else has taken it."""
    return await QUERIES["lock_claimed"].run(db, team_id=hook.team_id, id=hook.id, fence=hook.fence)


async def release(
    db: Db,
    hook: Claimed,
    *,
    fail_counter: int,
    first_failed_at: datetime | None,
    rests_until: datetime,
    disabled_for: DisabledFor | None,
    now: datetime,
) -> None:
    """Let go of a hook until its next delivery is due."""
    await QUERIES["release"].run(
        db,
        team_id=hook.team_id,
        id=hook.id,
        fence=hook.fence,
        fail_counter=fail_counter,
        first_failed_at=first_failed_at,
        rests_until=rests_until,
        disabled_for=disabled_for,
        now=now,
    )


async def give_up_waiting(db: Db, *, limit: int, now: datetime) -> int:
    """End what disabled hooks were to be told."""
    return await QUERIES["give_up_waiting"].run(db, limit=limit, now=now)


async def forget(db: Db, *, before: datetime, limit: int) -> int:
    """Delete what ended long ago."""
    return await QUERIES["forget"].run(db, before=before, limit=limit)


async def list_deliveries(
    db: Db, team: TeamId, hook: HookId, *, state: DeliveryState | None, offset: int, limit: int
) -> list[Delivery]:
    """List what a hook was told or is to be, newest first."""
    return await QUERIES["list_deliveries"].rows(
        db, Delivery, team_id=team, hook_id=hook, state=state, offset=offset, limit=limit
    )


async def replay(
    db: Db,
    team: TeamId,
    hook: HookId,
    *,
    ids: Sequence[HookDeliveryId] | None,
    since: datetime | None,
    now: datetime,
) -> int:
    """Let a hook be told things again; gives how many."""
    return await QUERIES["replay"].run(
        db, team_id=team, hook_id=hook, ids=None if ids is None else list(ids), since=since, now=now
    )


async def count_waiting(db: Db) -> int:
    """Count what hooks of all teams are still to be told."""
    return await QUERIES["count_waiting"].one(db, int)
