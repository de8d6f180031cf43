"""Those whom contact rules hold back go on, once the rules have changed or a campaign ended."""

from datetime import datetime
from typing import Final

from pomelo import campaigns, leads
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, TeamId
from pomelo.delivery.contacting import store
from pomelo.delivery.contacting.model import Parked
from pomelo.leads import WaitsFor

# Looked at in one transaction; some 20 ms.
AT_ONCE: Final = 1_000
FROM_THE_START: Final = Parked(TeamId(""), CampaignId(""), LeadId(""))


class Waker:
    """Wakes them, a part of all in each turn, so that a turn is short however many wait."""

    def __init__(self) -> None:
        self._after = FROM_THE_START

    async def wake(self, db: Db, *, now: datetime) -> bool:
        """Let those go on whom nothing holds any more; says whether rules may hold more of them.

        In a transaction of its own: leads come before their campaigns, as in every other one,
        and whom somebody else has just now is left for the next turn.
        """
        woken = await leads.wake_held(db, now=now)
        uncrossed = await self._unpark(db, now)
        for team in sorted({*woken, *uncrossed}):
            touched = {c for found in (woken, uncrossed) for c in found.get(team, ())}
            await campaigns.wake(db, team, sorted(touched), at=now)
        return bool(woken)

    async def _unpark(self, db: Db, now: datetime) -> dict[TeamId, list[CampaignId]]:
        parked = await store.lock_parked(db, self._after, amount=AT_ONCE)
        self._after = parked[-1] if len(parked) == AT_ONCE else FROM_THE_START
        refs = [(one.team_id, one.id) for one in parked]
        crossed = set(await store.list_crossed(db, refs))
        freed: dict[TeamId, list[LeadId]] = {}
        for team, lead in refs:
            if (team, lead) not in crossed:
                freed.setdefault(team, []).append(lead)
        return {
            team: await leads.unpark(db, team, ids, WaitsFor.CONTACT_RULE, now=now)
            for team, ids in freed.items()
        }
