"""Bytes to `Parsed`: what is read, what is cut, and that no mail costs much."""

import hashlib
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.inbound.classify import understand
from pomelo.inbound.mime.addresses import mailboxes
from pomelo.inbound.mime.headers import decode_words, message_ids
from pomelo.inbound.mime.texts import from_html
from pomelo.inbound.model import Parsed
from pomelo.inbound.parse import parse
from tests.inbound import hostile
from tests.inbound.letters import HEADER_ID, LEAD, LINK_TOKEN, SENDER, TOKEN, letter, names


def mail(*lines: str) -> bytes:
    return "\r\n".join(lines).encode()


def test_a_reply_is_read_with_all_that_matching_needs() -> None:
    raw = letter("reply_top_posted")

    read = parse(raw)

    assert (read.from_address, read.from_name) == (LEAD, "Ada Lovage")
    assert read.to_addresses == (SENDER,)
    assert read.subject == "Re: Cider press capacity"
    assert read.message_id == "<answer.1@lead.example>"
    assert read.in_reply_to == read.references == (HEADER_ID,)
    assert read.date == datetime(2026, 3, 3, 9, 2, tzinfo=UTC)
    assert read.link_tokens == (LINK_TOKEN,)
    assert read.digest == hashlib.sha256(raw).hexdigest()
    assert not read.is_cut


@pytest.mark.parametrize(
    ("name", "reply"),
    [
        ("reply_top_posted", "Hello Nora,\n\nMay is free. Shall we talk on Thursday?\n\nAda"),
        ("reply_bottom_posted", "May is free. Shall we talk on Thursday?"),
        ("reply_between_the_lines", "Not in the first half.\nFour hundred."),
        ("reply_html_only_gmail", "May is free & cheap.\nShall we talk on Thursday?"),
        ("reply_html_only_outlook", "May is free.\n\nShall we talk on Thursday?"),
        ("reply_base64", "Im Mai ist die Presse frei.\nGrüße aus der Mosterei"),
        ("reply_latin1_quoted_printable", "Le pressoir est libre dès le 4 mai. À jeudi ?"),
        ("reply_koi8_r", "В мае пресс свободен."),
        ("reply_gb18030", "五月榨汁机有空。"),
        ("reply_charset_lie", "Im Mai ist die Mühle frei."),
        ("reply_with_attachment", "The price list is attached."),
        ("auto_japanese_iso2022", "不在にしております。"),
    ],
)
def test_the_reply_is_the_newest_text_without_what_it_quotes(name: str, reply: str) -> None:
    assert parse(letter(name)).reply == reply


@pytest.mark.parametrize(
    ("subject", "decoded"),
    [
        ("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?UTF-8?B?R3LDvMOfZQ==?= aus =?iso-8859-1?q?K=F6ln?=", "Grüße aus Köln"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?B?w4Q=?= =?iso-8859-1?q?=D6?=", "ÄÖ"),
        ("=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€"),  # a letter cut in two
        ("=?utf-8*de?Q?M=C3=BCsli?=", "Müsli"),
        ("=?utf-8?Q?plain spaces?=", "plain spaces"),
        ("=?no-such-charset?Q?caf=C3=A9?=", "café"),
        ("=?utf-8?B?QQ?=", "A"),
        ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
        ("=?utf-8?X?a?=", "=?utf-8?X?a?="),
        ("=?", "=?"),
    ],
)
def test_encoded_words_are_decoded_into_one_line(subject: str, decoded: str) -> None:
    assert decode_words(subject) == decoded


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Ada <ada@lead.example>", [("Ada", "ada@lead.example")]),
        ('"Lovage, Ada" <a@b.test>, c@d.test', [("Lovage, Ada", "a@b.test"), ("", "c@d.test")]),
        ("=?utf-8?Q?J=C3=B6rg=2C_x=40y.z?= <j@lead.example>", [("Jörg, x@y.z", "j@lead.example")]),
        ("ada@lead.example (Ada (at work))", [("", "ada@lead.example")]),
        ("Mill: a@mill.test, b@mill.test;", [("", "a@mill.test"), ("", "b@mill.test")]),
        ("undisclosed-recipients:;", []),
        ("jörg@bücher.example", [("", "jörg@bücher.example")]),
        ("<>", []),
        ("((((", []),
        ('"', []),
    ],
)  # fmt: skip
def test_addresses_are_found_whatever_stands_around_them(
    field: str, expected: list[tuple[str, str]]
) -> None:
    assert list(mailboxes(field)) == expected


def test_of_too_many_references_the_newest_stay() -> None:
    ids = [f"<{number}@lead.example>" for number in range(300)]

    found = message_ids(" ".join(ids))

    assert found == tuple(ids[-100:])


def test_a_huge_field_hides_none_of_the_others() -> None:
    read = parse(hostile.MAILS["1 MB References"]())

    assert read.from_address == "eve@hostile.test"
    assert read.references == ("<aaaaaaaaaa@hostile.test>",)
    assert read.text == "hi"


def test_a_line_break_inside_an_encoded_word_makes_no_header() -> None:
    read = parse(mail("Subject: =?utf-8?Q?x=0D=0AAuto-Submitted:_auto-replied?=", "", "hi"))

    assert read.headers == {}
    assert read.subject == "x Auto-Submitted: auto-replied"


