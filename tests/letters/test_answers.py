"""What of a person's HTML may go out, and the bytes of their mail."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from pomelo.letters import Thread, Written, clean, header_id, html_of, write
from tests.letters.mails import MESSAGE, SIGNER, parsed

WRITTEN = Written(
    message_id=MESSAGE,
    header_id=header_id(MESSAGE, "hooli.test", SIGNER),
    sender_email="gavin@hooli.test",
    sender_name="Gavin Belson",
    recipient="richard@piedpiper.com",
    recipient_name="Richard Hendricks",
    copies=(),
    subject="A word",
    html="<p>Hi</p>",
    text="Hi",
    date=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<p>Hi <b>you</b></p>", "<p>Hi <b>you</b></p>"),
        ("<p onclick='x()'>Hi</p>", "<p>Hi</p>"),
        ("Hi<script>alert(1)</script>", "Hi"),
        ("Hi<style>p{display:none}</style>", "Hi"),
        ('<a href="https://a.b/?x=1">a</a>', '<a href="https://a.b/?x=1">a</a>'),
        ('<a href="java&#10;script:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="data:text/html,x">a</a>', "<a>a</a>"),
        ('<img src="cid:x" alt="x">', '<img alt="x">'),
        ("<iframe src='https://a.b'></iframe>Hi", "Hi"),
        ("<form action='https://a.b'><input>Hi</form>", "Hi"),
        ("<svg><a xlink:href='javascript:x'>Hi</a></svg>Hi", "Hi"),
        ("<p style='color:red;position:fixed'>Hi</p>", '<p style="color:red">Hi</p>'),
        ("<p style='background:url(https://a.b)'>Hi</p>", '<p style="">Hi</p>'),
        ("<!-- a comment -->Hi", "Hi"),
        ("1 < 2\n\nand more", "<p>1 &lt; 2</p>\n<p>and more</p>\n"),
    ],
)
def test_only_what_is_known_to_be_harmless_goes_out(given: str, kept: str) -> None:
    assert clean(given)[0] == kept


def test_the_text_part_says_the_same() -> None:
    assert clean('<p>Hi</p><ul><li>one</li></ul><a href="https://a.b">b</a>')[1] == (
        "Hi\n\n- one\n\nb (https://a.b)"
    )


def test_nothing_that_a_stranger_wrote_becomes_a_tag() -> None:
    shown = html_of('<img src=x onerror="x">\n&amp;\n\n"two"')

    assert shown == (
        "<p>&lt;img src=x onerror=&#34;x&#34;&gt;<br>&amp;amp;</p><p>&#34;two&#34;</p>"
    )


def mail(**changed: Any) -> Any:
    return parsed(write(msgspec.structs.replace(WRITTEN, **changed), SIGNER))


def test_a_mail_has_what_a_persons_mail_has_and_no_more() -> None:
    found = mail(copies=("jian@piedpiper.com", "dinesh@piedpiper.com"))

    assert found.keys() == [
        "From",
        "To",
        "Cc",
        "Subject",
        "Date",
        "Message-ID",
        "X-Pomelo-Id",
        "MIME-Version",
        "Content-Type",
    ]
    assert found["Cc"] == "jian@piedpiper.com, dinesh@piedpiper.com"
    text, page = found.get_payload()
    assert text.get_payload(decode=True) == b"Hi\r\n" or text.get_payload(decode=True) == b"Hi"
    assert b"<html><body><p>Hi</p></body></html>" in page.get_payload(decode=True)


def test_an_answer_stands_in_its_thread() -> None:
    thread = Thread("<b@x>", ("<a@x>", "<b@x>"), "Re: Hello")

    found = mail(subject="", thread=thread)

    assert found["Subject"] == "Re: Hello"
    assert (found["In-Reply-To"], found["References"]) == ("<b@x>", "<a@x> <b@x>")


def test_a_subject_that_is_given_is_kept_in_a_thread_too() -> None:
    assert mail(subject="Other", thread=Thread("<b@x>", (), "Hello"))["Subject"] == "Other"


def test_no_subject_makes_a_header_of_its_own() -> None:
    found = mail(subject="Hi\r\nBcc: all@hooli.test")

    assert found["Subject"] == "Hi Bcc: all@hooli.test"
    assert found["Bcc"] is None
