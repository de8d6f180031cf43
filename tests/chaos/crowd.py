"""A hundred callers who add the same person at the same moment, spelled in different ways."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from typing import Final

import httpx

from pomelo.base.db import Database
from pomelo.base.ids import CampaignId

CALLERS: Final = 100
ADDED: Final = "200"
TWICE: Final = "400 Lead already in the campaign"
ELSEWHERE: Final = "409 Lead already in other campaign"


async def crowd(
    doors: Sequence[httpx.AsyncClient],
    campaigns: Sequence[CampaignId],
    email: str,
    *,
    deduplicate: bool = False,
) -> Counter[str]:
    """Let a hundred callers add one person, each in a spelling and a campaign of its own.

    Args:
        doors: Servers of one installation, called in turns.
        campaigns: Where to, in turns.
        email: The address in lower case.
        deduplicate: Whether they ask for that.

    Returns:
        How often which answer was given.
    """
    spell = random.Random(email)
    query = "?deduplicate=true" if deduplicate else ""

    async def add(number: int) -> str:
        spelled = "".join(spell.choice((letter, letter.upper())) for letter in email)
        path = f"/api/campaigns/{campaigns[number % len(campaigns)]}/leads/{spelled}{query}"
        answer = await doors[number % len(doors)].post(path, json={"number": str(number)})
        return ADDED if answer.status_code == 200 else f"{answer.status_code} {answer.text}"

    return Counter(await asyncio.gather(*(add(number) for number in range(CALLERS))))


async def rows_of(database: Database, email: str) -> int:
    """Count the leads of a person, however their address is spelled."""
    async with database.transaction(readonly=True) as db:
        count: int = await db.fetchval("SELECT count(*) FROM leads WHERE lower(email) = $1", email)
    return count


async def one_campaign(
    doors: Sequence[httpx.AsyncClient], database: Database, campaign: CampaignId, email: str
) -> None:
    """Check that of a hundred who add somebody to one campaign exactly one succeeds."""
    answers = await crowd(doors, [campaign], email)

    assert answers == {ADDED: 1, TWICE: CALLERS - 1}
    assert await rows_of(database, email) == 1


async def ten_campaigns(
    doors: Sequence[httpx.AsyncClient],
    database: Database,
    campaigns: Sequence[CampaignId],
    email: str,
) -> None:
    """Check that of a hundred who add somebody to ten campaigns once, exactly one succeeds."""
    answers = await crowd(doors, campaigns, email, deduplicate=True)

    a_campaign = CALLERS // len(campaigns)
    assert answers == {ADDED: 1, TWICE: a_campaign - 1, ELSEWHERE: CALLERS - a_campaign}
    assert await rows_of(database, email) == 1
