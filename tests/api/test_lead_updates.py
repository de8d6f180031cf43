"""Updating, unsubscribing and deleting leads: each sentence of the reference, and its edges."""

import asyncio
from itertools import product
from typing import Any

import pytest

from pomelo import activities
from pomelo.activities import Fact
from pomelo.leads import ActivityType
from tests import make
from tests.api.client import Caller
from tests.api.people import RICHARD, VARIABLES, added, campaign, rows, states

CALLS = [("GET", None), ("PATCH", {"a": "b"}), ("DELETE", None)]


async def test_the_update_of_the_reference(api: Caller) -> None:
    made = await campaign(api)
    lead = await added(api, made, RICHARD, {"firstName": "Richard", "lastName": "Hendricks"})

    answer = await api.call(
        "PATCH", f"/campaigns/{made.id}/leads/{RICHARD}", {"companyName": "Pied Piper"}
    )

    assert answer == {
        "campaignId": made.id,
        "campaignName": "Campaign1",
        "leadUrl": "http://pomelo.example/api/leads/richard%40piedpiper.com",
        "_id": lead["_id"],
        "email": RICHARD,
        "firstName": "Richard",
        "lastName": "Hendricks",
        "companyName": "Pied Piper",
        "isPaused": False,
        "contactId": lead["contactId"],
        "emailStatus": "",
    }


@pytest.mark.parametrize("name", ["nobody@piedpiper.com", "lea_none"])
async def test_updating_a_lead_that_does_not_exist_is_404(api: Caller, name: str) -> None:
    made = await campaign(api)

    refused = await api.refused("PATCH", f"/campaigns/{made.id}/leads/{name}", {"a": "b"})

    assert refused == (404, "Lead not found")


async def test_a_lead_of_another_campaign_or_team_does_not_exist(
    api: Caller, stranger: Caller
) -> None:
    mine = await added(api, await campaign(api, "Campaign1"))
    other = await campaign(api, "Campaign2")

    ours = await campaign(stranger)

    for caller, made in ((api, other), (stranger, ours)):
        for name, (method, body) in product((RICHARD, mine["_id"]), CALLS):
            path = f"/campaigns/{made.id}/leads/{name}?action=remove"
            refused = await caller.refused(method, path, body)
            assert refused == (404, "Lead not found")
    assert await rows(api, "SELECT variables FROM leads") == [({},)]


@pytest.mark.parametrize(("method", "body"), CALLS)
async def test_a_lead_is_not_looked_for_in_a_campaign_that_the_team_does_not_have(
    api: Caller, stranger: Caller, method: str, body: object
) -> None:
    theirs = await campaign(stranger)
    lead = await added(stranger, theirs)

    for campaign_id, name in product((theirs.id, "cam_123456"), (RICHARD, lead["_id"])):
        path = f"/campaigns/{campaign_id}/leads/{name}?action=remove"
        assert await api.refused(method, path, body) == (404, "Campaign not found")
    assert await rows(api, "SELECT variables FROM leads") == [({},)]


@pytest.mark.parametrize("body", [b"", b" "])
async def test_updating_without_a_body_is_400(api: Caller, body: bytes) -> None:
    made = await campaign(api)
    await added(api, made)

    answer = await api.http.patch(f"/api/campaigns/{made.id}/leads/{RICHARD}", content=body)

    assert answer.status_code == 400
    assert answer.text.startswith("This needs a body")


@pytest.mark.parametrize("body", [[], "x", 5, None])
async def test_the_body_of_an_update_must_be_an_object(api: Caller, body: object) -> None:
    made = await campaign(api)
    await added(api, made)

    answer = await api.http.patch(f"/api/campaigns/{made.id}/leads/{RICHARD}", json=body)

    assert answer.status_code == 400


