"""Doubts end by themselves: a copy in Sent, or anything that came back, proves a mail was sent."""

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from pomelo import activities
from pomelo.base import log
from pomelo.base.db import Db
from pomelo.inbound.settling import store
from pomelo.inbound.settling.store import Doubt
from pomelo.messages import MessageNotDoubtful, MessageNotFound, Resolution

if TYPE_CHECKING:
    from pomelo.delivery import Desk

LOG: Final = log.get("settling")


class Settler:
    """One worker's settling; that others do the same at the same time changes nothing.

    Args:
        desk: Its tools.
    """

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    async def work_once(self) -> bool:
        """Settle what is proven by now; says whether anything was."""
        async with self._desk.database.transaction() as db:
            proven = await self._proven(db)
        for doubt in proven:
            await self._desk.database.retrying(partial(_settle, doubt))
        return bool(proven)

    async def _proven(self, db: Db) -> list[Doubt]:
        if not await store.has_doubts(db):
            return []
        await store.retire(db)
        await store.enrol(db, now=self._desk.clock.now())
        doubts = await store.list_doubts(db)
        refs = [(one.team_id, one.lead_id, one.id) for one in doubts if not one.has_copy]
        answered = set(await activities.list_answered(db, refs)) if refs else set()
        return [one for one in doubts if one.has_copy or one.id in answered]


async def _settle(doubt: Doubt, db: Db) -> None:
    """Count a mail as sent when it was handed over, so that it stands before what answers it."""
    from pomelo import delivery  # noqa: PLC0415 - slow, and seldom needed

    with suppress(MessageNotDoubtful, MessageNotFound):  # somebody else was quicker
        await delivery.resolve(db, doubt.team_id, doubt.id, Resolution.SENT, now=doubt.data_at)
        LOG.info("doubt_settled", message=doubt.id, by="copy" if doubt.has_copy else "answer")
