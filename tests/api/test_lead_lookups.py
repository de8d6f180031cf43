"""Finding leads through the API: by address, by id, in a campaign, in all of them."""

from typing import Any

import pytest

from tests import make
from tests.api.client import Caller
from tests.api.people import RICHARD, added, campaign


async def newest_last(api: Caller) -> list[Any]:
    """Richard in two campaigns, a second apart."""
    found = []
    for number in (1, 2):
        made = await campaign(api, f"Campaign{number}")
        found.append(await added(api, made, RICHARD, {"firstName": "Richard", "n": number}))
        async with api.database.transaction() as db:
            await db.execute(
                "UPDATE leads SET created_at = $1::timestamptz + $2 * interval '1 second'"
                " WHERE id = $3", make.NOW, number, found[-1]["_id"],
            )  # fmt: skip
    return found


async def test_an_address_gives_its_newest_lead(api: Caller) -> None:
    _, newest = await newest_last(api)

    answer = await api.call("GET", "/leads/Richard@PiedPiper.com")

    assert answer == {
        "_id": newest["_id"],
        "email": RICHARD,
        "firstName": "Richard",
        "n": "2",
        "isPaused": False,
        "campaignId": newest["campaignId"],
        "campaignName": "Campaign2",
        "contactId": newest["contactId"],
        "emailStatus": "",
    }


async def test_an_address_may_be_asked_for_in_one_campaign(api: Caller) -> None:
    oldest, _ = await newest_last(api)

    answer = await api.call("GET", f"/leads/{RICHARD}", campaignId=oldest["campaignId"])

    assert answer["_id"] == oldest["_id"]
    refused = await api.refused("GET", f"/leads/{RICHARD}", campaignId="cam_none")
    assert refused == (404, "Lead not found")


async def test_v2_gives_all_leads_of_an_address_with_their_details(api: Caller) -> None:
    oldest, newest = await newest_last(api)

    answer = await api.call("GET", f"/leads/{RICHARD}", version="v2")

    assert [one["_id"] for one in answer] == [newest["_id"], oldest["_id"]]
    first = answer[0]
    assert first.pop("updatedAt").endswith("Z")
    assert first == {
        "_id": newest["_id"],
        "isPaused": False,
        "state": "imported",
        "status": "running",
        "personalized": False,
        "source": "api",
        "variables": {"firstName": "Richard", "n": "2"},
        "contactId": newest["contactId"],
        "enrichment": {},
        "campaign": {"id": newest["campaignId"], "name": "Campaign2", "status": "draft"},
        "sendingUser": {},
    }


async def test_v2_tells_the_last_detailed_state_and_the_bucket(api: Caller) -> None:
    made = await campaign(api, auto_review=False)
    await added(api, made)
    waiting = (await api.call("GET", f"/leads/{RICHARD}", version="v2"))[0]
    await api.call("POST", f"/leads/interested/{RICHARD}")

    marked = (await api.call("GET", f"/leads/{RICHARD}", version="v2"))[0]

    assert (waiting["state"], waiting["status"]) == ("imported", "review")
    assert (marked["state"], marked["status"]) == ("manualInterested", "interested")


@pytest.mark.parametrize("version", ["v1", "v2"])
async def test_who_is_no_lead_is_not_found(api: Caller, stranger: Caller, version: str) -> None:
    await added(stranger, await campaign(stranger))

    refused = await api.refused("GET", f"/leads/{RICHARD}", version=version)

    assert refused == (404, "Lead not found")


async def test_an_id_in_the_path_is_told_where_to_go(api: Caller) -> None:
    status, sentence = await api.refused("GET", "/leads/lea_none")

    assert (status, sentence) == (404, "Lead not found; look up ids at /api/leads?id=")


async def test_a_lead_is_looked_up_by_id_or_address(api: Caller, stranger: Caller) -> None:
    oldest, newest = await newest_last(api)

    by_id = await api.call("GET", "/leads", id=oldest["_id"], version="v2")
    by_email = await api.call("GET", "/leads", email=RICHARD)

    assert (by_id["_id"], by_email["_id"]) == (oldest["_id"], newest["_id"])
    assert by_id["emailStatus"] == ""
    for query in ({"id": "lea_none"}, {"email": "x@piedpiper.com"}):
        assert await api.refused("GET", "/leads", **query) == (404, "Lead not found")
    refused = await stranger.refused("GET", "/leads", id=oldest["_id"])
    assert refused == (404, "Lead not found")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "Say which lead: id=lea_… or email=name@company.com."),
        ({"email": "x"}, "The email address is not valid"),
    ],
)
async def test_a_look_up_says_which(api: Caller, query: dict[str, str], sentence: str) -> None:
    status, text = await api.refused("GET", "/leads", **query)

    assert (status, text.startswith(sentence)) == (400, True)


async def test_the_list_of_a_campaign_keeps_to_states_and_limit(api: Caller) -> None:
    made = await campaign(api)
    ids = [(await added(api, made, f"p{n}@piedpiper.com"))["_id"] for n in range(3)]
    await api.call("POST", f"/campaigns/{made.id}/leads/p1@piedpiper.com/interested")
    path = f"/campaigns/{made.id}/leads/"

    everybody = await api.call("GET", path, state="all")

    assert {one["_id"] for one in everybody} == set(ids)
    assert all(one.keys() == {"_id", "contactId", "state"} for one in everybody)
    assert await api.call("GET", path) == everybody
    assert [one["_id"] for one in await api.call("GET", path, state="interested")] == [ids[1]]
    assert len(await api.call("GET", path, state="imported,interested")) == 3
    assert await api.call("GET", path, state="failed") == []
    assert len(await api.call("GET", path, limit=2)) == 2
    assert len(await api.call("GET", path, limit=100_000)) == 3


async def test_a_list_asks_for_what_there_is(api: Caller, stranger: Caller) -> None:
    made, theirs = await campaign(api), await campaign(stranger)

    status, sentence = await api.refused("GET", f"/campaigns/{made.id}/leads/", state="cold")
    assert (status, "'cold' is not a state of a lead" in sentence) == (400, True)
    assert (await api.refused("GET", f"/campaigns/{made.id}/leads/", limit=0))[0] == 400
    refused = await api.refused("GET", f"/campaigns/{theirs.id}/leads/")
    assert refused == (404, "Campaign not found")
