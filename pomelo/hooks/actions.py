"""What people do with hooks: add, remove, look into, rotate, replay."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo import campaigns, teams
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import HookDeliveryId, HookId, TeamId
from pomelo.base.secret import Secret
from pomelo.base.vault import Vault
from pomelo.hooks import signatures, store
from pomelo.hooks.errors import DeliveryNotFound, HookNotFound, TooManyHooks
from pomelo.hooks.model import Delivery, DeliveryState, Hook, NewHook

# Each is looked at whenever something happens to a lead of the team.
A_TEAM: Final = 100


async def add(
    db: Db, team: TeamId, new: NewHook, *, vault: Vault, now: datetime
) -> tuple[Hook, Secret]:
    """Let another system be told of what happens from now on.

    Args:
        db: The open transaction.
        team: Whose activities.
        new: Where, and of what; its URL and type were checked.
        vault: Encrypts its secrets.
        now: When it happens.

    Returns:
        The hook, and the secret that signs what it is told; it is given here and never again.

    Raises:
        CampaignNotFound: The team has no such campaign.
        TooManyHooks: The team has a hundred.

    Source:
        API reference 3.5.
    """
    if new.campaign_id is not None:
        await campaigns.get(db, team, new.campaign_id)
    await teams.lock(db, team)
    if len(await store.list_of_team(db, team)) >= A_TEAM:
        raise TooManyHooks
    hook, signing = ids.hook(), signatures.new_secret()
    made = await store.insert(
        db,
        team,
        hook,
        new,
        secret=None if new.secret is None else vault.encrypt(hook, new.secret.reveal()),
        signing_secret=vault.encrypt(hook, signing.reveal()),
        now=now,
    )
    await teams.set_has_hooks(db, team, has_hooks=True)
    return made, signing


async def remove(db: Db, team: TeamId, hook: HookId) -> Hook:
    """Tell another system nothing more, and forget what it was told.

    Returns:
        What the hook was.

    Raises:
        HookNotFound: The team has no such hook.
    """
    await teams.lock(db, team)
    removed = await store.delete(db, team, hook)
    if removed is None:
        raise HookNotFound
    await teams.set_has_hooks(db, team, has_hooks=await store.has_enabled(db, team))
    return removed


async def rotate(
    db: Db, team: TeamId, hook: HookId, *, vault: Vault, now: datetime
) -> tuple[Hook, Secret]:
    """Let a new secret sign; the one before signs beside it for a day.

    Returns:
        The hook and its new secret, which is given here and never again.

    Raises:
        HookNotFound: The team has no such hook.
    """
    signing = signatures.new_secret()
    encrypted = vault.encrypt(hook, signing.reveal())
    found = await store.rotate(db, team, hook, encrypted, until=now + signatures.OVERLAP)
    if found is None:
        raise HookNotFound
    return found, signing


async def list_deliveries(
    db: Db, team: TeamId, hook: HookId, *, state: DeliveryState | None, offset: int, limit: int
) -> list[Delivery]:
    """List what a hook was told in the last days, newest first, and how that went.

    Args:
        db: The open transaction.
        team: Whose hook.
        hook: Which.
        state: Only these; None for all.
        offset: How many to pass over.
        limit: At most so many.

    Raises:
        HookNotFound: The team has no such hook.
    """
    if await store.find(db, team, hook) is None:
        raise HookNotFound
    return await store.list_deliveries(db, team, hook, state=state, offset=offset, limit=limit)


async def replay(
    db: Db,
    team: TeamId,
    hook: HookId,
    *,
    deliveries: Sequence[HookDeliveryId] | None = None,
    since: datetime | None = None,
    now: datetime,
) -> int:
    """Tell a hook things again, under the ids they had, and enable it if it was disabled.

    Args:
        db: The open transaction.
        team: Whose hook.
        hook: Which.
        deliveries: These, arrived or not.
        since: If none are named: all that it was told since then, arrived or not.
        now: When it happens.

    Returns:
        How many will be told; without `deliveries` and `since`, all that have not arrived.

    Raises:
        HookNotFound: The team has no such hook.
        DeliveryNotFound: The hook was never told one of `deliveries`, or it is forgotten.
    """
    await teams.lock(db, team)
    if not await store.lock(db, [(team, hook)]):
        raise HookNotFound
    named = None if deliveries is None else set(deliveries)
    queued = await store.replay(db, team, hook, ids=deliveries, since=since, now=now)
    if named is not None and queued < len(named):
        raise DeliveryNotFound
    await store.enable(db, team, hook, now=now)
    await teams.set_has_hooks(db, team, has_hooks=True)
    return queued
