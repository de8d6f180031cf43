import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pomelo.base import ids
from pomelo.tracking.tokens import KINDS, Signer

SIGNER = Signer(b"a secret of thirty-two bytes ...")


def flipped(token: str, bit: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(token))
    raw[bit // 8] ^= 1 << bit % 8
    return base64.urlsafe_b64encode(bytes(raw)).decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("link", [0, 1, 65_535])
def test_a_token_brings_back_its_message_and_link(kind: str, link: int) -> None:
    message = ids.message()

    token = SIGNER.sign(kind, message, link)

    assert len(token) == 40
    assert SIGNER.verify(kind, token) == (message, link)


def test_no_flipped_bit_is_accepted() -> None:
    tokens = [SIGNER.sign("c", ids.message(), number) for number in range(20)]

    accepted = [
        (token, bit)
        for token in tokens
        for bit in range(240)
        if SIGNER.verify("c", flipped(token, bit)) is not None
    ]

    assert accepted == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_of_one_kind_is_none_of_another(kind: str) -> None:
    token = SIGNER.sign(kind, ids.message(), 3)

    others = [other for other in [*KINDS, "", "x"] if other != kind]

    assert [SIGNER.verify(other, token) for other in others] == [None] * len(others)


def test_another_secret_makes_other_tokens() -> None:
    token = SIGNER.sign("o", ids.message())

    assert Signer(b"another secret").verify("o", token) is None


def test_only_the_spelling_we_make_is_accepted() -> None:
    message = next(
        found for found in iter(ids.message, None) if {"-", "_"} <= set(SIGNER.sign("u", found))
    )
    token = SIGNER.sign("u", message)

    spellings = [
        token.replace("-", "+"),
        token.replace("_", "/"),
        token + "=",
        token + "\n",
        " " + token,
        token[:-1],
        token + "A",
        "\uff21" + token[1:],
    ]

    assert [SIGNER.verify("u", spelling) for spelling in spellings] == [None] * len(spellings)


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{40}", fullmatch=True))
def test_whatever_comes_is_answered_without_an_error(token: str) -> None:
    assert SIGNER.verify("o", token) is None
