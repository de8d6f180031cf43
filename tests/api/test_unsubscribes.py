"""The unsubscribe list through the API, classic and new: every example, and what is refused."""

from typing import Any

import pytest

from pomelo import unsubscribes
from pomelo.base.addresses import parse_value
from pomelo.unsubscribes import Source
from tests import make
from tests.api.client import Caller
from tests.api.people import RICHARD, added, campaign, states


async def listed(api: Caller, *values: str, source: Source = Source.API) -> None:
    async with api.database.transaction() as db:
        parsed = [parse_value(value) for value in values]
        await unsubscribes.add(db, api.team.id, parsed, source=source, now=make.NOW)


async def test_the_unsubscribe_of_the_reference(api: Caller) -> None:
    first = await api.call("POST", f"/unsubscribes/{RICHARD}")
    again = await api.call("POST", "/unsubscribes/Richard@PiedPiper.com")

    assert first["_id"].startswith("uns_")
    assert first == {"_id": first["_id"], "email": RICHARD, "value": RICHARD}
    assert again == {**first, "alreadyUnsubscribed": True}


async def test_unsubscribing_reaches_the_leads_of_all_campaigns(api: Caller) -> None:
    for name in ("Campaign1", "Campaign2"):
        await added(api, await campaign(api, name))

    await api.call("POST", f"/unsubscribes/{RICHARD}")

    assert await states(api) == ["emailsUnsubscribed", "emailsUnsubscribed"]
    told = await api.call("GET", "/activities", type="emailsUnsubscribed")
    assert [(one["unsubscribedSource"], one["userName"]) for one in told] == [("api", "api")] * 2


