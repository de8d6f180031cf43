"""How replies are read, through the API: said, asked for, and seen where follow-ups wait."""

from typing import Any

import pytest

from pomelo import senders
from pomelo.base.ids import SenderId
from tests import make
from tests.api.client import Caller
from tests.api.test_email_accounts import ACCOUNTS, account

IMAP = {"imap_host": "127.0.0.1", "imap_port": 2526, "imap_login": "j", "imap_password": "s"}


async def added(api: Caller, **changes: Any) -> SenderId:
    answer = await api.send("POST", ACCOUNTS, account(**changes))
    assert answer.status_code == 201, answer.text
    return SenderId(answer.json()["id"])


async def campaign(api: Caller, sender: SenderId, steps: int) -> str:
    async with api.database.transaction() as db:
        made = await make.campaign(db, api.team.id)
        for number in range(steps):
            await make.step(db, made, f"Mail {number}")
    await api.call("PATCH", f"/campaigns/{made.id}", {"senderIds": [sender]})
    return made.id


@pytest.mark.parametrize(
    ("given", "replies"),
    [
        ({}, None),
        (IMAP, "imap"),
        ({"replies": "pipe"}, "pipe"),
        ({"replies": "none"}, "none"),
        ({**IMAP, "replies": "pipe"}, "pipe"),
    ],
)
async def test_a_new_account_says_how_replies_are_read(
    api: Caller, given: dict[str, Any], replies: str | None
) -> None:
    sender = await added(api, **given)

    assert (await api.call("GET", f"/senders/{sender}"))["replies"] == replies


async def test_imap_without_a_server_is_refused(api: Caller) -> None:
    status, text = await api.refused("POST", ACCOUNTS, account(replies="imap"))

    assert (status, "imap_host" in text) == (400, True)


async def test_a_follow_up_asks_how_replies_are_read(api: Caller) -> None:
    sender = await added(api)
    one, two = await campaign(api, sender, 1), await campaign(api, sender, 2)

    status, text = await api.refused("POST", f"/campaigns/{two}/start")
    await api.call("POST", f"/campaigns/{one}/start")
    await api.call("PATCH", f"/senders/{sender}", {"replies": "none"})
    started = await api.call("POST", f"/campaigns/{two}/start")

    assert status == 400
    assert "jared@piedpiper.test" in text
    assert "--replies imap`, pipe or none" in text
    assert started["state"] == "running"


async def test_a_running_campaign_takes_no_sender_of_which_nobody_said(api: Caller) -> None:
    first = await added(api, replies="pipe")
    other = await added(api, sender_email="other@piedpiper.test")
    running = await campaign(api, first, 2)
    await api.call("POST", f"/campaigns/{running}/start")

    status, text = await api.refused(
        "PATCH", f"/campaigns/{running}", {"senderIds": [first, other]}
    )

    assert (status, "other@piedpiper.test" in text) == (400, True)
    shown = await api.call("GET", f"/campaigns/{running}")
    assert [one["email"] for one in shown["senders"]] == ["jared@piedpiper.test"]


async def test_imap_can_be_given_later(api: Caller) -> None:
    sender = await added(api)
    imap = {"host": "127.0.0.1", "port": 2526, "login": "jared", "password": "CANARY"}

    found = await api.call("PATCH", f"/senders/{sender}", {"imap": imap, "sentFolder": "Out"})

    assert (found["replies"], found["imap"]["host"]) == ("imap", "127.0.0.1")
    assert (found["repliesReadAt"], found["sentFolder"]) == (None, "Out")
    assert "CANARY" not in str(found)


async def test_what_is_not_said_of_imap_stays_as_it_was_on_that_host(api: Caller) -> None:
    sender = await added(api)
    imap = {"host": "127.0.0.1", "port": 2526, "login": "jared", "password": "s"}
    await api.call("PATCH", f"/senders/{sender}", {"imap": imap})

    same = {"host": "127.0.0.1", "login": "jd", "password": "s"}
    stays = await api.call("PATCH", f"/senders/{sender}", {"imap": same})
    other = {**same, "host": "127.0.0.2"}
    moved = await api.call("PATCH", f"/senders/{sender}", {"imap": other})

    assert stays["imap"] == {"host": "127.0.0.1", "port": 2526, "tls": "none", "login": "jd"}
    assert moved["imap"] == {"host": "127.0.0.2", "port": 993, "tls": "tls", "login": "jd"}


async def test_a_mail_host_that_may_not_be_reached_is_refused(api: Caller) -> None:
    sender = await added(api)
    imap = {"host": "169.254.169.254", "login": "jared", "password": "s"}

    status, text = await api.refused("PATCH", f"/senders/{sender}", {"imap": imap})

    assert (status, text.startswith("Invalid host")) == (400, True)


async def test_replies_that_were_not_read_are_seen_on_the_campaign_and_in_the_metrics(
    api: Caller,
) -> None:
    sender = await added(api, **IMAP)
    seen = await campaign(api, sender, 2)

    before = (await api.call("GET", f"/campaigns/{seen}"))["warnings"]
    measured = (await api.http.get("/metrics")).text
    async with api.database.transaction() as db:
        now = await db.fetchval("SELECT clock_timestamp()")
        await senders.set_read(db, api.team.id, sender, began_at=now)
    after = (await api.call("GET", f"/campaigns/{seen}"))["warnings"]

    assert before == [
        "Replies to jared@piedpiper.test were never read; its follow-ups wait until they are."
    ]
    assert "pomelo_senders_unheard 1.0" in measured
    assert after == []


async def test_none_stays_visible_on_the_campaign(api: Caller) -> None:
    seen = await campaign(api, await added(api, replies="none"), 1)

    assert (await api.call("GET", f"/campaigns/{seen}"))["warnings"] == [
        "Replies to jared@piedpiper.test are not read (none), so they do not stop sequences."
    ]
