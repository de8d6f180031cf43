"""Every operation says who may call it, is called here, and works for its own team."""

from typing import Final

import pytest

from pomelo.api.contract import Permission
from pomelo.api.table import OPERATIONS
from pomelo.base.db import Database
from tests.shape import world
from tests.shape.calls import CALLS, Case, members, own_cases, writes

# What anybody may call without a key: links in mails, files whose address nobody can guess
# (unless the operator asks for a key), the way back from a provider of mailboxes, and the server
# about itself.
PUBLIC: Final = frozenset(
    {
        "exports_download",
        "sender_connections_callback",
        "tracking_pixel",
        "tracking_click",
        "tracking_ask",
        "tracking_unsubscribe",
        "meta_front_door",
        "meta_health",
        "meta_measurements",
        "meta_openapi_document",
        "meta_reference",
    }
)


def test_only_what_is_meant_for_everybody_needs_no_key() -> None:
    public = {one.id for one in OPERATIONS if one.permission is Permission.PUBLIC}

    assert public == PUBLIC


def test_every_operation_has_a_call() -> None:
    assert {one.id for one in members()} == set(CALLS), "add it to tests/shape/calls.py"


@pytest.mark.parametrize("case", writes(), ids=str)
async def test_a_team_changes_its_own_things_and_sees_nobody_elses(
    database: Database, case: Case
) -> None:
    async with world.two_teams(database) as (caller, others):
        answer = await caller.caller.http.request(**case.request(caller.things, {}))

    assert answer.status_code == case.ask.status, answer.text
    assert [thing for thing in others.things.values() if thing in answer.text] == []


async def test_nobody_is_answered_without_a_key(database: Database) -> None:
    async with world.side(database, "Hooli") as side:
        for case in own_cases():
            request = case.request(side.things, {})
            answer = await side.caller.http.request(**request, auth=None)

            assert answer.status_code == 400, str(case)
            assert "No API key provided" in answer.text, str(case)