def test_a_mail_of_50_mb_is_cut_and_still_read() -> None:
    raw = hostile.MAILS["50 MB body"]()

    read = parse(raw)

    assert read.is_cut
    assert read.size_bytes == len(raw)
    assert read.subject == "hello"
    assert len(read.text) <= 256 * 1024


def test_what_is_no_mail_is_a_text() -> None:
    assert parse(b"good morning").text == "good morning"


def test_an_mbox_postmark_is_no_header() -> None:
    read = parse(b"From eve@x.test Tue Mar  3 10:00:00 2026\n" + hostile.HEAD + b"\nhi")

    assert (read.from_address, read.text) == ("eve@hostile.test", "hi")


def test_links_are_found_though_mail_gateways_rewrote_them() -> None:
    guarded = LINK_TOKEN.replace("-", "-2D")
    link = f"https://urldefense.example/v2/url?u=https-3A__go.pomelo.example_t_c_{guarded}&d=DwM"

    read = parse(mail("Subject: x", "", link))

    assert read.link_tokens == (LINK_TOKEN,)


def test_links_are_found_in_returned_mail_whose_lines_are_soft_broken() -> None:
    read = parse(mail("Subject: x", "", f"href=3D\"https://go.pomelo.example/t/c/{LINK_TOKEN[:7]}=", f'{LINK_TOKEN[7:]}"'))  # fmt: skip # noqa: E501

    assert read.link_tokens == (LINK_TOKEN,)


def test_our_token_is_found_in_headers_returned_as_text() -> None:
    read = parse(letter("bounce_qmail"))

    assert read.tokens == (TOKEN,)
    assert read.returned_ids == (HEADER_ID,)


def test_html_becomes_text_with_its_quotes_marked() -> None:
    markup = (
        "<style>p > b {}</style><p>Yes,<br>we <b>can</b>.</p><!-- no -->"
        "<blockquote><p>Can you?</p></blockquote><script>no()</script>Bye"
    )

    assert [line for line in from_html(markup).split("\n") if line] == [
        "Yes,", "we can.", ">", "> Can you?", ">", "Bye",
    ]  # fmt: skip


@pytest.mark.parametrize("name", hostile.MAILS)
def test_hostile_mail_costs_under_two_seconds_of_this_process(name: str) -> None:
    raw = hostile.MAILS[name]()
    started = time.process_time()

    read = parse(raw)
    understand(read)

    assert time.process_time() - started < 2
    assert len(msgspec.msgpack.encode(read)) < 2 * 1024 * 1024


@pytest.mark.parametrize("name", names())
def test_what_was_read_survives_the_way_to_the_parent(name: str) -> None:
    read = parse(letter(name))

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(read), type=Parsed) == read


@pytest.mark.parametrize("name", names())
def test_ends_of_lines_make_no_difference(name: str) -> None:
    raw = letter(name)

    over_the_wire, from_a_file = parse(raw), parse(raw.replace(b"\r\n", b"\n"))

    assert understand(over_the_wire) == understand(from_a_file)


@given(st.binary(max_size=2_000))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    assert msgspec.msgpack.encode(parse(raw))


PIECES = (
    b"From: ", b"To: ", b"<", b">", b"(", b'"', b"@", b"a@b.test", b"\r\n", b"\n\n", b" ", b";",
    b"Content-Type: multipart/report; boundary=x", b"Content-Type: message/rfc822", b"--x", b"--",
    b"Content-Type: message/delivery-status", b"Content-Transfer-Encoding: base64", b"=?utf-8?q?",
    b"?=", b"=\n", b"Final-Recipient: rfc822;", b"Action: failed", b"\xff\xfe", b"\0",
    b"<blockquote>", b"mailer-daemon@x.test", b"Subject: Undeliverable",
    b"Return-Path: <>", b"<!--", b"</",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join))
@settings(max_examples=300, deadline=None)
def test_no_pieces_of_mail_in_any_order_make_it_raise(raw: bytes) -> None:
    assert understand(parse(raw)).kind


def test_every_part_that_a_library_wrote_is_read_back() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "Jörg Müller <j@lead.example>", "Grüße " * 30
    message.set_content("Schöne Grüße\n" * 3)
    message.add_alternative("<p>Schöne Grüße</p>", subtype="html")

    read = parse(message.as_bytes())

    assert (read.from_name, read.from_address) == ("Jörg Müller", "j@lead.example")
    assert read.subject == ("Grüße " * 30).strip()
    assert read.text.strip() == "Schöne Grüße\nSchöne Grüße\nSchöne Grüße"
    assert read.has_html


def test_a_paragraph_on_one_long_line_is_kept_whole() -> None:
    paragraph = "We press forty tons a year and would like to hear more. " * 30
    raw = letter("reply_top_posted").replace(b"May is free.", paragraph.encode())

    reply = parse(raw).reply

    assert paragraph.strip() in reply
    assert "is your press busy" not in reply


def test_words_of_ones_own_above_a_short_introduction_stay() -> None:
    text = "Yes, gladly.\n\nMy number is 0171 2345.\n\nJared Dunn wrote:\n> Hi\n"

    reply = parse(f"From: {LEAD}\nSubject: Re: Hello\n\n{text}".encode()).reply

    assert "My number is 0171 2345." in reply
    assert "> Hi" not in reply
