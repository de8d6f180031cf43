"""Variables of a lead through the API: in the query string or the body."""

from typing import Any

import pytest

from tests.api.client import Caller
from tests.api.people import RICHARD, added, campaign, rows


async def lead(api: Caller, **variables: Any) -> str:
    return str((await added(api, await campaign(api), RICHARD, variables))["_id"])


async def kept(api: Caller) -> Any:
    return (await rows(api, "SELECT variables FROM leads"))[0][0]


async def test_variables_come_in_the_query_or_the_body_or_both(api: Caller) -> None:
    path = f"/leads/{await lead(api)}/variables"

    answers = [
        await api.call("POST", path, None, colour="green", city="Paris"),
        await api.call("POST", path, {"age": 42}),
        await api.call("POST", path, {"b": "x"}, q="y"),
    ]

    assert answers == [{"ok": True}] * 3
    assert await kept(api) == {"colour": "green", "city": "Paris", "age": "42", "b": "x", "q": "y"}


async def test_the_key_of_the_caller_is_no_variable(api: Caller) -> None:
    path = f"/leads/{await lead(api)}/variables"

    await api.call("POST", path, None, colour="green", access_token="secret")

    assert await kept(api) == {"colour": "green"}


async def test_adding_refuses_what_is_there(api: Caller) -> None:
    path = f"/leads/{await lead(api, a='1', b='2')}/variables"

    refused = await api.refused("POST", path, {"a": "x", "b": "y", "c": "z"})

    assert refused == (400, "Variables a, b already exist")
    assert await kept(api) == {"a": "1", "b": "2"}


async def test_changing_and_erasing_refuse_what_is_not_there(api: Caller) -> None:
    path = f"/leads/{await lead(api, a='1', b='2')}/variables"

    for method in ("PATCH", "DELETE"):
        assert await api.refused(method, path, None, a="", c="") == (400, "Variable not found")
    await api.call("PATCH", path, None, a="")
    await api.call("DELETE", path, None, b="")

    assert await kept(api) == {"a": ""}


async def test_erasing_takes_names_in_the_body_too(api: Caller) -> None:
    path = f"/leads/{await lead(api, a='1', b='2')}/variables"

    await api.call("DELETE", path, {"a": None})

    assert await kept(api) == {"b": "2"}


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_a_lead_is_named_by_its_id(api: Caller, stranger: Caller, method: str) -> None:
    mine = await lead(api, a="1")

    assert await api.refused(method, f"/leads/{RICHARD}/variables", None, a="2") == (
        400,
        "Invalid leadId",
    )
    for caller, name in ((api, "lea_none"), (stranger, mine)):
        refused = await caller.refused(method, f"/leads/{name}/variables", None, a="2")
        assert refused == (404, "Lead not found")


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
async def test_no_variable_is_refused(api: Caller, method: str) -> None:
    status, sentence = await api.refused(method, f"/leads/{await lead(api)}/variables")

    assert (status, sentence.startswith("Name at least one variable")) == (400, True)


async def test_one_name_with_two_values_is_refused(api: Caller) -> None:
    path = f"/leads/{await lead(api)}/variables?a=1&a=2"

    assert await api.refused("POST", path) == (
        400,
        "Bad params: a is given twice with different values.",
    )
