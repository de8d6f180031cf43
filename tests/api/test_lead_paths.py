"""Addresses in paths: decoded once, the same lead whatever the method, never a 500."""

import httpx
import pytest

from tests.api.client import Caller
from tests.api.people import campaign, rows


async def raw(api: Caller, method: str, path: str) -> httpx.Response:
    """Send a path as it stands; clients would tidy it up."""
    url = httpx.URL("http://pomelo.example").copy_with(raw_path=f"/api{path}".encode())
    body = b"{}" if method in ("POST", "PATCH") else None
    return await api.http.send(httpx.Request(method, url, content=body), auth=api.http.auth)


GOOD = [
    ("richard%40piedpiper.com", "richard@piedpiper.com"),
    ("richard+tag@piedpiper.com", "richard+tag@piedpiper.com"),
    ("richard%2Btag@piedpiper.com", "richard+tag@piedpiper.com"),
    ("a%2Fb@piedpiper.com", "a/b@piedpiper.com"),
    ("a%3Fb%23c@piedpiper.com", "a?b#c@piedpiper.com"),
    ("%20richard@piedpiper.com%20", "richard@piedpiper.com"),
    ("o'brien@piedpiper.com", "o'brien@piedpiper.com"),
    ("d%C3%BCrst@piedpiper.com", "dürst@piedpiper.com"),
    ("richard@b%C3%BCcher.example", "richard@bücher.example"),
    ("a%252Fb@piedpiper.com", "a%2fb@piedpiper.com"),
]
BAD = [
    "%00@piedpiper.com", "a%0D%0Ab@piedpiper.com", "a%0A@piedpiper.com", "%FF@piedpiper.com",
    "%C0%AE@piedpiper.com", "%zz@piedpiper.com", "a%", "%2E%2E", "a%20b@piedpiper.com",
    "a@b@c.com", "@piedpiper.com", "richard@", "richard", "richard@localdomain",
    "%22Richard%22@piedpiper.com", "Richard%20%3Cr@piedpiper.com%3E",
    "r@piedpiper.com%0D%0ARCPT%20TO:%3Cevil@x.com%3E", "r@piedpiper.com,evil@x.com",
    "a%E2%80%8Bb@piedpiper.com", "a%E2%80%AEb@piedpiper.com", "x" * 65 + "@piedpiper.com",
    "x@" + "y" * 10_000 + ".com", "%F0%9F%92%A9", "r@piedpiper..com", ".r@piedpiper.com",
]  # fmt: skip


@pytest.mark.parametrize(("segment", "address"), GOOD)
async def test_an_address_is_decoded_once_and_means_the_same_lead_to_all(
    api: Caller, segment: str, address: str
) -> None:
    made = await campaign(api)
    path = f"/campaigns/{made.id}/leads/{segment}"

    answers = [await raw(api, method, path) for method in ("POST", "GET", "PATCH", "DELETE")]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200]
    assert len({answer.json()["_id"] for answer in answers}) == 1
    assert [key for (key,) in await rows(api, "SELECT address_key FROM leads")] != []
    assert answers[0].json()["email"].lower() == address


@pytest.mark.parametrize("segment", BAD)
async def test_what_is_no_address_is_refused_by_all(api: Caller, segment: str) -> None:
    made = await campaign(api)
    path = f"/campaigns/{made.id}/leads/{segment}"

    answers = [await raw(api, method, path) for method in ("POST", "GET", "PATCH", "DELETE")]

    assert {answer.status_code for answer in answers} == {400}
    assert all(len(answer.text) > 20 for answer in answers)
    assert await rows(api, "SELECT 1 FROM leads") == []


async def test_a_slash_in_an_address_must_be_encoded(api: Caller) -> None:
    made = await campaign(api)

    answer = await raw(api, "POST", f"/campaigns/{made.id}/leads/a/b@piedpiper.com")

    assert answer.status_code == 404


async def test_a_slash_at_the_end_is_tolerated(api: Caller) -> None:
    made = await campaign(api)

    answer = await raw(api, "POST", f"/campaigns/{made.id}/leads/richard@piedpiper.com/")

    assert answer.status_code == 200


@pytest.mark.parametrize("method", ["PUT"])
async def test_another_method_is_not_allowed(api: Caller, method: str) -> None:
    made = await campaign(api)

    answer = await raw(api, method, f"/campaigns/{made.id}/leads/richard@piedpiper.com")

    assert (answer.status_code, answer.text) == (405, "Method not allowed")
