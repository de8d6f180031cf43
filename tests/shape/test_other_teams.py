"""Another team's things are as if they were not: seen by no answer, changed by no call."""

import re
from collections.abc import AsyncIterator
from typing import Final, NamedTuple
from urllib.parse import quote

import pytest

from pomelo.base.db import Database
from tests.shape import world
from tests.shape.calls import Case, reads, strange_cases
from tests.shape.world import ID, Side, Things

# Naming an address is no way to reach another team's things: the caller's own may change.
ADDRESSES: Final = frozenset({"email", "newcomer", "value"})
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


class World(NamedTuple):
    """Who calls, and whose things they must not reach."""

    database: Database
    caller: Side
    others: Side


@pytest.fixture(scope="module")
async def two(migrated: Database) -> AsyncIterator[World]:
    """Two teams for all these calls, for they must change nothing of the other one."""
    async with world.two_teams(migrated) as sides:
        yield World(migrated, *sides)
    await world.forget(migrated)


@pytest.mark.parametrize("case", reads(), ids=str)
async def test_a_team_reads_its_own_things_and_sees_nobody_elses(two: World, case: Case) -> None:
    answer = await two.caller.caller.http.request(**case.request(two.caller.things, {}))

    assert answer.status_code == case.ask.status, answer.text
    assert [thing for thing in two.others.things.values() if thing in answer.text] == []


@pytest.mark.parametrize("case", strange_cases(), ids=str)
async def test_another_teams_thing_is_answered_like_one_that_nobody_has(
    two: World, case: Case
) -> None:
    before = await world.rows(two.database)
    nobodys = world.unknown(two.others.things)

    strange = await ask(two, case, two.others.things)
    unknown = await ask(two, case, nobodys)

    after = await world.rows(two.database)
    assert strange == unknown
    assert changed(before, after, two, case) == []


async def ask(two: World, case: Case, others: Things) -> tuple[int, str]:
    """Call, and give the answer with what was asked for masked."""
    request = case.request(two.caller.things, others)
    answer = await two.caller.caller.http.request(**request)
    text = answer.text
    for name in case.strange:
        thing = others[case.thing(name)]
        text = text.replace(thing, name).replace(quote(thing), name)
    leaked = [thing for thing in two.others.things.values() if thing in text]
    assert leaked == []
    # What was made for the caller's own team differs in its ids and times.
    return answer.status_code, INSTANT.sub("at", ID.sub(r"\1", text))


def changed(before: set[str], after: set[str], two: World, case: Case) -> list[str]:
    """Give the rows that came or went and should not have."""
    rows = [*(before ^ after)]
    if {case.thing(name) for name in case.strange} <= ADDRESSES:
        return [row for row in rows if two.others.caller.team.id in row]
    return rows
