"""Deciding about leads through the API: pause, resume, launch, skip, interested or not."""

from typing import Any

import pytest

from tests.api.client import Caller
from tests.api.people import RICHARD, added, campaign, rows, states


async def in_two(api: Caller) -> list[Any]:
    """Richard in two campaigns, and somebody else."""
    one, two = await campaign(api, "Campaign1"), await campaign(api, "Campaign2")
    await added(api, one, "dinesh@piedpiper.com")
    return [await added(api, made, RICHARD, {"firstName": "Richard"}) for made in (one, two)]


async def paused(api: Caller) -> list[str]:
    found = await rows(api, "SELECT campaign_id FROM leads WHERE is_paused ORDER BY created_at")
    return [campaign for (campaign,) in found]


@pytest.mark.parametrize("by_id", [False, True])
async def test_pausing_and_resuming_reach_all_campaigns(api: Caller, by_id: bool) -> None:
    first, second = await in_two(api)
    name = first["_id"] if by_id else RICHARD

    stopped = await api.call("POST", f"/leads/pause/{name}")
    were_paused = await paused(api)
    started = await api.call("POST", f"/leads/start/{name}")

    assert {one["_id"] for one in stopped} == {first["_id"], second["_id"]}
    assert [one["isPaused"] for one in stopped + started] == [True, True, False, False]
    assert stopped[0].keys() >= {
        "_id", "email", "firstName", "campaignId", "contactId", "emailStatus", "isPaused",
    }  # fmt: skip
    assert set(were_paused) == {first["campaignId"], second["campaignId"]}
    assert await paused(api) == []


async def test_pausing_may_be_kept_to_a_campaign(api: Caller) -> None:
    first, _ = await in_two(api)

    answer = await api.call("POST", f"/leads/pause/{RICHARD}", campaignId=first["campaignId"])

    assert [one["_id"] for one in answer] == [first["_id"]]
    assert await paused(api) == [first["campaignId"]]


@pytest.mark.parametrize(
    ("word", "state", "activity"),
    [
        ("interested", "interested", "manualInterested"),
        ("notinterested", "notInterested", "manualNotInterested"),
    ],
)
async def test_a_mark_reaches_all_campaigns(
    api: Caller, word: str, state: str, activity: str
) -> None:
    await in_two(api)

    answer = await api.call("POST", f"/leads/{word}/{RICHARD}")

    assert [one["isPaused"] for one in answer] == [False, False]
    assert await states(api) == sorted(["imported", state, state])
    told = await api.call("GET", "/activities", type=activity)
    assert [one["userName"] for one in told] == ["api", "api"]


@pytest.mark.parametrize("by_id", [False, True])
async def test_a_mark_in_a_campaign_is_one_lead(api: Caller, by_id: bool) -> None:
    first, _ = await in_two(api)
    name = first["_id"] if by_id else RICHARD

    answer = await api.call("POST", f"/campaigns/{first['campaignId']}/leads/{name}/interested")
    again = await api.call("POST", f"/campaigns/{first['campaignId']}/leads/{name}/notinterested")

    assert answer["_id"] == again["_id"] == first["_id"]
    assert await states(api) == ["imported", "imported", "notInterested"]


@pytest.mark.parametrize("word", ["pause", "start", "interested", "notinterested", "skip"])
async def test_who_is_no_lead_is_not_found(api: Caller, stranger: Caller, word: str) -> None:
    theirs = await added(stranger, await campaign(stranger))

    for name in (RICHARD, "lea_none", theirs["_id"]):
        assert await api.refused("POST", f"/leads/{word}/{name}") == (404, "Lead not found")
    assert (await api.refused("POST", f"/leads/{word}/x"))[0] == 400
    assert await states(api) == ["imported"]


async def test_a_mark_in_a_campaign_says_what_is_not_there(api: Caller, stranger: Caller) -> None:
    theirs = await campaign(stranger)
    made = await campaign(api)

    for campaign_id, sentence in (
        (theirs.id, "Campaign not found"),
        (made.id, "Lead not found"),
    ):
        refused = await api.refused("POST", f"/campaigns/{campaign_id}/leads/{RICHARD}/interested")
        assert refused == (404, sentence)


async def test_skipping_ends_what_has_not_ended(api: Caller) -> None:
    first, _ = await in_two(api)
    await api.call("POST", f"/campaigns/{first['campaignId']}/leads/{RICHARD}/interested")

    await api.call("POST", f"/leads/skip/{RICHARD}")

    assert await states(api) == ["imported", "interested", "skipped"]


@pytest.mark.parametrize("by_id", [False, True])
async def test_a_lead_that_waits_is_launched(api: Caller, by_id: bool) -> None:
    lead = await added(api, await campaign(api, auto_review=False))
    name = lead["_id"] if by_id else RICHARD

    answer = await api.call("POST", f"/leads/review/{name}")

    assert answer == {"ok": True}
    assert await rows(api, "SELECT state, waits_for FROM leads") == [("reviewed", None)]


async def test_by_address_all_leads_that_wait_are_launched(api: Caller) -> None:
    for number in range(2):
        await added(api, await campaign(api, f"Campaign{number}", auto_review=False))
    await added(api, await campaign(api, "Campaign2"))

    await api.call("POST", f"/leads/review/{RICHARD}")

    assert await states(api) == ["imported", "reviewed", "reviewed"]


@pytest.mark.parametrize("by_id", [False, True])
async def test_what_cannot_be_launched_says_why(api: Caller, by_id: bool) -> None:
    lead = await added(api, await campaign(api, auto_review=False))
    name = lead["_id"] if by_id else RICHARD
    await api.call("POST", f"/leads/pause/{name}")

    is_paused = await api.send("POST", f"/leads/review/{name}")
    await api.call("POST", f"/leads/start/{name}")
    await api.call("POST", f"/leads/review/{name}")
    is_launched = await api.send("POST", f"/leads/review/{name}")

    assert (is_paused.status_code, is_paused.json()["error"]) == (
        400,
        "CAMPAIGN_LEAD_REVIEW_LEAD_PAUSED",
    )
    assert (is_launched.status_code, is_launched.json()) == (
        400,
        {
            "error": "CAMPAIGN_LEAD_REVIEW_LEAD_ALREADY_LAUNCHED",
            "message": "Lead is already launched",
        },
    )


@pytest.mark.parametrize("name", [RICHARD, "lea_none"])
async def test_who_is_no_lead_cannot_be_launched(api: Caller, name: str) -> None:
    answer = await api.send("POST", f"/leads/review/{name}")

    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "CAMPAIGN_LEAD_REVIEW_LEAD_NOT_FOUND", "message": "Lead not found"},
    )
