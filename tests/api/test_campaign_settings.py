"""lemlist's switches of a campaign: what they mean here, and how they come back."""

from typing import Any

import msgspec
import pytest

from pomelo.api.campaign_settings import CampaignPatch, changes
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId
from tests import make
from tests.api.client import Caller

MEANINGS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # what is asked, the columns that change
    ({"stopOnEmailReplied": False}, {"stop_on_replied": False}),
    ({"onReplied": {"campaignProgress": "continue"}}, {"stop_on_replied": False, "pause_on": ()}),
    (
        {"onReplied": {"campaignProgress": "pause"}},
        {"stop_on_replied": True, "pause_on": ("replied",)},
    ),
    ({"onReplied": {"createNewTask": True}}, {}),
    (
        {"stopOnEmailReplied": True, "onReplied": {"campaignProgress": "continue"}},
        {"stop_on_replied": False, "pause_on": ()},
    ),
    ({"stopOnLinkClicked": True}, {"stop_on_clicked": True}),
    ({"onLinkClicked": {"campaignProgress": "stop"}}, {"stop_on_clicked": True, "pause_on": ()}),
    (
        {"onLinkClicked": {"campaignProgress": "pause"}},
        {"stop_on_clicked": True, "pause_on": ("clicked",)},
    ),
    ({"stopOnLinkClickedFilter": "cal.com"}, {"click_filter": "cal.com"}),
    ({"stopOnMeetingBooked": True}, {"stop_on_meeting": True}),
    (
        {"onMeetingBooked": {"campaignProgress": "pause"}},
        {"stop_on_meeting": True, "pause_on": ("meeting",)},
    ),
    ({"leadsPausedByInterest": False}, {"stop_on_interested": False}),
    ({"leadsPausedByInterest": None}, {}),
    ({"disableTrackOpen": True}, {"track_opens": False}),
    ({"disableTrackClick": True}, {"track_clicks": False}),
    ({"tracking": {"trackOpens": False}}, {"track_opens": False}),
    ({"disableTrackOpen": True, "tracking": {"trackOpens": True}}, {"track_opens": True}),
    ({"autoReview": False}, {"auto_review": False}),
    ({"archived": True}, {"is_archived": True}),
    ({"sequenceSharing": True, "unheardOf": [1]}, {}),
    ({}, {}),
]


async def made(api: Caller) -> CampaignId:
    return CampaignId((await api.call("POST", "/campaigns", {"name": "Campaign1"}))["_id"])


@pytest.mark.parametrize(("asked", "columns"), MEANINGS)
async def test_what_a_switch_means(db: Db, asked: dict[str, Any], columns: dict[str, Any]) -> None:
    before = await make.campaign(db, (await make.team(db)).id)

    changed = changes(msgspec.convert(asked, CampaignPatch), before)

    given = msgspec.structs.asdict(changed)
    given.pop("other_settings")
    assert {name: value for name, value in given.items() if value is not None} == columns


async def test_every_switch_of_the_reference_comes_back(api: Caller) -> None:
    id_ = await made(api)
    asked: dict[str, Any] = {
        "name": "Renamed",
        "labels": ["label 1"],
        "timezone": "America/New_York",
        "autoReview": False,
        "autoReviewConditions": ["deliverable", "unverified"],
        "stopOnEmailReplied": False,
        "stopOnMeetingBooked": True,
        "stopOnLinkClicked": True,
        "stopOnLinkClickedFilter": "calendly.com",
        "leadsPausedByInterest": False,
        "opportunityReplied": True,
        "opportunityClicked": True,
        "autoLeadInterest": True,
        "disableTrackOpen": True,
        "disableTrackClick": True,
        "disableTrackReply": True,
        "disableOutOfOffice": True,
        "sequenceSharing": True,
        "aiFeatures": {"scoreReplies": True, "onInterestedReply": {"enabled": True}},
        "tracking": {"trackOpens": False, "trackClicks": False, "trackReplies": False},
        "onReplied": {"createNewTask": True, "campaignProgress": "continue"},
        "onLinkClicked": {"campaignProgress": "pause", "createNewTask": True},
        "onMeetingBooked": {"campaignProgress": "stop"},
    }

    changed = await api.call("PATCH", f"/campaigns/{id_}", asked)

    assert {name: changed[name] for name in asked} == asked
    assert changed == await api.call("GET", f"/campaigns/{id_}")


async def test_links_that_are_named_one_by_one_are_refused(api: Caller) -> None:
    path = f"/campaigns/{await made(api)}"

    status, text = await api.refused(
        "PATCH", path, {"onLinkClicked": {"specificLinks": ["https://x.example"]}}
    )

    assert (status, "stopOnLinkClickedFilter" in text) == (400, True)
    await api.call("PATCH", path, {"onLinkClicked": {"specificLinks": []}})


async def test_what_is_not_named_stays_inside_objects_too(api: Caller) -> None:
    path = f"/campaigns/{await made(api)}"
    await api.call("PATCH", path, {"onReplied": {"createNewTask": True}, "autoLeadInterest": True})

    changed = await api.call("PATCH", path, {"onReplied": {"propagateProgressToCompany": True}})

    assert changed["onReplied"] == {
        "createNewTask": True,
        "propagateProgressToCompany": True,
        "campaignProgress": "stop",
    }
    assert changed["autoLeadInterest"] is True


async def test_what_is_only_kept_does_not_grow_without_end(api: Caller) -> None:
    path = f"/campaigns/{await made(api)}"
    await api.call("PATCH", path, {"aiFeatures": {"a": "x" * 40_000}})

    status, sentence = await api.refused("PATCH", path, {"aiFeatures": {"b": "x" * 40_000}})

    assert (status, "64,000" in sentence) == (400, True)
    assert list((await api.call("GET", path))["aiFeatures"]) == ["a"]


async def test_the_old_switch_and_the_new_word_never_contradict(api: Caller) -> None:
    path = f"/campaigns/{await made(api)}"
    await api.call("PATCH", path, {"onReplied": {"campaignProgress": "pause"}})

    off = await api.call("PATCH", path, {"stopOnEmailReplied": False})
    on = await api.call("PATCH", path, {"stopOnEmailReplied": True})

    assert off["onReplied"]["campaignProgress"] == "continue"
    assert on["onReplied"]["campaignProgress"] == "pause"


WRONG: list[dict[str, Any]] = [
    {"name": " "},
    {"labels": "x"},
    {"timezone": "Moon"},
    {"stopOnEmailReplied": "no"},
    {"autoReviewConditions": ["fine"]},
    {"onReplied": {"campaignProgress": "halt"}},
    {"tracking": []},
    {"aiFeatures": 1},
    {"emoji": "x" * 70_000},
    {"aiFeatures": {str(n): "x" * 100 for n in range(900)}},
]


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_setting_changes_nothing(api: Caller, wrong: dict[str, Any]) -> None:
    path = f"/campaigns/{await made(api)}"
    before = await api.call("GET", path)

    status, sentence = await api.refused("PATCH", path, {"autoReview": False, **wrong})

    assert status == 400
    assert sentence
    assert await api.call("GET", path) == before
