"""What a browser is sent with, what a provider's answers mean, and when tokens are renewed."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import structs

from pomelo.base.ids import SenderId, TeamId
from pomelo.senders import Provider, google, microsoft
from pomelo.senders.oauth.answers import Ended, Tokens, Trouble, is_for, read, refresh_at, rest
from pomelo.senders.oauth.providers import authorize_url, challenge, code_form, refresh_form
from pomelo.senders.oauth.refreshing import Step, next_step
from pomelo.senders.oauth.store import Grant

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DEEP = b'{"email":"","x":' + b"[" * 20_000 + b"]" * 20_000 + b"}"
GRANT = Grant(
    team_id=TeamId("tea_x"),
    sender_id=SenderId("usm_x"),
    provider=Provider.GOOGLE,
    access_token=b"a",
    refresh_token=b"r",
    expires_at=NOON + 60 * MINUTE,
    refresh_at=NOON + 55 * MINUTE,
    version=1,
    leased_until=None,
    failures=0,
    ended_at=None,
    email="jared@piedpiper.com",
    login="jared@piedpiper.com",
)


def id_token(**claims: str) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{payload}.signature"


def test_pkce_hashes_as_the_standard_shows() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636 B


def test_a_browser_is_sent_with_everything_but_the_secrets() -> None:
    url = authorize_url(
        google("id", "canary-secret"),
        redirect_uri="http://127.0.0.1:1/oauth/callback",
        state="state",
        verifier="v" * 43,
        login="jared@piedpiper.com",
    )

    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?")
    assert asked["scope"].split() == ["https://mail.google.com/", "openid", "email"]
    assert (asked["access_type"], asked["prompt"]) == ("offline", "consent")
    assert (asked["state"], asked["login_hint"]) == ("state", "jared@piedpiper.com")
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (
        challenge("v" * 43),
        "S256",
    )
    assert "canary-secret" not in url
    assert "v" * 43 not in url


def test_microsoft_is_asked_for_smtp_imap_and_a_refresh_token() -> None:
    client = microsoft("id", "", "common")

    assert client.token_url == "https://login.microsoftonline.com/common/oauth2/v2.0/token"
    assert {
        "https://outlook.office.com/SMTP.Send",
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        "offline_access",
    } <= set(client.scope.split())


def test_a_public_client_shows_no_secret() -> None:
    client = microsoft("id", "", "common")

    assert "client_secret" not in refresh_form(client, "r")
    assert "client_secret" not in code_form(client, code="c", verifier="v", redirect_uri="u")
    assert refresh_form(google("id", "s"), "r")["client_secret"] == "s"


def test_what_is_secret_is_not_printed() -> None:
    printed = f"{google('id', 'canary')} {Tokens('canary', 'canary', MINUTE)}"

    assert "canary" not in printed


@pytest.mark.parametrize(
    ("status", "said", "meant"),
    [
        (
            200,
            {"access_token": "a", "refresh_token": "r", "expires_in": 3599},
            Tokens("a", "r", timedelta(seconds=3599)),
        ),
        (200, {"access_token": "a", "expires_in": "60"}, Tokens("a", "", MINUTE)),
        (200, {"access_token": "a"}, Tokens("a", "", 60 * MINUTE)),
        (400, {"error": "invalid_grant", "error_description": "x"}, Ended("invalid_grant")),
        (400, {"error": "interaction_required"}, Ended("interaction_required")),
        (400, {"error": "invalid_scope"}, Trouble("answers with 400 (invalid_scope)")),
        (400, {"error": "<b>canary</b>"}, Trouble("answers with 400")),
        (500, {}, Trouble("answers with 500")),
        (429, {"error": "slow_down"}, Trouble("answers with 429 (slow_down)")),
        (200, {"access_token": ""}, Trouble("answers with 200 and nothing that we understand")),
        (200, [], Trouble("answers with 200 and nothing that we understand")),
    ],
)
def test_a_providers_answer_is_tokens_or_an_end_or_trouble(
    status: int, said: Any, meant: object
) -> None:
    assert read(status, json.dumps(said).encode()) == meant


def test_an_answer_that_is_no_json_is_trouble() -> None:
    for body in (b"<html>", b"\xff\xfe", b"[" * 100_000, b""):
        assert isinstance(read(200, body), Trouble)


def test_a_registration_that_is_refused_is_the_operators_matter() -> None:
    answer = read(401, b'{"error": "invalid_client"}')

    assert isinstance(answer, Trouble)
    assert "its operator must renew" in answer.words


@pytest.mark.parametrize(
    ("token", "login", "is_meant"),
    [
        (id_token(email="Jared@PiedPiper.com"), "jared@piedpiper.com", True),
        (id_token(preferred_username="jared@piedpiper.com"), "jared@piedpiper.com", True),
        (id_token(email="erlich@piedpiper.com"), "jared@piedpiper.com", False),
        (id_token(email="", sub="1"), "jared@piedpiper.com", True),
        ("", "jared@piedpiper.com", True),
        ("x.!!!.y", "jared@piedpiper.com", True),
        (f"x.{base64.urlsafe_b64encode(DEEP).decode()}.y", "jared@piedpiper.com", True),
    ],
)
def test_leave_must_be_for_the_account_that_is_meant_where_the_provider_tells(
    token: str, login: str, *, is_meant: bool
) -> None:
    tokens = read(200, json.dumps({"access_token": "a", "id_token": token}).encode())

    assert isinstance(tokens, Tokens)
    assert is_for(tokens, login) is is_meant


@pytest.mark.parametrize(("minutes", "renewed_after"), [(60, 55), (12, 7), (8, 4), (1, 0.5)])
def test_a_token_is_renewed_five_minutes_ahead_or_half_way(
    minutes: int, renewed_after: float
) -> None:
    tokens = Tokens("a", "r", minutes * MINUTE)

    assert refresh_at(tokens, NOON) == NOON + renewed_after * MINUTE


def test_a_provider_that_fails_is_left_alone_ever_longer_up_to_ten_minutes() -> None:
    rests = [rest(failures).total_seconds() for failures in (1, 2, 3, 4, 5, 6, 100)]

    assert rests == [20, 40, 80, 160, 320, 600, 600]


LEASED = {"leased_until": NOON + 60 * MINUTE}
FAILED = {"failures": 2, "refresh_at": NOON + 61 * MINUTE}
ENDED = {"ended_at": NOON}


@pytest.mark.parametrize(
    ("after_minutes", "changes", "is_refused", "step"),
    [
        (0, {}, False, Step.USE),
        (54.9, {}, False, Step.USE),
        (55, {}, False, Step.REFRESH),
        (61, {}, False, Step.REFRESH),
        (0, {}, True, Step.REFRESH),
        (55, LEASED, False, Step.USE),
        (59, {**LEASED, "expires_at": NOON + 58 * MINUTE}, False, Step.WAIT),
        (0, LEASED, True, Step.WAIT),
        (61, LEASED, False, Step.REFRESH),
        (56, FAILED, False, Step.USE),
        (60.5, FAILED, False, Step.REST),
        (56, FAILED, True, Step.REST),
        (62, FAILED, False, Step.REFRESH),
        (0, ENDED, False, Step.RECONNECT),
        (0, {**ENDED, **LEASED}, True, Step.RECONNECT),
    ],
)
def test_what_is_done_for_a_good_token(
    after_minutes: float, changes: dict[str, Any], *, is_refused: bool, step: Step
) -> None:
    grant = structs.replace(GRANT, **changes)

    assert next_step(grant, is_refused=is_refused, now=NOON + after_minutes * MINUTE) is step
