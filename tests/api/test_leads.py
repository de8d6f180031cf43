"""Adding leads through the API: each sentence of "Add a Lead in a Campaign", and its edges."""

import asyncio
from typing import Any

import pytest

from pomelo.leads.variables import RESERVED
from tests import make
from tests.api.client import Caller
from tests.api.people import RICHARD, VARIABLES, added, campaign, rows, states


async def test_the_lead_of_the_reference(api: Caller) -> None:
    made = await campaign(api)

    answer = await added(api, made, RICHARD, VARIABLES)

    lead, contact = answer.pop("_id"), answer.pop("contactId")
    assert lead.startswith("lea_")
    assert contact.startswith("ctc_")
    assert answer == {
        "campaignId": made.id,
        "campaignName": "Campaign1",
        "leadUrl": "http://pomelo.example/api/leads/richard%40piedpiper.com",
        "isPaused": False,
        "email": RICHARD,
        **VARIABLES,
    }


async def test_the_keys_come_in_the_order_of_the_reference(api: Caller) -> None:
    answer = await added(api, await campaign(api), RICHARD, VARIABLES)

    assert list(answer)[:6] == [
        "campaignId", "campaignName", "leadUrl", "_id", "isPaused", "email",
    ]  # fmt: skip
    assert list(answer)[6:-1] == list(VARIABLES)


async def test_the_lead_url_leads_to_the_lead(api: Caller) -> None:
    answer = await added(api, await campaign(api), "ada+b%2Fc@piedpiper.com")

    path = answer["leadUrl"].removeprefix("http://pomelo.example/api")

    assert path == "/leads/ada%2Bb%2Fc%40piedpiper.com"
    assert (await api.call("GET", path))["_id"] == answer["_id"]


async def test_a_person_who_does_not_exist_is_created_and_one_who_does_is_not(
    api: Caller,
) -> None:
    first = await added(api, await campaign(api, "Campaign1"))
    second = await added(api, await campaign(api, "Campaign2"))

    assert first["contactId"] == second["contactId"]
    assert first["_id"] != second["_id"]
    assert await rows(api, "SELECT count(*) FROM contacts") == [(1,)]


async def test_who_sends_for_the_campaign_is_shown_as_who_writes_to_the_lead(api: Caller) -> None:
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)
        made = await make.running_campaign(db, api.team.id, sender)
    await added(api, made)

    shown = await api.call("GET", f"/leads/{RICHARD}", version="v2")

    assert shown[0]["sendingUser"]["email"] == sender.email
    assert shown[0]["sendingUser"]["userId"] == api.user.id


async def test_just_the_email_is_enough(api: Caller) -> None:
    made = await campaign(api)

    answer = await added(api, made)

    assert answer.keys() == {
        "campaignId", "campaignName", "leadUrl", "_id", "isPaused", "email", "contactId",
    }  # fmt: skip


@pytest.mark.parametrize("body", [b"{}", b"  ", b""])
async def test_an_empty_body_is_no_body(api: Caller, body: bytes) -> None:
    made = await campaign(api)

    answer = await api.http.post(f"/api/campaigns/{made.id}/leads/{RICHARD}", content=body)

    assert answer.status_code == 200


async def test_without_deduplicate_a_person_is_added_to_another_campaign(api: Caller) -> None:
    await added(api, await campaign(api, "Campaign1"))

    await added(api, await campaign(api, "Campaign2"), deduplicate="false")

    assert await states(api) == ["imported", "imported"]


async def test_deduplicate_does_not_insert_who_is_in_another_campaign(api: Caller) -> None:
    await added(api, await campaign(api, "Campaign1"))
    other = await campaign(api, "Campaign2")

    refused = await api.refused(
        "POST", f"/campaigns/{other.id}/leads/Richard@PIEDPIPER.com", deduplicate="true"
    )

    assert refused == (409, "Lead already in other campaign")
    assert await states(api) == ["imported"]


async def test_deduplicate_inserts_who_is_new(api: Caller) -> None:
    made = await campaign(api)

    answer = await added(api, made, RICHARD, VARIABLES, deduplicate="true")

    assert answer["email"] == RICHARD


@pytest.mark.parametrize("query", [{}, {"deduplicate": "true"}])
async def test_a_lead_is_in_a_campaign_once(api: Caller, query: dict[str, str]) -> None:
    made = await campaign(api)
    await added(api, made)

    refused = await api.refused(
        "POST", f"/campaigns/{made.id}/leads/RICHARD@piedpiper.com", **query
    )

    assert refused == (400, "Lead already in the campaign")


async def test_the_address_in_the_body_is_as_good(api: Caller) -> None:
    made = await campaign(api)

    answer = await api.call("POST", f"/campaigns/{made.id}/leads/", {"email": RICHARD, **VARIABLES})

    assert {key: answer[key] for key in VARIABLES} == VARIABLES
    assert answer["email"] == RICHARD


