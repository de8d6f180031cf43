"""Connecting a mailbox through the API: a browser is sent away and comes back, and no other."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from pomelo.base.clock import Clock
from tests.api import client
from tests.api.client import Caller
from tests.senders.identity import Identity, providing, visit

JARED = {"provider": "google", "email": "jared@piedpiper.com", "name": "Jared Dunn"}


@pytest.fixture(autouse=True)
async def identity(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Identity]:
    """The provider at which the API is registered."""
    async with providing() as one:
        access = replace(client.MAIL_ACCESS, oauth=one.oauth())
        monkeypatch.setattr(client, "MAIL_ACCESS", access)
        yield one


async def started(api: Caller, **changes: Any) -> httpx.Response:
    return await api.send("POST", "/senders/connect", {**JARED, **changes})


async def come_back(api: Caller, **brought: str) -> httpx.Response:
    return await api.http.get("/oauth/callback", params=brought)


async def test_a_browser_is_sent_to_the_provider_and_back_to_the_fixed_address(
    api: Caller, identity: Identity
) -> None:
    answer = await started(api)

    asked = parse_qs(urlsplit(answer.json()["url"]).query)
    cookie = answer.headers["set-cookie"]
    assert answer.json()["url"].startswith(f"{identity.url}/auth?")
    assert asked["redirect_uri"] == ["http://pomelo.example/oauth/callback"]
    assert cookie.endswith("; Path=/oauth/callback; Max-Age=600; HttpOnly; SameSite=Lax")


async def test_who_comes_back_has_a_connected_sender(api: Caller, identity: Identity) -> None:
    url = (await started(api)).json()["url"]

    page = await come_back(api, **visit(identity, url), scope="more that Google sends")

    (sender,) = await api.call("GET", "/senders")
    assert page.status_code == 200
    assert "jared@piedpiper.com can be used" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert (sender["email"], sender["name"]) == ("jared@piedpiper.com", "Jared Dunn")
    assert (sender["connected"], sender["smtp"]["host"]) == ("google", "smtp.gmail.com")


async def test_another_browser_brings_nothing(api: Caller, identity: Identity) -> None:
    """Else somebody could be talked into giving a stranger's team their own mailbox."""
    url = (await started(api)).json()["url"]
    api.http.cookies.clear()

    page = await come_back(api, **visit(identity, url))

    assert page.status_code == 400
    assert "another browser" in page.text
    assert identity.forms == []


async def test_two_mailboxes_can_be_connected_in_one_browser(
    api: Caller, identity: Identity
) -> None:
    identity.tells_account = False
    first = visit(identity, (await started(api)).json()["url"])
    second = visit(identity, (await started(api, email="dinesh@piedpiper.com")).json()["url"])

    pages = [await come_back(api, **first), await come_back(api, **second)]

    assert [page.status_code for page in pages] == [200, 200]


async def test_looking_at_the_address_does_not_use_it_up(api: Caller, identity: Identity) -> None:
    brought = visit(identity, (await started(api)).json()["url"])

    await api.http.head("/oauth/callback", params=brought)
    page = await come_back(api, **brought)
    again = await come_back(api, **brought)

    assert (page.status_code, again.status_code) == (200, 400)


async def test_a_person_who_says_no_is_told_so(api: Caller, identity: Identity) -> None:
    url = (await started(api)).json()["url"]
    state = parse_qs(urlsplit(url).query)["state"][0]

    page = await come_back(api, state=state, error="access_denied", code="<script>")

    assert page.status_code == 400
    assert "Google gave no leave (access_denied)" in page.text
    assert "script" not in page.text


@pytest.mark.parametrize("brought", [{}, {"state": "x"}, {"state": "x", "code": "y"}])
async def test_who_was_not_sent_is_told_to_start_anew(api: Caller, brought: dict[str, str]) -> None:
    page = await come_back(api, **brought)

    assert page.status_code == 400
    assert "start anew" in page.text


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"provider": "yahoo"}, 400, "provider"),
        ({"email": "nobody"}, 400, "name@company.com"),
        ({"provider": "microsoft"}, 409, "POMELO_MICROSOFT_CLIENT_ID"),
        ({"userId": "usr_22222222222222222"}, 403, "not a member"),
    ],
)
async def test_what_cannot_be_connected_is_refused(
    api: Caller, changes: dict[str, str], status: int, said: str
) -> None:
    answer = await started(api, **changes)

    assert answer.status_code == status, answer.text
    assert said in answer.text


async def test_a_test_of_a_mailbox_whose_leave_ended_says_what_to_do(
    api: Caller, identity: Identity
) -> None:
    await come_back(api, **visit(identity, (await started(api)).json()["url"]))
    (sender,) = await api.call("GET", "/senders")
    identity.answers = [(400, {"error": "invalid_grant"})]
    async with api.database.transaction() as db:
        await db.execute("UPDATE grants SET expires_at = $1, refresh_at = $1", Clock().now())

    tried = await api.call("POST", f"/user/email-accounts/{sender['_id']}/test")

    (after,) = await api.call("GET", "/senders")
    assert tried["smtp"]["success"] is tried["imap"]["success"] is False
    assert tried["smtp"]["error"].startswith("Reconnect needed")
    remedies = {one["subject"]: one["whatToDo"] for one in tried["findings"]}
    assert "pomelo sender connect google" in remedies["SMTP"] == remedies["IMAP"]
    assert "pomelo sender connect google" in after["paused"]["whatToDo"]
    assert (after["paused"]["for"], after["nextSendAt"]) == ("auth", None)
