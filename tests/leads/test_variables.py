"""Variables: what is kept, in which form, within which limits; changes never lose each other."""

import asyncio
from datetime import datetime, timedelta

import pytest

from pomelo import leads
from pomelo.base.db import Database, Db
from pomelo.base.ids import LeadId
from pomelo.leads import VariablesInvalid, clean
from pomelo.leads.variables import COUNT, KEY_BYTES, RESERVED, VALUE_BYTES
from tests import make


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Richard", "Richard"),
        ("", ""),
        (" ", " "),
        (5, "5"),
        (-1.5, "-1.5"),
        (True, "true"),
        (False, "false"),
        ({"a": [1, None]}, {"a": [1, None]}),
        ([1, "b", {}], [1, "b", {}]),
        (None, None),
    ],
)
def test_scalars_become_text_and_the_rest_stays(given: object, kept: object) -> None:
    assert clean({"key": given}) == {"key": kept}


@pytest.mark.parametrize("key", sorted(RESERVED))
def test_what_the_server_says_itself_is_ignored(key: str) -> None:
    assert clean({key: "other", "firstName": "Richard"}) == {"firstName": "Richard"}


@pytest.mark.parametrize(
    "key", ["state", "status", "__proto__", "constructor", "toString", "é", " "]
)
def test_any_other_key_is_a_variable(key: str) -> None:
    assert clean({key: "x"}) == {key: "x"}


@pytest.mark.parametrize(
    "given",
    [
        {"": "x"},
        {"k" * (KEY_BYTES + 1): "x"},
        {"é" * (KEY_BYTES // 2 + 1): "x"},
        {"key": "x" * (VALUE_BYTES + 1)},
        {"key": "€" * (VALUE_BYTES // 3 + 1)},
        {"key": ["x" * VALUE_BYTES]},
        {f"k{number}": "x" for number in range(COUNT + 1)},
    ],
    ids=["no name", "long", "long in bytes", "large", "large in bytes", "large list", "many"],
)
def test_what_is_too_long_or_too_many_is_refused(given: dict[str, object]) -> None:
    with pytest.raises(VariablesInvalid):
        clean(given)


@pytest.mark.parametrize(
    "given",
    [
        {"k" * KEY_BYTES: "x" * VALUE_BYTES},
        {f"k{number}": "x" for number in range(COUNT)},
        {f"k{number}": "x" for number in range(COUNT)} | dict.fromkeys(RESERVED, "x"),
    ],
    ids=["long", "many", "many and reserved"],
)
def test_what_just_fits_is_kept(given: dict[str, object]) -> None:
    assert clean(given).keys() == given.keys() - RESERVED


async def test_a_change_keeps_what_it_does_not_name(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await make.lead(db, campaign, variables={"firstName": "Richard", "companyName": "Old"})
    later = now + timedelta(hours=1)

    changed = await leads.set_variables(
        db, lead.team_id, lead.id, {"companyName": "Pied Piper"}, now=later
    )

    assert changed.variables == {"firstName": "Richard", "companyName": "Pied Piper"}
    assert changed == await leads.get(db, lead.team_id, lead.id)
    assert changed.updated_at == later


async def test_none_erases_and_the_empty_text_does_not(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await make.lead(db, campaign, variables={"a": "1", "b": "2"})

    changed = await leads.set_variables(
        db, lead.team_id, lead.id, {"a": None, "b": "", "c": None}, now=now
    )

    assert changed.variables == {"b": ""}


async def test_changes_cannot_add_up_to_too_many(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    full: dict[str, object] = {f"k{number}": "x" for number in range(COUNT)}
    lead = await make.lead(db, campaign, variables=full)

    with pytest.raises(VariablesInvalid):
        await leads.set_variables(db, lead.team_id, lead.id, {"one more": "x"}, now=now)
    swapped = {"k0": None, "one more": "x"}
    changed = await leads.set_variables(db, lead.team_id, lead.id, swapped, now=now)

    assert len(changed.variables) == COUNT


async def test_adding_refuses_what_is_there(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await make.lead(db, campaign, variables={"a": "1"})

    with pytest.raises(leads.VariablesExist, match="Variables a already exist"):
        await leads.add_variables(db, lead.team_id, lead.id, {"a": "2", "b": "3"}, now=now)
    added = await leads.add_variables(db, lead.team_id, lead.id, {"b": "3"}, now=now)

    assert added.variables == {"a": "1", "b": "3"}


async def test_changing_and_deleting_refuse_what_is_not_there(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await make.lead(db, campaign, variables={"a": "1", "b": "2"})

    with pytest.raises(leads.VariableNotFound):
        await leads.change_variables(db, lead.team_id, lead.id, {"a": "9", "c": "3"}, now=now)
    with pytest.raises(leads.VariableNotFound):
        await leads.delete_variables(db, lead.team_id, lead.id, ["a", "c"], now=now)
    await leads.change_variables(db, lead.team_id, lead.id, {"a": "9"}, now=now)
    left = await leads.delete_variables(db, lead.team_id, lead.id, ["b"], now=now)

    assert left.variables == {"a": "9"}


async def test_a_lead_of_another_team_is_not_changed(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await make.lead(db, campaign)
    stranger = await make.team(db)

    with pytest.raises(leads.LeadNotFound):
        await leads.set_variables(db, stranger.id, lead.id, {"a": "1"}, now=now)
    with pytest.raises(leads.LeadNotFound):
        await leads.set_variables(db, lead.team_id, LeadId("lea_none"), {"a": "1"}, now=now)


async def test_a_hundred_changes_at_once_lose_no_key(database: Database, now: datetime) -> None:
    async with database.transaction() as db:
        campaign = await make.campaign(db, (await make.team(db)).id)
        lead = await make.lead(db, campaign)

    async def change(number: int) -> None:
        async with database.transaction() as db:
            changes = {f"key{number}": str(number), "shared": str(number)}
            await leads.set_variables(db, lead.team_id, lead.id, changes, now=now)

    await asyncio.gather(*(change(number) for number in range(100)))

    async with database.transaction() as db:
        found = (await leads.get(db, lead.team_id, lead.id)).variables
    shared = found.pop("shared")
    assert found == {f"key{number}": str(number) for number in range(100)}
    assert shared in found.values()