@pytest.mark.parametrize("body", [{"firstName": "Ada"}, {"email": ""}, {"email": 5}])
async def test_a_lead_needs_an_address(api: Caller, body: dict[str, Any]) -> None:
    made = await campaign(api)

    status, sentence = await api.refused("POST", f"/campaigns/{made.id}/leads/", body)

    assert status == 400
    assert sentence.startswith("The body needs the email of the lead")


@pytest.mark.parametrize("email", ["Richard@PiedPiper.com", RICHARD, None])
async def test_the_email_in_the_body_may_repeat_the_path(api: Caller, email: object) -> None:
    answer = await added(api, await campaign(api), RICHARD, {"email": email})

    assert answer["email"] == RICHARD


@pytest.mark.parametrize("email", ["other@piedpiper.com", "", 5, ["richard@piedpiper.com"]])
async def test_another_email_in_the_body_is_refused(api: Caller, email: object) -> None:
    made = await campaign(api)

    status, sentence = await api.refused(
        "POST", f"/campaigns/{made.id}/leads/{RICHARD}", {"email": email}
    )

    assert (status, sentence[:37]) == (400, "The email in the body is not the lead")
    assert await states(api) == []


async def test_any_key_is_a_variable(api: Caller) -> None:
    body = {
        "number": 5, "ratio": 1.5, "yes": True, "object": {"a": [1, None]}, "list": ["x", 2],
        "empty": "", "nothing": None, "state": "California", "status": "married", "éà 漢": "ü",
        "__proto__": {"admin": True}, "constructor": "x", "timezone": "Europe/Paris",
    }  # fmt: skip

    answer = await added(api, await campaign(api), RICHARD, body)

    expected = body | {"number": "5", "ratio": "1.5", "yes": "true"}
    del expected["nothing"]
    assert {key: answer[key] for key in expected} == expected
    assert "nothing" not in answer
    assert await states(api) == ["imported"]


@pytest.mark.parametrize("key", sorted(RESERVED - {"email"}))
async def test_what_the_server_says_itself_cannot_be_set(api: Caller, key: str) -> None:
    made = await campaign(api)

    answer = await added(api, made, RICHARD, {key: "forged"})

    assert answer.get(key) != "forged"
    assert await rows(api, "SELECT variables, is_paused FROM leads") == [({}, False)]


@pytest.mark.parametrize(
    "body",
    [b"[]", b'"x"', b"null", b"5", b"{", b'{"a":1}x', b'{"a":"\\u0000"}', b'{"a":NaN}', b"\xff"],
)
async def test_a_body_that_is_no_json_object_is_refused(api: Caller, body: bytes) -> None:
    made = await campaign(api)

    answer = await api.http.post(f"/api/campaigns/{made.id}/leads/{RICHARD}", content=body)

    assert answer.status_code == 400
    assert await states(api) == []


async def test_variables_that_are_too_many_or_too_large_are_refused(api: Caller) -> None:
    made = await campaign(api)
    cases: list[dict[str, Any]] = [
        {f"k{n}": "x" for n in range(257)}, {"k": "x" * 65_537}, {"k" * 129: "x"}, {"": "x"},
    ]  # fmt: skip

    for body in cases:
        status, sentence = await api.refused("POST", f"/campaigns/{made.id}/leads/{RICHARD}", body)
        assert (status, "variable" in sentence) == (400, True)


async def test_a_campaign_that_is_not_there_is_said_so(api: Caller, stranger: Caller) -> None:
    theirs = await campaign(stranger)

    for unknown in ("cam_none", theirs.id, "x"):
        refused = await api.refused("POST", f"/campaigns/{unknown}/leads/{RICHARD}")
        assert refused == (404, "Campaign not found")
    assert await states(api) == []


async def test_whom_the_team_must_not_write_to_is_added_and_marked(api: Caller) -> None:
    await api.call("POST", f"/unsubscribes/{RICHARD}")

    answer = await added(api, await campaign(api), RICHARD, VARIABLES)

    assert answer["firstName"] == "Richard"
    assert await states(api) == ["emailsUnsubscribed"]


async def test_a_hundred_parallel_adds_make_one_lead(api: Caller) -> None:
    made = await campaign(api)
    spellings = [RICHARD, "Richard@PiedPiper.com", "RICHARD@PIEDPIPER.COM", "richarD@piedpiper.com"]

    answers = await asyncio.gather(
        *(
            api.send("POST", f"/campaigns/{made.id}/leads/{spellings[n % 4]}", {"n": n})
            for n in range(100)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 99
    assert {a.text for a in answers if a.status_code == 400} == {"Lead already in the campaign"}
    assert await states(api) == ["imported"]


async def test_parallel_adds_to_ten_campaigns_with_deduplicate_leave_one(api: Caller) -> None:
    ten = [await campaign(api, f"Campaign{n}") for n in range(10)]

    answers = await asyncio.gather(
        *(
            api.send("POST", f"/campaigns/{ten[n % 10].id}/leads/{RICHARD}", deduplicate="true")
            for n in range(50)
        )
    )

    codes = [answer.status_code for answer in answers]
    assert (codes.count(200), codes.count(400), codes.count(409)) == (1, 4, 45)
    assert await states(api) == ["imported"]
