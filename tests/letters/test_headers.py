import unicodedata
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.letters import headers
from pomelo.letters.headers import HeadersTampered, check_headers, cleaned

NASTY = [
    "=?UTF-8?Q?x=0D=0ABcc:_a=40b.c?=",
    "=?utf-8?q?evil=40x=2Ey=2C?=",
    "a\r\nBcc: a@b.c",
    "a\n\nbody",
    "a\0b\x85c\u2028d\u2029e",
    '"; <x@y.z>, "',
    "back\\slash",
    "=\0?utf-8?q?x?=",
    "word " * 80,
    "x" * 1500,
    "ž" * 300,
    "👩‍💻" * 40,
    " lead and trail ",
    "",
]

hostile = st.text() | st.sampled_from(NASTY)


def value_of(field: str) -> str:
    """Read a field as the standard library does, without its structured parsers."""
    message = message_from_bytes(field.encode() + b"\r\n")
    assert message.keys() == [field.partition(":")[0]]
    return message.values()[0]


def shown(field: str) -> str:
    unfolded = value_of(field).replace("\r\n", "").replace("\n", "")
    return str(make_header(decode_header(unfolded)))


def lines_fit(field: str, *, limit: int = 998) -> bool:
    return all(len(line.encode()) <= limit for line in field.split("\r\n"))


@pytest.mark.parametrize("value", NASTY)
def test_a_subject_is_one_field_whatever_it_says(value: str) -> None:
    field = headers.text("Subject", value)

    check_headers(field.encode() + b"\r\n", ["Subject"])
    assert shown(field) == cleaned(value)


@settings(max_examples=100, deadline=None)
@given(hostile)
def test_any_subject_comes_back_as_it_was_meant(value: str) -> None:
    field = headers.text("Subject", value)

    check_headers(field.encode() + b"\r\n", ["Subject"])
    assert field.isascii()
    assert lines_fit(field)
    assert shown(field) == cleaned(value)


@settings(max_examples=100, deadline=None)
@given(hostile)
def test_any_display_name_leaves_one_address(name: str) -> None:
    field = headers.mailbox("To", name, "richard@piedpiper.com")

    check_headers(field.encode() + b"\r\n", ["To"])
    display, bracket, address = value_of(field).replace("\r\n", "").rpartition("<")
    assert address.removesuffix(">") == "richard@piedpiper.com"
    assert lines_fit(field)
    # Outside quotes and encoded words nothing of the name is left.
    assert display.isascii()
    assert display.startswith(('"', "=?")) or not bracket or not display


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1).filter(lambda text: not text.isascii()))
def test_encoded_words_are_short_and_hold_whole_characters(value: str) -> None:
    field = headers.text("Subject", value)

    words = [word for word in field.split()[1:] if word.startswith("=?")]
    assert lines_fit(field, limit=76)
    assert all(len(word) <= 75 for word in words)
    decoded = [decode_header(word)[0][0] for word in words]
    assert all(part.decode("utf-8") is not None for part in decoded if isinstance(part, bytes))


def test_plain_text_stays_readable_and_is_folded_at_spaces() -> None:
    field = headers.text("Subject", "Quick question about the hiring plans of your team " * 2)

    assert field.startswith("Subject: Quick question about")
    assert lines_fit(field, limit=78)
    assert "=?" not in field


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("", "To: a@b.cd\r\n"),
        ("Ann Bo", 'To: "Ann Bo" <a@b.cd>\r\n'),
        ('A "B" \\ C', 'To: "A \\"B\\" \\\\ C" <a@b.cd>\r\n'),
        ("Žofie Nova", "To: =?utf-8?q?=C5=BDofie_Nova?= <a@b.cd>\r\n"),
        ("=?x?=", "To: =?utf-8?b?PT94Pz0=?= <a@b.cd>\r\n"),
    ],
)
def test_display_names_are_quoted_or_encoded(name: str, field: str) -> None:
    assert headers.mailbox("To", name, "a@b.cd") == field


def test_tokens_are_folded_between_them_and_never_encoded() -> None:
    ids = [f"<{'x' * 60}{number}@mail.example>" for number in range(20)]

    field = headers.tokens("References", ids)

    assert field.split()[1:] == ids
    assert all(line.startswith(" ") for line in field.split("\r\n")[1:-1])


def test_cleaning_composes_and_leaves_one_line() -> None:
    assert cleaned("e\u0301\r\n\tb  c\x00\x9b ") == unicodedata.normalize("NFC", "e\u0301 b c")


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a\r\nTo: b\r\nBcc: c\r\n\r\n",
        b"From: a\r\n\r\n",
        b"To: b\r\nFrom: a\r\n\r\n",
        b"From: a\r\nTo: b\nBcc: c\r\n\r\n",
        b"From: a\r\nTo: b\rc\r\n\r\n",
        b"From: a\0\r\nTo: b\r\n\r\n",
        b"From: a\r\nTo: b\r\n  \r\n\r\n",
        b"From: a\r\nTo: b\r\nno colon\r\n\r\n",
        b"From: a\r\nTo: " + b"b" * 999 + b"\r\n\r\n",
        b"From: a\r\n\r\nTo: b\r\n\r\n",
        b"",
    ],
)
def test_a_header_block_that_was_not_meant_is_found(raw: bytes) -> None:
    with pytest.raises(HeadersTampered):
        check_headers(raw, ["From", "To"])


def test_the_block_that_was_meant_passes() -> None:
    check_headers(b"From: a\r\n b\r\nTo:\r\n\r\nBcc: in the body", ["From", "To"])
