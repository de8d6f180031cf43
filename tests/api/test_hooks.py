"""Hooks as lemlist's clients make, list and remove them, and our log and replay beside."""

from datetime import datetime
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from pomelo.base.clock import Clock
from pomelo.hooks import Courier
from pomelo.leads import ActivityType
from tests.api.client import HOOK_ACCESS, Caller
from tests.hooks.office import Office
from tests.hooks.receiver import OK, receiving, status

TARGET = "http://127.0.0.1/pomelo"


async def campaign_of(api: Caller) -> str:
    made = await api.call("POST", "/campaigns", {"name": "Campaign1"})
    identifier: str = made["_id"]
    return identifier


async def test_a_hook_is_made_listed_and_removed(api: Caller) -> None:
    made = await api.call("POST", "/hooks", {"targetUrl": TARGET, "type": "emailsReplied"})
    listed = await api.call("GET", "/hooks")
    removed = await api.call("DELETE", f"/hooks/{made['_id']}")
    left = await api.call("GET", "/hooks")

    assert made.pop("signingSecret").startswith("whsec_")
    assert made["_id"].startswith("hoo_")
    assert datetime.fromisoformat(made["createdAt"])
    assert {**made, "targetUrl": TARGET, "type": "emailsReplied"} == made == removed
    assert listed == [{**made, "failCounter": 0}]
    assert left == []


async def test_optional_keys_are_there_only_where_they_were_given(api: Caller) -> None:
    made = await api.call("POST", "/hooks", {"targetUrl": TARGET})

    assert set(made) == {"_id", "targetUrl", "createdAt", "signingSecret"}


@pytest.mark.parametrize("place", ["query", "body"])
async def test_filters_are_taken_from_the_query_and_from_the_body(api: Caller, place: str) -> None:
    filters: dict[str, Any] = {"campaignId": await campaign_of(api), "isFirst": True, "zapId": 7}
    if place == "query":
        query = {**filters, "isFirst": "true"}
        made = await api.call("POST", "/hooks", {"targetUrl": TARGET}, **query)
    else:
        made = await api.call("POST", "/hooks", {"targetUrl": TARGET, **filters})

    (listed,) = await api.call("GET", "/hooks")
    for shown in (made, listed):
        assert {name: shown[name] for name in filters} == filters


async def test_n8n_finds_its_hook_by_the_target_it_sent(api: Caller) -> None:
    target = "HTTP://127.0.0.1:80/Webhook/a%2Fb?x=1"
    await api.call("POST", "/hooks", {"targetUrl": target, "type": "*"})

    (listed,) = await api.call("GET", "/hooks")

    assert listed["targetUrl"] == target
    assert "type" not in listed


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "targetUrl"),
        ({"targetUrl": ""}, "targetUrl"),
        ({"targetUrl": "no url"}, "must be a URL"),
        ({"targetUrl": "ftp://127.0.0.1/"}, "must be a URL"),
        ({"targetUrl": "http://a:b@127.0.0.1/"}, "must be a URL"),
        ({"targetUrl": "http://10.0.0.1/"}, "POMELO_ALLOW_PRIVATE_HOOKS"),
        ({"targetUrl": "http://nobody.invalid/"}, "cannot be found"),
        ({"targetUrl": TARGET, "type": "emailsRead"}, "docs/guides/hooks.md"),
        ({"targetUrl": 7}, "targetUrl"),
        ({"targetUrl": TARGET, "zapId": "7" * 201}, "zapId"),
        ({"targetUrl": TARGET, "secret": "s" * 201}, "200 letters"),
    ],
)
async def test_what_cannot_be_a_hook_is_refused_with_a_sentence(
    api: Caller, body: dict[str, object], sentence: str
) -> None:
    code, text = await api.refused("POST", "/hooks", body)

    assert code == 400
    assert sentence in text
    assert await api.call("GET", "/hooks") == []


async def test_a_campaign_of_nobody_is_not_found(api: Caller, stranger: Caller) -> None:
    theirs = await campaign_of(stranger)

    for campaign in (theirs, "cam_nobody"):
        body = {"targetUrl": TARGET, "campaignId": campaign}
        assert await api.refused("POST", "/hooks", body) == (404, "Campaign not found")


async def test_an_unknown_hook_is_not_found(api: Caller) -> None:
    assert await api.refused("DELETE", "/hooks/hoo_nobody") == (404, "Webhook not found")


