"""Lists of campaigns through the API: pages, filters, and all of a campaign."""

from datetime import timedelta
from typing import Any

import pytest

from pomelo import campaigns
from pomelo.api.campaign_views import show
from tests import make
from tests.api.client import Caller
from tests.api.own import a_running_campaign, a_sender, add_lead, made, names


async def spread(api: Caller) -> None:
    """Move campaigns a second apart, in the order of their names."""
    async with api.database.transaction() as db:
        names = sorted(row[0] for row in await db.fetch("SELECT name FROM campaigns"))
        for place, name in enumerate(names):
            at = make.NOW + timedelta(seconds=place)
            await db.execute("UPDATE campaigns SET created_at = $1 WHERE name = $2", at, name)


async def test_the_list_of_the_reference(api: Caller) -> None:
    first = await made(api, "Campaign1", labels=["label 1", "label 2"])
    second = await made(api, "Campaign2")

    assert await api.call("GET", "/campaigns") == [
        {"_id": first, "name": "Campaign1", "labels": ["label 1", "label 2"]},
        {"_id": second, "name": "Campaign2"},
    ]


async def test_pages_of_the_plain_list_end_with_an_empty_one(api: Caller) -> None:
    for n in range(3):
        await made(api, str(n))
    await spread(api)

    assert await names(api, offset=0, limit=2) == ["0", "1"]
    assert await names(api, offset=2, limit=2) == ["2"]
    assert await names(api, offset=3) == []
    assert await names(api, offset=10**15) == []


async def test_more_than_a_hundred_are_never_given_at_once(api: Caller) -> None:
    async with api.database.transaction() as db:
        await db.execute(
            "INSERT INTO campaigns (team_id, id, name, timezone, created_by, created_at)"
            " SELECT $1, 'cam_' || n, 'x', 'UTC', $2, $3 FROM generate_series(1, 101) n",
            api.team.id,
            api.user.id,
            make.NOW,
        )

    assert len(await api.call("GET", "/campaigns")) == 100
    assert len(await api.call("GET", "/campaigns", limit=500)) == 100
    assert len(await api.call("GET", "/campaigns", offset=100)) == 1


BAD_QUERIES: list[tuple[dict[str, Any], str]] = [
    ({"limit": 0}, "Bad params: limit must be a whole number, 1 or more."),
    ({"limit": "many"}, "Bad params: limit must be a whole number, 1 or more."),
    ({"offset": -1}, "Bad params: offset must be a whole number, 0 or more."),
    ({"version": "v2", "page": 0}, "Bad params: page must be a whole number, 1 or more."),
    ({"sortBy": "name"}, "Bad params: sortBy must be one of createdAt."),
    (
        {"status": "done"},
        "Bad params: status must be one of draft, running, paused, ended, archived, errors.",
    ),
]


@pytest.mark.parametrize(("query", "sentence"), BAD_QUERIES)
async def test_a_wrong_query_is_refused_with_a_sentence(
    api: Caller, query: dict[str, Any], sentence: str
) -> None:
    assert await api.refused("GET", "/campaigns", **query) == (400, sentence)


async def test_status_filters_the_plain_list_too(api: Caller) -> None:
    await made(api, "draft")
    running = await a_running_campaign(api, "running")
    paused = await a_running_campaign(api, "paused")
    await api.call("POST", f"/campaigns/{paused.id}/pause")
    archived = await made(api, "archived")
    await api.call("PATCH", f"/campaigns/{archived}", {"archived": True})

    for status in ("draft", "running", "paused", "archived"):
        assert await names(api, status=status) == [status]
    assert await names(api, status="errors") == []
    await add_lead(api, running.id)
    assert await names(api, status="running") == ["running"]


async def test_a_campaign_whose_leads_are_through_has_ended(api: Caller) -> None:
    campaign = await a_running_campaign(api)
    await add_lead(api, campaign.id)
    async with api.database.transaction() as db:
        await db.execute("UPDATE leads SET due_at = NULL")

    assert await names(api, status="running") == []
    assert await names(api, status="ended") == ["Campaign1"]
    assert (await api.call("GET", f"/campaigns/{campaign.id}"))["status"] == "ended"


async def test_a_lead_that_waits_for_review_keeps_a_campaign_running(api: Caller) -> None:
    campaign = await a_running_campaign(api)
    await api.call("PATCH", f"/campaigns/{campaign.id}", {"autoReview": False})
    await add_lead(api, campaign.id)

    assert await names(api, status="ended") == []


async def test_who_made_it_filters(api: Caller) -> None:
    await made(api)

    assert await names(api, createdBy=api.user.id) == ["Campaign1"]
    assert await names(api, createdBy="usr_none") == []
    assert await names(api, createdBy="", status="") == ["Campaign1"]


async def test_pages_of_the_second_version(api: Caller) -> None:
    for n in range(3):
        await made(api, str(n))
    await spread(api)

    first = await api.call("GET", "/campaigns", version="v2", limit=2, page=1)
    last = await api.call("GET", "/campaigns", version="v2", limit=2, page=2)
    newest = await api.call("GET", "/campaigns", version="v2", sortOrder="desc", limit=1)
    drafts = await api.call("GET", "/campaigns", version="v2", status="draft", offset=2)

    assert [one["name"] for one in first["campaigns"]] == ["0", "1"]
    assert first["pagination"] == {
        "totalRecords": 3,
        "currentPage": 1,
        "nextPage": 2,
        "totalPage": 2,
    }
    assert [one["name"] for one in last["campaigns"]] == ["2"]
    assert last["pagination"]["nextPage"] is None
    assert [one["name"] for one in newest["campaigns"]] == ["2"]
    assert [one["name"] for one in drafts["campaigns"]] == ["2"]
    assert drafts["pagination"]["totalRecords"] == 3


async def test_the_second_version_shows_all_of_a_campaign(api: Caller) -> None:
    created = await api.call("POST", "/campaigns", {"name": "Campaign1"})
    sender = await a_sender(api)
    await api.call("PATCH", f"/campaigns/{created['_id']}", {"senderIds": [sender.id]})

    (shown,) = (await api.call("GET", "/campaigns", version="v2"))["campaigns"]

    assert shown == {
        "_id": created["_id"],
        "name": "Campaign1",
        "emoji": "",
        "labels": [],
        "createdAt": created["createdAt"],
        "createdBy": api.user.id,
        "state": "paused",
        "status": "draft",
        "archived": False,
        "sequenceId": created["sequenceId"],
        "scheduleIds": created["scheduleIds"],
        "timezone": "Europe/Paris",
        "teamId": api.team.id,
        "hasError": False,
        "errors": [],
        "warnings": [],
        "creator": {"userId": api.user.id, "userEmail": "jared@piedpiper.example"},
        "senders": [
            {
                "id": api.user.id,
                "email": "jared@piedpiper.example",
                "sendUserMailboxId": sender.id,
            }
        ],
    }
    detail = await api.call("GET", f"/campaigns/{created['_id']}")
    assert {key: detail[key] for key in shown} == shown


async def test_many_campaigns_are_shown_with_as_few_statements_as_one(api: Caller) -> None:
    async def statements() -> int:
        seen: list[str] = []
        async with api.database.transaction() as db:
            found, _ = await campaigns.list_page(db, api.team.id, offset=0, limit=100)
            with db.query_logger(lambda query: seen.append(query.query)):
                await show(db, api.team.id, found, heard_since=make.NOW)
            await db.fetchval("SELECT 1")
        return len(seen)

    await made(api, "0")
    one = await statements()
    for n in range(5):
        await made(api, str(n + 1))

    assert await statements() == one == 7
