import re
from email.header import decode_header, make_header

from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from pomelo.letters.headers import cleaned
from pomelo.letters.threads import Thread
from pomelo.sequences import TemplateInvalid
from pomelo.sequences.templates import VariableMissing
from tests.letters.mails import FIRST_NAMES, header, letter, mail, parsed, part

NASTY = [
    "=?UTF-8?Q?x=0D=0ABcc:_a=40b.c?=",
    "=?utf-8?q?evil=40x=2Ey=2C?=",
    "a\r\nBcc: a@b.c\r\n\r\n.\r\n",
    "\n.\n",
    "\r.\r",
    "x" * 10_000,
    "\u2028\u2029\x85\0",
    '"<>,;:\\',
    "{{ firstName }}{% for %}",
    "<script>alert(1)</script>",
    "=\r\n=20= \t\n",
    "ž👩‍💻",
]

hostile = st.text() | st.sampled_from(NASTY)


@settings(max_examples=100, deadline=None)
@given(
    first_name=hostile,
    sender_name=hostile,
    recipient_name=hostile,
    signature=hostile,
    in_reply_to=hostile,
    thread_subject=hostile,
)
def test_no_text_changes_the_shape_of_a_mail(
    first_name: str,
    sender_name: str,
    recipient_name: str,
    signature: str,
    in_reply_to: str,
    thread_subject: str,
) -> None:
    step = letter("<p title='{{firstName}}'>{{firstName}}</p><p>.</p><p>{{senderName}}</p>")
    composed = mail(
        step,
        values={"firstName": first_name},
        sender_name=sender_name,
        recipient_name=recipient_name,
        signature=signature,
        thread=Thread(in_reply_to=in_reply_to, references=("<a@b>",), subject=thread_subject),
    )

    raw = composed.raw
    names = [name for name in parsed(raw) if name != "In-Reply-To"]
    assert names == [*FIRST_NAMES[:5], "References", *FIRST_NAMES[5:]]
    assert raw.replace(b"\r\n", b"").count(b"\r") == raw.replace(b"\r\n", b"").count(b"\n") == 0
    assert b"\0" not in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76
    assert header(raw, "From").rpartition("<")[2] == "gavin@hooli.test>" or not cleaned(sender_name)
    assert header(raw, "To").rpartition("<")[2].strip("<>") == "richard@piedpiper.com"
    assert str(make_header(decode_header(header(raw, "Subject")))) == composed.subject
    assert part(raw, 0) == composed.text
    assert escaped_values(part(raw, 1)) == [escaped(first_name)] * 2


def escaped(value: str) -> str:
    kept = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", "", re.sub("\r\n?", "\n", value))
    return str(escape(kept))


def escaped_values(html: str) -> list[str]:
    found = re.match(r'<html><body><p title="([^"]*)">([^<]*)</p>', html)
    assert found is not None
    return list(found.groups())


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab <>{}%&;\"'=/\nžap{}\ue000\ue002\ue003", max_size=80) | hostile)
def test_any_message_is_sent_or_refused(source: str) -> None:
    try:
        step = letter(source)
        raw = mail(step, values={"firstName": "R", "a": "x", "b": "y"}).raw
    except (TemplateInvalid, VariableMissing):
        return

    assert len(parsed(raw).get_payload()) == 2
    assert max(map(len, raw.split(b"\r\n"))) <= 998