async def test_a_domain_starts_with_an_at(api: Caller) -> None:
    await added(api, await campaign(api))

    answer = await api.call("POST", "/unsubscribes/@PiedPiper.com")

    assert answer["value"] == "@piedpiper.com"
    assert await states(api) == ["emailsUnsubscribed"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("value", ["piedpiper.com", "x", "@", "a@b@c", "%20", "*@piedpiper.com"])
async def test_what_is_neither_address_nor_domain_is_refused(
    api: Caller, method: str, value: str
) -> None:
    assert await api.refused(method, f"/unsubscribes/{value}") == (
        400,
        "Invalid email address or domain. Domains must start with @",
    )


async def test_an_entry_is_shown(api: Caller, stranger: Caller) -> None:
    made = await api.call("POST", f"/unsubscribes/{RICHARD}")

    answer = await api.call("GET", "/unsubscribes/RICHARD@piedpiper.com")

    assert answer.pop("createdAt").endswith("Z")
    assert answer == {"_id": made["_id"], "email": RICHARD, "value": RICHARD, "source": "api"}
    for caller, value in ((api, "x@piedpiper.com"), (stranger, RICHARD)):
        refused = await caller.refused("GET", f"/unsubscribes/{value}")
        assert refused == (404, "Unsubscriber not found")


async def test_an_entry_is_taken_off_and_the_leads_go_on(api: Caller, stranger: Caller) -> None:
    await added(api, await campaign(api))
    made = await api.call("POST", f"/unsubscribes/{RICHARD}")
    refused = await stranger.refused("DELETE", f"/unsubscribes/{RICHARD}")

    answer = await api.call("DELETE", f"/unsubscribes/{RICHARD}")

    assert answer == made
    assert refused == (404, "Unsubscribe not found")
    assert await api.refused("DELETE", f"/unsubscribes/{RICHARD}") == refused
    assert await states(api) == ["imported"]


@pytest.mark.parametrize("source", [Source.LEAD, Source.ABUSE])
async def test_the_classic_call_takes_off_also_what_the_person_did(
    api: Caller, source: Source
) -> None:
    await listed(api, RICHARD, source=source)

    answer = await api.call("DELETE", f"/unsubscribes/{RICHARD}")

    assert answer["email"] == RICHARD
    assert await api.call("GET", "/unsubscribes") == []


async def test_the_list_comes_by_pages_oldest_first(api: Caller, stranger: Caller) -> None:
    await listed(stranger, "x@hooli.com")
    for number in range(3):
        await api.call("POST", f"/unsubscribes/p{number}@hooli.com")

    everything = await api.call("GET", "/unsubscribes")

    assert [one["email"] for one in everything] == [f"p{n}@hooli.com" for n in range(3)]
    assert everything[0].keys() == {"_id", "email", "value", "source", "createdAt"}
    assert await api.call("GET", "/unsubscribes", offset=1, limit=1) == everything[1:2]
    assert await api.call("GET", "/unsubscribes", offset=3) == []
    assert (await api.refused("GET", "/unsubscribes", limit=0))[0] == 400


async def test_a_page_holds_a_hundred_at_most(api: Caller) -> None:
    await listed(api, *(f"p{n}@hooli.com" for n in range(101)))

    assert len(await api.call("GET", "/unsubscribes", limit=1000)) == 100


@pytest.mark.parametrize("path", ["/unsubs/export", "/unsubscribes/export"])
async def test_the_whole_list_is_a_csv_file(api: Caller, path: str) -> None:
    await listed(api, *(f"p{n}@hooli.com" for n in range(1_200)))
    await listed(api, "=cmd@hooli.com", "@piedpiper.com", source=Source.BOUNCED)

    answer = await api.send("GET", path)

    lines = answer.text.split("\r\n")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert (lines[0], lines[-1], len(lines)) == ("value,source,createdAt", "", 1_204)
    assert "'=cmd@hooli.com,bounced,2026-03-10T09:00:00.000Z" in lines
    assert "'@piedpiper.com,bounced,2026-03-10T09:00:00.000Z" in lines


async def test_the_file_of_an_empty_list_has_its_heads(api: Caller) -> None:
    assert (await api.send("GET", "/unsubs/export")).text == "value,source,createdAt\r\n"


V2 = "/v2/unsubscribes/variables"


async def test_variables_are_added_shown_and_taken_off(api: Caller) -> None:
    made = await api.call("POST", f"{V2}/{RICHARD}")
    again = await api.call("POST", f"{V2}/{RICHARD}")
    domain = await api.call("POST", f"{V2}/@hooli.com")
    shown = await api.call("GET", f"{V2}/{RICHARD}")
    list_of_all = await api.call("GET", V2)
    taken = await api.send("DELETE", f"{V2}/{RICHARD}")

    assert made == again == shown
    assert made == {"_id": made["_id"], "value": RICHARD, "variable": "email", "source": "api"}
    assert (domain["value"], domain["variable"]) == ("@hooli.com", "domain")
    assert [one["value"] for one in list_of_all] == [RICHARD, "@hooli.com"]
    assert list_of_all[0].keys() == {"_id", "value", "source", "createdAt"}
    assert (taken.status_code, taken.text) == (200, "Variable subscribed")


async def test_variables_that_are_not_there_are_said_so(api: Caller) -> None:
    assert await api.refused("GET", f"{V2}/{RICHARD}") == (404, "Variable not found")
    assert await api.refused("DELETE", f"{V2}/{RICHARD}") == (
        400,
        "Variable not found in unsubscribe list",
    )
    assert (await api.refused("POST", f"{V2}/x"))[0] == 400


@pytest.mark.parametrize("source", [Source.LEAD, Source.ABUSE])
async def test_what_the_person_did_is_protected(api: Caller, source: Source) -> None:
    await listed(api, RICHARD, source=source)

    refused = await api.refused("DELETE", f"{V2}/{RICHARD}")

    assert refused == (409, "Variable is protected and cannot be re-subscribed")
    assert len(await api.call("GET", V2)) == 1


async def test_many_variables_are_unsubscribed_at_once(api: Caller) -> None:
    await added(api, await campaign(api))
    values = [RICHARD, "@hooli.com", "RICHARD@piedpiper.com"]

    answer = await api.send("POST", V2, {"values": values})

    assert (answer.status_code, answer.text) == (200, "Variables unsubscribed")
    assert len(await api.call("GET", V2)) == 2
    assert await states(api) == ["emailsUnsubscribed"]


async def test_many_variables_are_all_or_none(api: Caller) -> None:
    status, sentence = await api.refused("POST", V2, {"values": [RICHARD, "nonsense"]})

    assert (status, "'nonsense'" in sentence) == (400, True)
    assert await api.call("GET", V2) == []


@pytest.mark.parametrize(
    ("body", "status"),
    [({"values": []}, 200), ({"values": [5]}, 400), ({"values": "x"}, 400), ({}, 400)],
)
async def test_values_are_a_list_of_texts(api: Caller, body: Any, status: int) -> None:
    assert (await api.send("POST", V2, body)).status_code == status


async def test_ten_thousand_values_and_no_more(api: Caller) -> None:
    most = [f"person{n}@company-{n % 7}.com" for n in range(10_000)]

    accepted = await api.send("POST", V2, {"values": most})
    refused = await api.refused("POST", V2, {"values": [*most, RICHARD]})

    assert accepted.status_code == 200
    assert refused == (400, "Maximum 10000 values allowed")
    assert (await api.send("GET", "/v2/unsubscribes/exports/variables")).text.count(
        "\r\n"
    ) == 10_001


async def test_a_contact_is_unsubscribed_and_subscribed(api: Caller) -> None:
    contact = (await added(api, await campaign(api)))["contactId"]
    path = f"/v2/unsubscribes/contacts/{contact}"

    before = await api.call("GET", path)
    stopped = await api.send("POST", path)
    during = await api.call("GET", path)
    exported = await api.send("GET", "/v2/unsubscribes/exports/contacts")
    restarted = await api.send("DELETE", path)
    after = await api.call("GET", path)

    assert before == after == {"_id": contact, "doNotContact": False}
    assert during == {"_id": contact, "doNotContact": True}
    assert (stopped.text, restarted.text) == ("Contact subscription updated",) * 2
    assert exported.text == f"_id,doNotContact\r\n{contact},true\r\n"
    assert await states(api) == ["imported"]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_contact_of_another_team_is_none(
    api: Caller, stranger: Caller, method: str
) -> None:
    contact = (await added(api, await campaign(api)))["contactId"]

    refused = await stranger.refused(method, f"/v2/unsubscribes/contacts/{contact}")

    assert refused == (400, "Bad contact identifier")


async def test_the_exports_of_variables_are_csv(api: Caller) -> None:
    made = await api.call("POST", f"/unsubscribes/{RICHARD}")

    answer = await api.send("GET", "/v2/unsubscribes/exports/variables")

    heads, line, rest = answer.text.split("\r\n")
    assert heads == "_id,value,source,createdAt"
    assert (line.startswith(f"{made['_id']},{RICHARD},api,"), rest) == (True, "")
