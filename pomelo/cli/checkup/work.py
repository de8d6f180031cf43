"""What should be going on: keys to call with, workers, campaigns that can send, no doubts."""

from typing import Final

from pomelo import campaigns, messages, teams
from pomelo.base.db import Db
from pomelo.campaigns import CampaignFacts, CampaignState
from pomelo.cli.checkup import store
from pomelo.cli.checkup.finding import Finding, doubt, good, wrong

NO_WORKER: Final = (
    "No worker is alive, so nothing is sent; start `pomelo serve` or `pomelo worker`."
)
NO_TEAM: Final = "There is no team and no key; `pomelo key create --name first` makes both."


async def examine_work(db: Db) -> list[Finding]:
    """Look at teams, workers, campaigns and mails in doubt."""
    return [
        await _teams(db),
        await _workers(db),
        await _doubts(db),
        *await _campaigns(db),
    ]


async def _teams(db: Db) -> Finding:
    found = await teams.list_all(db)
    return good("teams", f"{len(found)}.") if found else doubt("teams", NO_TEAM)


async def _workers(db: Db) -> Finding:
    alive = await store.count_workers(db)
    return good("workers", f"{alive} alive.") if alive else doubt("workers", NO_WORKER)


async def _doubts(db: Db) -> Finding:
    count = await messages.count_uncertain(db)
    if not count:
        return good("mails", "None is in doubt.")
    return doubt(
        "mails",
        f"{count} of unknown fate, whose leads wait; see `pomelo message list`, and resolve them.",
    )


async def _campaigns(db: Db) -> list[Finding]:
    stuck = [
        wrong("campaigns", f'"{one.name}" ({one.id}) runs but cannot send: {" ".join(why)}')
        for team in await teams.list_all(db)
        for one in (await campaigns.facts_of(db, team.id)).values()
        if (why := _why_stuck(one))
    ]
    return stuck or [good("campaigns", "None that runs is kept from sending.")]


def _why_stuck(facts: CampaignFacts) -> list[str]:
    is_on = facts.state is CampaignState.RUNNING and not facts.is_archived
    return campaigns.errors(facts) if is_on else []
