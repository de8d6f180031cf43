"""The team, its users and channels through the API: the reference's shapes, and ours."""

import asyncio
from datetime import timedelta

import pytest

from pomelo import senders
from pomelo.senders import PausedFor
from tests import make
from tests.api.client import Caller

CREATED_AT = "2026-03-10T09:00:00.000Z"


async def test_the_team_has_what_strict_clients_need(api: Caller) -> None:
    found = await api.call("GET", "/team")

    assert found == {
        "_id": api.team.id,
        "name": "Pied Piper",
        "userIds": [api.user.id],
        "createdBy": api.user.id,
        "createdAt": CREATED_AT,
        "beta": [],
        "invitedUsers": [],
        "customDomain": "",
        "uncertain": "hold",
        "paused": False,
        "newLeadsPercent": 20,
        "limitPerDay": 0,
        "contactRules": {
            "person": None,
            "company": None,
            "oneCampaign": False,
            "quietDays": None,
        },
    }


async def test_version_2_brings_the_users(api: Caller) -> None:
    found = await api.call("GET", "/team", version="v2")

    assert found["users"] == [
        {
            "userId": api.user.id,
            "name": "Jared Dunn",
            "email": "jared@piedpiper.example",
            "role": "owner",
        }
    ]


async def test_each_key_sees_its_own_team(api: Caller, stranger: Caller) -> None:
    assert (await api.call("GET", "/team"))["name"] == "Pied Piper"
    assert (await stranger.call("GET", "/team"))["name"] == "Hooli"


async def test_what_is_named_changes_and_the_rest_stays(api: Caller, stranger: Caller) -> None:
    await api.call("PATCH", "/team", {"uncertain": "resend"})

    found = await api.call("PATCH", "/team", {"name": " Pied Piper Inc "})

    assert (found["name"], found["uncertain"]) == ("Pied Piper Inc", "resend")
    assert (await stranger.call("GET", "/team"))["uncertain"] == "hold"


async def test_a_team_pauses_and_goes_on_twice_as_well_as_once(
    api: Caller, stranger: Caller
) -> None:
    for paused in (True, True, False, False):
        found = await api.call("PATCH", "/team", {"paused": paused})

        assert found["paused"] is paused
        assert (await stranger.call("GET", "/team"))["paused"] is False


async def test_contact_rules_change_one_by_one(api: Caller, stranger: Caller) -> None:
    person = {"mails": 3, "days": 30}
    await api.call("PATCH", "/team", {"contactRules": {"person": person, "quietDays": 14}})
    await api.call("PATCH", "/team", {"contactRules": {"quietDays": None, "oneCampaign": True}})

    found = await api.call("PATCH", "/team", {"name": "Pied Piper"})

    assert found["contactRules"] == {
        "person": person,
        "company": None,
        "oneCampaign": True,
        "quietDays": None,
    }
    assert not (await stranger.call("GET", "/team"))["contactRules"]["oneCampaign"]


async def test_two_changes_of_contact_rules_at_once_are_both_kept(api: Caller) -> None:
    cap = {"mails": 3, "days": 30}
    wanted = [{"person": cap}, {"company": cap}, {"quietDays": 7}, {"oneCampaign": True}]
    await asyncio.gather(*(api.call("PATCH", "/team", {"contactRules": one}) for one in wanted))

    assert (await api.call("GET", "/team"))["contactRules"] == {
        "person": cap,
        "company": cap,
        "oneCampaign": True,
        "quietDays": 7,
    }


@pytest.mark.parametrize(
    "rules",
    [
        {"person": {"mails": 0, "days": 1}},
        {"company": {"mails": 1, "days": 366}},
        {"company": {"mails": 1}},
        {"quietDays": -1},
        {"quietDays": 1.5},
        {"oneCampaign": None},
        {"quitDays": 3},
    ],
)
async def test_unusable_contact_rules_are_refused(api: Caller, rules: dict[str, object]) -> None:
    status, _ = await api.refused("PATCH", "/team", {"contactRules": rules})

    assert status == 400


@pytest.mark.parametrize(
    "body", [{"name": " "}, {"name": "a\nb"}, {"uncertain": "maybe"}, {"limitPerDya": 5}]
)
async def test_an_unusable_change_is_refused_whole(api: Caller, body: dict[str, str]) -> None:
    status, _ = await api.refused("PATCH", "/team", {"uncertain": "resend", **body})

    found = await api.call("GET", "/team")
    assert status == 400
    assert (found["name"], found["uncertain"]) == ("Pied Piper", "hold")


async def test_a_user_comes_with_mailboxes_and_their_limit(api: Caller) -> None:
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)

    found = await api.call("GET", f"/users/{api.user.id}")

    assert found == {
        "_id": api.user.id,
        "name": "Jared Dunn",
        "email": "jared@piedpiper.example",
        "role": "owner",
        "linkedIn": {
            "linkedinUrl": "",
            "status": False,
            "inviteLimit": 0,
            "sendLimit": 0,
            "visitLimit": 0,
        },
        "mailboxes": [
            {
                "_id": sender.id,
                "email": "jared@piedpiper.example",
                "provider": "custom",
                "status": "CONNECTED",
                "lemlist": {"emailLimit": 50},
                "lemwarm": {"active": False},
            }
        ],
    }


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        (PausedFor.AUTH, "DISCONNECTED"),
        (PausedFor.BLOCK, "ERROR"),
        (PausedFor.THROTTLED, "ERROR"),
        (PausedFor.SENDER, "ERROR"),
        (PausedFor.UNREACHABLE, "ERROR"),
    ],
)
async def test_a_mailbox_that_does_not_send_says_so(
    api: Caller, reason: PausedFor, status: str
) -> None:
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)
        until = make.NOW + timedelta(hours=1)
        await senders.pause(
            db, api.team.id, sender.id, reason=reason, reply="no", until=until, now=make.NOW
        )

    found = await api.call("GET", f"/users/{api.user.id}")

    assert found["mailboxes"][0]["status"] == status


async def test_another_teams_user_is_as_unknown_as_none(api: Caller, stranger: Caller) -> None:
    theirs = await api.refused("GET", f"/users/{stranger.user.id}")
    nobodys = await api.refused("GET", "/users/usr_23456789ABCDEFGHJ")

    assert theirs == nobodys == (404, "User not found")


async def test_the_channels_are_the_mailboxes_and_nothing_else(api: Caller) -> None:
    before = await api.call("GET", "/user/channels")
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)

    found = await api.call("GET", "/user/channels")

    assert before["email"] == {"connected": False, "available": True, "accounts": []}
    assert found["email"] == {
        "connected": True,
        "available": True,
        "accounts": [{"id": sender.id, "email": sender.email, "provider": "custom"}],
    }
    assert found["linkedin"] == {"connected": False, "available": False}
    assert found["whatsapp"] == {
        "connected": False,
        "available": False,
        "addonActive": False,
        "accounts": [],
    }
    assert found["plan"] == "self-hosted"


async def test_new_leads_keep_as_much_of_a_day_as_the_team_says(
    api: Caller, stranger: Caller
) -> None:
    changed = await api.call("PATCH", "/team", {"newLeadsPercent": 35})

    assert changed["newLeadsPercent"] == 35
    assert await api.call("GET", "/team") == changed
    assert (await stranger.call("GET", "/team"))["newLeadsPercent"] == 20
    for wrong in (-1, 101, 1.5, "20"):
        status, _ = await api.refused("PATCH", "/team", {"newLeadsPercent": wrong})
        assert status == 400
    assert await api.call("GET", "/team") == changed
