"""Labels of conversations, as lemlist's clients make and use them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from pomelo import teams
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.ids import new
from tests.answering import Answering
from tests.api import client
from tests.api.client import Caller

HOUR = timedelta(hours=1)


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Answering]:
    """Richard was written to an hour ago."""
    made = Answering(database, Clock().now() - HOUR)
    await made.open_with()
    yield made
    await made.close()


@pytest.fixture
async def api(office: Answering) -> AsyncIterator[Caller]:
    async with office.database.transaction() as db:
        user = (await teams.list_users(db, office.team.id))[0]
    async with client.calling(office.database, office.team, user, office.clock.now()) as caller:
        yield caller


async def test_labels_are_made_put_on_and_taken_off(api: Caller, office: Answering) -> None:
    path = f"/inbox/conversations/labels/{office.richard.contact_id}"
    later = await api.call("POST", "/inbox/labels", {"labelName": " Later "})
    hot = await api.call("POST", "/inbox/labels", {"labelName": "Hot"})

    async def put() -> list[str]:
        (talk,) = (await api.call("GET", "/inbox", userId=api.user.id))["data"]
        return [label["labelName"] for label in talk["labels"]]

    assert later["_id"].startswith("lbl_")
    assert (later["name"], later["labelName"]) == ("Later", "Later")
    assert {"color", "createdAt", "createdBy"} <= later.keys()
    assert await api.call("GET", "/inbox/labels") == [hot, later]
    assert await api.call("GET", f"/inbox/labels/{hot['_id']}") == hot
    await api.call("POST", path, {"labelIds": [later["_id"]], "appendLabels": True})
    await api.call("POST", path, {"labelIds": [hot["_id"]], "appendLabels": True})
    assert await put() == ["Hot", "Later"]
    assert await api.call("DELETE", path, {"labelIds": [hot["_id"]]}) == {"ok": True}
    assert await put() == ["Later"]
    await api.call("POST", path, {"labelIds": [hot["_id"]], "appendLabels": False})
    assert await put() == ["Hot"]


async def test_wrong_labels_are_refused_in_lemlists_words(api: Caller, office: Answering) -> None:
    path = f"/inbox/conversations/labels/{office.richard.contact_id}"
    hot = await api.call("POST", "/inbox/labels", {"labelName": "Hot"})
    ours = {"labelIds": [hot["_id"]], "appendLabels": True}
    shape = "Invalid request body: labelIds must be an array"

    assert await api.refused("POST", "/inbox/labels", {"labelName": "Hot"}) == (
        409,
        "Label with this name already exists",
    )
    assert (await api.refused("POST", "/inbox/labels", {}))[0] == 400
    assert await api.refused("POST", "/inbox/labels", {"labelName": " "}) == (
        400,
        "labelName is required",
    )
    assert await api.refused("GET", f"/inbox/labels/{new('lbl')}") == (404, "Label not found")
    assert await api.refused("POST", path, {"labelIds": hot["_id"], "appendLabels": True}) == (
        400,
        f"{shape} and appendLabels must be a boolean",
    )
    assert await api.refused("DELETE", path, {}) == (400, shape)
    assert await api.refused("POST", path, {**ours, "labelIds": [new("lbl")]}) == (
        404,
        "Label not found",
    )
    nobody = f"/inbox/conversations/labels/{new('ctc')}"
    assert await api.refused("POST", nobody, ours) == (404, "Inbox not found")
