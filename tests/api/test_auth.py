import asyncio
import base64
import hashlib
from collections.abc import Mapping

import pytest

from pomelo.api import auth
from pomelo.api.auth import Authenticator, NoKey, WrongKey
from pomelo.api.call import Caller
from pomelo.base.errors import Unavailable
from pomelo.teams import UserBlocked
from tests.api import toy
from tests.api.toy import CALLER, KEY
from tests.api.wires import ask


def basic(text: str, *, url_safe: bool = False, padded: bool = True) -> str:
    encode = base64.urlsafe_b64encode if url_safe else base64.b64encode
    coded = encode(text.encode()).decode()
    return "Basic " + (coded if padded else coded.rstrip("="))


ODD = "k?~>?~é"  # its base64 holds + and /


@pytest.mark.parametrize(
    ("header", "key"),
    [
        (basic(f":{KEY}"), KEY),
        (basic(f":{KEY}", padded=False), KEY),
        (basic(f":{ODD}"), ODD),
        (basic(f":{ODD}", url_safe=True), ODD),
        (basic(f":{ODD}", url_safe=True, padded=False), ODD),
        (basic(f"anybody:{KEY}"), KEY),
        (basic(f"{KEY}:"), KEY),
        (basic(KEY), KEY),
        (basic(":a:b"), "a:b"),
        (basic(f":{KEY}").replace("Basic", "bAsIc "), KEY),
    ],
)
def test_a_key_is_found_however_clients_write_basic(header: str, key: str) -> None:
    assert auth.find_key({b"authorization": header.encode()}, b"") == key.encode()


@pytest.mark.parametrize(
    ("query", "key"),
    [
        (b"access_token=abc", b"abc"),
        (b"limit=1&access_token=a%2Bb", b"a+b"),
        (b"access%5Ftoken=abc", b""),
        (b"xaccess_token=abc", b""),
    ],
)
def test_a_key_may_stand_in_the_query(query: bytes, key: bytes) -> None:
    if key:
        assert auth.find_key({}, query) == key
    else:
        with pytest.raises(NoKey):
            auth.find_key({}, query)


def test_the_header_goes_before_the_query() -> None:
    headers = {b"authorization": basic(":header").encode()}

    assert auth.find_key(headers, b"access_token=query") == b"header"


@pytest.mark.parametrize(
    ("headers", "query", "status", "sentence"),
    [
        ({}, "", 400, "No API key provided"),
        ({"authorization": basic(":")}, "", 400, "No API key provided"),
        ({"authorization": basic("")}, "", 400, "No API key provided"),
        ({}, "?access_token=", 400, "No API key provided"),
        ({"authorization": f"Bearer {KEY}"}, "", 401, WrongKey.__doc__),
        ({"authorization": basic(":wrong")}, "", 401, WrongKey.__doc__),
        ({"authorization": "Basic !!!"}, "", 401, WrongKey.__doc__),
        ({"authorization": "Basic é"}, "", 401, WrongKey.__doc__),
        ({"authorization": ""}, "", 401, WrongKey.__doc__),
        ({}, "?access_token=wrong", 401, WrongKey.__doc__),
        ({}, "?access_token=%FF", 401, WrongKey.__doc__),
    ],
)
async def test_a_request_without_a_good_key_is_refused(
    headers: Mapping[str, str], query: str, status: int, sentence: str
) -> None:
    answer = await ask(toy.app(), "GET", f"/api/search{query}", headers=headers)

    assert (answer.status, answer.text) == (status, sentence)
    assert ("www-authenticate" in answer.headers) is (status == 401)


async def test_a_good_key_in_the_query_opens_and_is_not_stored_by_caches() -> None:
    answer = await ask(toy.app(), "GET", f"/api/search?access_token={KEY}", headers={})

    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_browsers_own_request_gets_no_dialog() -> None:
    headers = {"authorization": basic(":wrong"), "sec-fetch-site": "same-origin"}

    answer = await ask(toy.app(), "GET", "/api/search", headers=headers)

    assert answer.status == 401
    assert "www-authenticate" not in answer.headers


async def test_public_operations_ask_for_no_key() -> None:
    answer = await ask(toy.app(), "GET", "/open", headers={})

    assert (answer.status, answer.text) == (200, "hello 192.0.2.7")


async def test_a_blocked_user_is_told_so() -> None:
    async def blocked(_: bytes) -> Caller | None:
        raise UserBlocked

    answer = await ask(toy.app(find_caller=blocked), "GET", "/api/search")

    assert (answer.status, answer.text) == (403, "User linked to this API key is blocked")


class Owners:
    """Finds one caller, counts how often it was asked, and can be told to fail."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_live = True
        self.is_away = False

    async def find(self, digest: bytes) -> Caller | None:
        self.asked += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise Unavailable
        known = digest == hashlib.sha256(KEY.encode()).digest()
        return CALLER if known and self.is_live else None


HEADERS = {b"authorization": toy.BASIC.encode()}


async def test_requests_at_the_same_time_share_one_look_up() -> None:
    owners = Owners()
    authenticator = Authenticator(owners.find)

    found = await asyncio.gather(*(authenticator.find(HEADERS, b"") for _ in range(20)))

    assert found == [CALLER] * 20
    assert owners.asked == 1


async def test_a_revoked_key_ends_within_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(auth, "monotonic", lambda: now)
    owners = Owners()
    authenticator = Authenticator(owners.find)
    await authenticator.find(HEADERS, b"")

    owners.is_live = False
    now = 101.0

    with pytest.raises(WrongKey):
        await authenticator.find(HEADERS, b"")


async def test_a_database_that_was_away_is_asked_again_at_once() -> None:
    owners = Owners()
    authenticator = Authenticator(owners.find)
    owners.is_away = True
    with pytest.raises(Unavailable):
        await authenticator.find(HEADERS, b"")

    owners.is_away = False

    assert await authenticator.find(HEADERS, b"") == CALLER


async def test_a_flood_of_wrong_keys_is_not_remembered_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "KEEP_KEYS", 10)
    authenticator = Authenticator(Owners().find)

    for number in range(50):
        with pytest.raises(WrongKey):
            await authenticator.find({}, b"access_token=%d" % number)

    assert len(authenticator._kept) <= 10


async def test_a_database_that_is_away_gives_503_and_when_to_come_back() -> None:
    owners = Owners()
    owners.is_away = True

    answer = await ask(toy.app(find_caller=owners.find), "GET", "/api/search")

    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"
    assert "x-ratelimit-limit" in answer.headers
