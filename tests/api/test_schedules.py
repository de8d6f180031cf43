"""Schedules through the API."""

from typing import Any

import pytest

from tests.api.client import Caller

BODY: dict[str, Any] = {
    "name": "Mornings",
    "secondsToWait": 600,
    "timezone": "America/New_York",
    "start": "08:00",
    "end": "12:00",
    "weekdays": [1, 2, 3],
    "public": True,
    "daysOff": ["2026-12-24"],
    "holidays": "US-NY",
}


async def test_a_schedule_comes_changes_and_goes(api: Caller) -> None:
    made = await api.call("POST", "/schedules", BODY)
    path = f"/schedules/{made['_id']}"

    assert made == BODY | {
        "_id": made["_id"],
        "teamId": api.team.id,
        "createdBy": api.user.id,
        "createdAt": made["createdAt"],
    }
    assert made["_id"].startswith("skd_")
    assert await api.call("GET", path) == made
    changed = await api.call("PATCH", path, {"end": "13:00"})
    assert changed == made | {"end": "13:00"}
    assert await api.call("DELETE", path) == {"_id": made["_id"]}
    assert await api.refused("GET", path) == (404, "Schedule not found")
    assert await api.refused("DELETE", path) == (404, "Schedule not found")


async def test_what_is_left_out_is_the_default(api: Caller) -> None:
    body = {key: BODY[key] for key in ("name", "timezone", "start", "end", "weekdays")}

    made = await api.call("POST", "/schedules", body)

    assert (made["secondsToWait"], made["public"]) == (1200, False)
    assert (made["daysOff"], made["holidays"]) == ([], "")


async def test_days_off_and_holidays_can_be_taken_back(api: Caller) -> None:
    path = f"/schedules/{(await api.call('POST', '/schedules', BODY))['_id']}"

    changed = await api.call("PATCH", path, {"daysOff": [], "holidays": ""})

    assert (changed["daysOff"], changed["holidays"]) == ([], "")
    assert await api.call("GET", path) == changed


REFUSED = [
    {"name": ""},
    {"secondsToWait": -1},
    {"secondsToWait": 1.5},
    {"timezone": "Mars/Olympus"},
    {"start": "8"},
    {"start": "12:00", "end": "08:00"},
    {"weekdays": []},
    {"weekdays": [0]},
    {"weekdays": "1"},
    {"daysOff": ["2026-02-30"]},
    {"daysOff": ["24.12.2026"]},
    {"daysOff": "2026-12-24"},
    {"holidays": "Narnia"},
    {"holidays": "US-XX"},
]


@pytest.mark.parametrize("wrong", REFUSED)
async def test_a_wrong_schedule_is_refused_in_json(api: Caller, wrong: dict[str, object]) -> None:
    good = await api.call("POST", "/schedules", BODY)

    for method, path in (("POST", "/schedules"), ("PATCH", f"/schedules/{good['_id']}")):
        answer = await api.send(method, path, BODY | wrong)
        assert (answer.status_code, answer.json()["error"]) == (400, "BadRequest")
        assert answer.json()["message"]


async def test_an_unknown_schedule_is_refused_in_json_where_lemlist_does(api: Caller) -> None:
    answer = await api.send("PATCH", "/schedules/skd_none", {"name": "x"})

    assert (answer.status_code, answer.json()) == (404, {"error": "Schedule not found"})


async def test_pages_of_schedules(api: Caller) -> None:
    made = [await api.call("POST", "/schedules", BODY | {"name": str(n)}) for n in range(3)]

    first = await api.call("GET", "/schedules", page=1, limit=2)
    last = await api.call("GET", "/schedules", page=2, limit=2)
    newest = await api.call("GET", "/schedules", sortBy="createdAt", sortOrder="desc", limit=1)

    assert first == {
        "schedules": made[:2],
        "pagination": {"totalRecords": 3, "currentPage": 1, "nextPage": 2, "totalPage": 2},
    }
    assert last["schedules"] == made[2:]
    assert last["pagination"]["nextPage"] is None
    assert newest["schedules"] == made[2:]
    assert await api.call("GET", "/schedules", offset=1) == {
        "schedules": made[1:],
        "pagination": {"totalRecords": 3, "currentPage": 1, "nextPage": None, "totalPage": 1},
    }


async def test_a_campaign_gets_another_schedule_and_loses_the_first(api: Caller) -> None:
    campaign = (await api.call("POST", "/campaigns", {"name": "Campaign1"}))["_id"]
    (first,) = await api.call("GET", f"/campaigns/{campaign}/schedules/")
    made = await api.call("POST", "/schedules", BODY)

    refused = await api.refused("DELETE", f"/schedules/{first['_id']}")
    attached = await api.call("POST", f"/campaigns/{campaign}/schedules/{made['_id']}")
    await api.call("DELETE", f"/schedules/{first['_id']}")

    assert first["name"] == "Default schedule"
    sentence = f"The campaign “Campaign1” ({campaign}) has no other schedule; attach another one"
    assert refused == (409, f"{sentence} to it first.")
    assert attached == {"scheduleId": made["_id"], "campaignId": campaign}
    assert await api.call("GET", f"/campaigns/{campaign}/schedules/") == [made]


async def test_another_teams_schedules_look_like_none(api: Caller, stranger: Caller) -> None:
    theirs = (await stranger.call("POST", "/schedules", BODY))["_id"]
    campaign = (await api.call("POST", "/campaigns", {"name": "Campaign1"}))["_id"]
    foreign = (await stranger.call("POST", "/campaigns", {"name": "Campaign1"}))["_id"]

    for schedule in (theirs, "skd_none"):
        path = f"/schedules/{schedule}"
        assert await api.refused("GET", path) == (404, "Schedule not found")
        assert await api.refused("DELETE", path) == (404, "Schedule not found")
        assert (await api.send("PATCH", path, {"name": "x"})).status_code == 404
        attach = f"/campaigns/{campaign}/schedules/{schedule}"
        assert await api.refused("POST", attach) == (404, "Schedule not found")
    for unknown in (foreign, "cam_none"):
        path = f"/campaigns/{unknown}/schedules"
        assert await api.refused("GET", path) == (404, "Campaign not found")
        assert await api.refused("POST", f"{path}/{theirs}") == (404, "Campaign not found")
    found = await api.call("GET", "/schedules")
    assert [one["name"] for one in found["schedules"]] == ["Default schedule"]


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": "x"}, {"page": 0}, {"offset": -1}])
async def test_a_wrong_page_is_refused_with_a_sentence(api: Caller, query: dict[str, Any]) -> None:
    status, text = await api.refused("GET", "/schedules", **query)

    assert status == 400
    assert text.startswith(f"Bad params: {next(iter(query))} must be a whole number")
