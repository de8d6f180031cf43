"""From what happened to what each hook is told of it: the outbox is emptied, in order."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from pomelo import activities
from pomelo.activities import Untold
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.hooks import store
from pomelo.hooks.model import Listener, NewDelivery
from pomelo.hooks.schedule import ORDER_FOR
from pomelo.hooks.types import told_as, wants

BATCH: Final = 500
# At about so many things to tell, of however few facts, the rest has to wait for the next time.
QUEUED: Final = 1_000


async def tell(db: Db, *, now: datetime) -> bool:
    """Queue for hooks of all teams what has happened; says whether there was anything.

    A fact that is set back to untold is told once more, under another `webhook-id`.

    Args:
        db: The open transaction.
        now: When it happens.
    """
    if not await store.take_turn(db):
        return False
    facts = await activities.list_untold(db, limit=BATCH)
    if not facts:
        return False
    hooks = await store.listeners(db, sorted({fact.team_id for fact in facts}))
    queued: list[Untold] = []
    new: list[NewDelivery] = []
    for fact in facts:
        if len(new) >= QUEUED:
            break
        queued.append(fact)
        new += _deliveries(fact, hooks)
    if new:
        await store.insert_deliveries(db, new, keeps_order_since=now - ORDER_FOR, now=now)
        await store.wake(db, sorted({(one.team_id, one.hook_id) for one in new}), now=now)
    await activities.mark_told(db, queued, now=now)
    return True


def _deliveries(fact: Untold, hooks: Sequence[Listener]) -> Iterator[NewDelivery]:
    for told in told_as(fact):
        for hook in hooks:
            if wants(hook, fact, told):
                yield NewDelivery(
                    team_id=fact.team_id,
                    id=ids.hook_delivery(),
                    hook_id=hook.id,
                    activity_id=fact.id,
                    lead_id=fact.lead_id,
                    type=told,
                )