async def test_a_team_has_a_hundred_hooks_at_most(api: Caller) -> None:
    for _ in range(100):
        await api.call("POST", "/hooks", {"targetUrl": TARGET})

    code, _ = await api.refused("POST", "/hooks", {"targetUrl": TARGET})

    assert code == 429


async def test_a_hook_is_told_what_the_api_did_and_the_log_shows_it(
    api: Caller, now: datetime
) -> None:
    campaign = await campaign_of(api)
    await api.call("POST", f"/campaigns/{campaign}/leads/richard@piedpiper.com", {})
    failing = iter([status(410)])
    courier = Courier(api.database, Clock(), vault=HOOK_ACCESS.vault, guard=HOOK_ACCESS.guard)
    async with receiving(lambda _: next(failing, OK)) as receiver:
        made = await api.call("POST", "/hooks", {"targetUrl": receiver.url, "secret": "squirrel"})
        path = f"/hooks/{made['_id']}"
        await api.call("POST", "/leads/interested/richard@piedpiper.com")
        office = Office(api.database, now)
        await office.work(courier)
        first = await api.call("GET", f"{path}/deliveries")
        (gone,) = await api.call("GET", "/hooks")
        replayed = await api.call("POST", f"{path}/replay")
        await office.work(courier)
        await courier.finish()
        (back,) = await api.call("GET", "/hooks")
        log = await api.call("GET", f"{path}/deliveries", state="delivered")

    told = receiver.told[-1]
    said = Webhook(made["signingSecret"]).verify(told.body, told.headers)
    assert said["secret"] == "squirrel"
    assert said["campaignId"] == campaign
    assert ActivityType.MANUAL_INTERESTED in {one["type"] for one in first}
    assert gone["disabledFor"] == "gone"
    assert gone["failCounter"] == 1
    assert replayed == {"replayed": len(first)}
    assert "disabledFor" not in back
    assert {one["status"] for one in log} == {200}
    assert {one["_id"] for one in log} == {one["_id"] for one in first} == set(receiver.ids)
    assert all(one["latencyMs"] >= 0 and one["attempts"] >= 1 for one in log)


async def test_what_has_arrived_is_told_again_when_it_is_named_or_dated(
    api: Caller, now: datetime
) -> None:
    campaign = await campaign_of(api)
    await api.call("POST", f"/campaigns/{campaign}/leads/richard@piedpiper.com", {})
    courier = Courier(api.database, Clock(), vault=HOOK_ACCESS.vault, guard=HOOK_ACCESS.guard)
    office = Office(api.database, now)
    async with receiving() as receiver:
        body = {"targetUrl": receiver.url, "type": "manualInterested"}
        path = f"/hooks/{(await api.call('POST', '/hooks', body))['_id']}"
        await api.call("POST", "/leads/interested/richard@piedpiper.com")
        await office.work(courier)
        (line,) = await api.call("GET", f"{path}/deliveries")

        answers = [
            await api.call("POST", f"{path}/replay"),
            await api.call("POST", f"{path}/replay", {"deliveryIds": [line["_id"]]}),
        ]
        await office.work(courier)
        answers.append(await api.call("POST", f"{path}/replay", {"since": line["createdAt"]}))
        await office.work(courier)
        await courier.finish()

    assert answers == [{"replayed": count} for count in (0, 1, 1)]
    assert receiver.ids == [line["_id"]] * 3


async def test_a_delivery_of_nobody_is_not_told_again(api: Caller) -> None:
    made = await api.call("POST", "/hooks", {"targetUrl": TARGET})

    code, text = await api.refused(
        "POST", f"/hooks/{made['_id']}/replay", {"deliveryIds": ["hdl_nobody"]}
    )

    assert (code, text.startswith("The hook was told nothing of this id")) == (404, True)


async def test_a_rotated_hook_has_a_new_secret(api: Caller) -> None:
    made = await api.call("POST", "/hooks", {"targetUrl": TARGET})

    rotated = await api.call("POST", f"/hooks/{made['_id']}/rotate")

    assert rotated["signingSecret"].startswith("whsec_")
    assert rotated["signingSecret"] != made["signingSecret"]
    assert "oldSignsUntil" in rotated


async def test_what_waits_and_what_was_tried_is_measured(api: Caller) -> None:
    measured = (await api.http.get("/metrics")).text

    assert "pomelo_hook_deliveries_waiting" in measured
    assert "# TYPE pomelo_hook_tries_total counter" in measured