async def test_an_update_by_id_erases_keeps_and_sets(api: Caller) -> None:
    made = await campaign(api)
    lead = await added(api, made, RICHARD, VARIABLES)

    answer = await api.call(
        "PATCH",
        f"/campaigns/{made.id}/leads/{lead['_id']}",
        {"phone": None, "picture": "", "age": 42, "_id": "lea_forged", "isPaused": True},
    )

    assert "phone" not in answer
    assert (answer["picture"], answer["age"], answer["firstName"]) == ("", "42", "Richard")
    assert (answer["_id"], answer["isPaused"]) == (lead["_id"], False)
    assert await api.call("GET", f"/campaigns/{made.id}/leads/{RICHARD}") == {
        key: value for key, value in answer.items() if key != "leadUrl"
    }


async def test_the_address_of_a_lead_cannot_be_changed(api: Caller) -> None:
    made = await campaign(api)
    lead = await added(api, made)

    for name in (RICHARD, lead["_id"]):
        status, sentence = await api.refused(
            "PATCH", f"/campaigns/{made.id}/leads/{name}", {"email": "other@piedpiper.com"}
        )
        assert (status, sentence.startswith("The email in the body")) == (400, True)
    assert await rows(api, "SELECT email FROM leads") == [(RICHARD,)]


async def test_an_unsubscribed_lead_is_updated_as_any_other(api: Caller) -> None:
    made = await campaign(api)
    await added(api, made)
    await api.call("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}")

    answer = await api.call("PATCH", f"/campaigns/{made.id}/leads/{RICHARD}", {"a": "b"})

    assert answer["a"] == "b"
    assert await states(api) == ["emailsUnsubscribed"]


async def test_parallel_updates_lose_no_key(api: Caller) -> None:
    made = await campaign(api)
    await added(api, made)

    await asyncio.gather(
        *(
            api.call("PATCH", f"/campaigns/{made.id}/leads/{RICHARD}", {f"k{n}": str(n)})
            for n in range(100)
        )
    )

    shown = await api.call("GET", f"/leads/{RICHARD}")
    assert {f"k{n}": str(n) for n in range(100)}.items() <= shown.items()


async def test_a_lead_that_failed_is_tried_again_when_it_is_mended(api: Caller) -> None:
    made = await campaign(api)
    lead = await added(api, made)
    async with api.database.transaction() as db:
        fact = Fact(
            team_id=api.team.id, type=ActivityType.EMAILS_FAILED, lead_id=lead["_id"], at=make.NOW
        )
        await activities.record(db, [fact])
    failed = await states(api)

    await api.call("PATCH", f"/campaigns/{made.id}/leads/{RICHARD}", {"firstName": "Richard"})

    assert (failed, await states(api)) == (["emailsBounced"], ["imported"])


async def test_unsubscribing_answers_as_the_reference(api: Caller) -> None:
    made = await campaign(api)
    lead = await added(api, made, RICHARD, VARIABLES)

    answer = await api.call("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}")

    assert (answer["_id"], answer["email"]) == (lead["_id"], RICHARD)
    assert answer.keys() == {"_id", "email", "isPaused", "campaignId", "contactId"}


async def test_a_lead_is_unsubscribed_from_all_campaigns_if_they_are_in_the_one(
    api: Caller, stranger: Caller
) -> None:
    one, two = await campaign(api, "Campaign1"), await campaign(api, "Campaign2")
    for caller, made in ((api, one), (api, two), (stranger, await campaign(stranger))):
        await added(caller, made)

    await api.call("DELETE", f"/campaigns/{one.id}/leads/RICHARD@piedpiper.com")

    assert await states(api) == ["emailsUnsubscribed", "emailsUnsubscribed", "imported"]
    assert (await api.call("GET", f"/unsubscribes/{RICHARD}"))["source"] == "api"


async def test_whoever_is_not_in_the_campaign_is_not_unsubscribed(api: Caller) -> None:
    await added(api, await campaign(api, "Campaign1"))
    other = await campaign(api, "Campaign2")

    for campaign_id, sentence in ((other.id, "Lead"), ("cam_none", "Campaign")):
        refused = await api.refused("DELETE", f"/campaigns/{campaign_id}/leads/{RICHARD}")
        assert refused == (404, f"{sentence} not found")
    assert await states(api) == ["imported"]
    assert await api.call("GET", "/unsubscribes") == []


