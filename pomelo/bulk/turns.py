"""One turn of a bulk edit: some leads, and how far it then is, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo import activities, campaigns, leads
from pomelo.base.db import Db
from pomelo.base.ids import LeadId
from pomelo.bulk import store
from pomelo.bulk.model import Action, BulkEdit

# Leads of one turn; some 50 ms, in which nobody else has to wait for them.
AT_ONCE: Final = 200

_VERBS: Final = {
    Action.PAUSE: activities.pause,
    Action.RESUME: activities.resume,
    Action.SKIP: activities.skip,
    Action.REVIEW: activities.review_waiting,
}


async def take_turn(db: Db, edit: BulkEdit, *, now: datetime) -> BulkEdit:
    """Do it to the next leads; they and the progress are kept together or not at all.

    Args:
        db: The open transaction, in which the edit is locked.
        edit: As far as it was.
        now: When it happens.
    """
    places = await store.list_next(db, edit, AT_ONCE)
    await _do(db, edit, [place.id for place in places], now)
    return await store.go_on(db, edit, places, is_last=len(places) < AT_ONCE, now=now)


async def _do(db: Db, edit: BulkEdit, people: Sequence[LeadId], now: datetime) -> None:
    if edit.action is Action.MOVE:
        moved = await leads.give(db, edit.team_id, people, edit.to_sender_id, now=now)
        await campaigns.wake(db, edit.team_id, moved, at=now)
    else:
        await _VERBS[edit.action](db, edit.team_id, people, now=now)