async def test_unsubscribing_may_be_repeated(api: Caller) -> None:
    made = await campaign(api)
    await added(api, made)

    once = await api.call("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}")
    again = await api.call("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}")

    assert once == again
    assert len(await api.call("GET", "/unsubscribes")) == 1
    assert len(await api.call("GET", "/activities")) == 1


async def test_unsubscribing_needs_the_address(api: Caller) -> None:
    made = await campaign(api)
    lead = await added(api, made)

    refused = await api.refused("DELETE", f"/campaigns/{made.id}/leads/{lead['_id']}")

    assert refused == (404, "An email is required to unsub a lead")
    assert await states(api) == ["imported"]


@pytest.mark.parametrize("by_id", [False, True])
async def test_deleting_erases_the_lead_from_this_campaign_alone(api: Caller, by_id: bool) -> None:
    one, two = await campaign(api, "Campaign1"), await campaign(api, "Campaign2")
    lead = await added(api, one, RICHARD, VARIABLES)
    await added(api, two)
    await api.call("POST", f"/leads/interested/{RICHARD}", campaignId=one.id)
    name = lead["_id"] if by_id else RICHARD

    answer = await api.call("DELETE", f"/campaigns/{one.id}/leads/{name}", action="remove")

    assert (answer["_id"], answer["email"]) == (lead["_id"], RICHARD)
    assert [one for (one,) in await rows(api, "SELECT campaign_id FROM leads")] == [two.id]
    assert await api.call("GET", "/activities") == []
    assert await api.call("GET", "/unsubscribes") == []


async def test_nothing_of_a_deleted_lead_stays(api: Caller) -> None:
    made = await campaign(api)
    await added(api, made, RICHARD, VARIABLES)
    await api.call("POST", f"/leads/interested/{RICHARD}")

    await api.call("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}", action="remove")

    assert await rows(api, "SELECT text FROM (SELECT leads::text AS text FROM leads UNION ALL"
                      " SELECT contacts::text FROM contacts UNION ALL"
                      " SELECT activities::text FROM activities) x") == []  # fmt: skip
    again = await api.refused("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}", action="remove")
    assert again == (404, "Lead not found")


async def test_a_deleted_lead_can_be_added_again_and_stays_unsubscribed(api: Caller) -> None:
    made = await campaign(api)
    await added(api, made)
    await api.call("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}")
    await api.call("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}", action="remove")

    await added(api, made)

    assert await states(api) == ["emailsUnsubscribed"]


@pytest.mark.parametrize(
    "query",
    ["action=Remove", "action=REMOVE", "action=delete", "action=", "action=remove%20",
     "action=remove&action=x", "action=unsubscribe"],
)  # fmt: skip
async def test_any_other_action_does_nothing(api: Caller, query: str) -> None:
    made = await campaign(api)
    await added(api, made)

    status, _ = await api.refused("DELETE", f"/campaigns/{made.id}/leads/{RICHARD}?{query}")

    assert status == 400
    assert await states(api) == ["imported"]


async def test_updates_and_deletions_at_once_end_without_a_lead(api: Caller) -> None:
    made = await campaign(api)
    await added(api, made, RICHARD, VARIABLES)
    path = f"/campaigns/{made.id}/leads/{RICHARD}"
    calls: list[tuple[str, str, Any]] = [
        *(("PATCH", path, {f"k{n}": "x"}) for n in range(20)),
        *(("DELETE", path, None) for _ in range(5)),
        ("DELETE", f"{path}?action=remove", None),
    ]

    answers = await asyncio.gather(*(api.send(*call) for call in reversed(calls)))

    assert {answer.status_code for answer in answers} <= {200, 404}
    assert await states(api) == []
