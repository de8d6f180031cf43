import re
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from pomelo.base.addresses import AddressInvalid
from pomelo.letters.compose import header_id
from pomelo.sequences.templates import TemplateInvalid, VariableMissing
from pomelo.tracking import message_of
from tests.letters.mails import (
    FIRST_NAMES,
    MESSAGE,
    SIGNER,
    header,
    letter,
    mail,
    parsed,
    part,
    tokens,
)


def test_a_mail_has_its_headers_and_two_parts() -> None:
    raw = mail(letter()).raw

    message = parsed(raw)
    parts: Any = message.get_payload()
    assert message.keys() == FIRST_NAMES
    assert message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in parts] == ["text/plain", "text/html"]
    assert [one["Content-Transfer-Encoding"] for one in parts] == ["quoted-printable"] * 2
    assert message["From"] == '"Gavin Belson" <gavin@hooli.test>'
    assert message["To"] == '"Richard Hendricks" <richard@piedpiper.com>'
    assert message["Subject"] == "Question, Richard"
    assert message["Date"] == "Sun, 01 Mar 2026 09:30:00 +0000"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_same_inputs_give_the_same_bytes() -> None:
    assert mail(letter()).raw == mail(letter()).raw


def test_the_date_carries_its_offset() -> None:
    zone = timezone(timedelta(hours=2))

    raw = mail(letter(), date=datetime(2026, 3, 1, 9, 30, tzinfo=zone)).raw

    assert header(raw, "Date").endswith("09:30:00 +0200")


def test_the_message_id_is_ours_and_cannot_be_guessed() -> None:
    made = header_id(MESSAGE, "bücher.test", SIGNER)

    assert re.fullmatch(r"<[A-Za-z0-9_-]{22,40}@xn--bcher-kva\.test>", made)
    assert len(made) <= 70
    assert message_of(made, SIGNER) == MESSAGE
    assert message_of(made.replace("<A", "<B", 1), SIGNER) is None
    assert message_of("<>", SIGNER) is None


def test_links_and_pixel_carry_signed_tokens() -> None:
    step = letter('<a href="https://a.test/?x=1&amp;y=2">a</a> <a href="https://b.test">b</a>')

    composed = mail(step)

    html, text = part(composed.raw, 1), part(composed.raw, 0)
    assert step.static_links == ("https://a.test/?x=1&y=2", "https://b.test")
    assert composed.links == ()
    assert [SIGNER.verify("c", t) for t in tokens("c", html)] == [(MESSAGE, 1), (MESSAGE, 2)]
    assert [SIGNER.verify("o", t) for t in tokens("o", html)] == [(MESSAGE, 0)]
    assert tokens("c", text) == []
    assert "a (https://a.test/?x=1&y=2) b (https://b.test)" in text


def test_nothing_is_tracked_when_nobody_asked() -> None:
    step = letter('<a href="https://a.test">a</a>', track_opens=False, track_clicks=False)

    html = part(mail(step).raw, 1)

    assert tokens("c", html) == tokens("o", html) == []
    assert 'href="https://a.test"' in html


def test_targets_that_depend_on_the_lead_come_with_the_mail() -> None:
    step = letter(
        '<a href="https://s.test">s</a> <a href="https://a.test/{{slug}}">d</a>'
        '{% if no %}<a href="{{nobody}}">n</a>{% endif %} <a href="{{evil}}">e</a>'
    )
    values = {"firstName": "R", "slug": "ü x", "evil": "java\tscript:alert(1)"}

    composed = mail(step, values=values)

    html, text = part(composed.raw, 1), part(composed.raw, 0)
    assert step.static_links == ("https://s.test", None, None, None)
    assert composed.links == ("https://s.test", "https://a.test/%C3%BC%20x", "", "")
    assert [SIGNER.verify("c", t) for t in tokens("c", html)] == [(MESSAGE, 1), (MESSAGE, 2)]
    assert "d (https://a.test/%C3%BC%20x)" in text
    assert "script:" not in html + text


def test_a_leads_variable_cannot_take_the_place_of_ours() -> None:
    step = letter("{{unsubscribeUrl}} {{senderName}} <a href='{{slug}}'>x</a>")
    values = {
        "firstName": "R",
        "slug": "https://a.test",
        "unsubscribeUrl": "https://evil.test",
        "senderName": "Evil",
        "signature": "Evil",
        "\ue000link1": "https://evil.test",
        "\ue000target1": "https://evil.test",
    }

    composed = mail(step, values=values)

    assert b"vil" not in composed.raw
    assert composed.links == ("https://a.test",)


def test_one_click_unsubscribe_has_both_headers_and_one_link_in_each_part() -> None:
    raw = mail(letter()).raw

    url, mailto = header(raw, "List-Unsubscribe").split(", ")
    (token,) = tokens("u", url)
    assert SIGNER.verify("u", token) == (MESSAGE, 0)
    assert mailto == "<mailto:gavin@hooli.test?subject=unsubscribe>"
    assert tokens("u", part(raw, 0)) == tokens("u", part(raw, 1)) == [token]


def test_an_unsubscribe_link_of_the_step_is_enough() -> None:
    raw = mail(letter('<p>Hi</p><a href="{{ unsubscribeUrl }}">out</a>')).raw

    assert len(tokens("u", part(raw, 0))) == len(tokens("u", part(raw, 1))) == 1
    assert tokens("c", part(raw, 1)) == []


def test_a_signature_is_appended_unless_the_step_shows_it() -> None:
    signature = "<b>Gavin</b> &amp; Co<br>CEO"

    appended = mail(letter(), signature=signature)
    placed = mail(letter("<p>x</p>{{signature}}<p>PS</p>"), signature=signature)

    assert f"<div>{signature}</div><p style" in part(appended.raw, 1)
    assert "Hi Richard\n\nGavin & Co\nCEO\n\nIf you" in appended.text
    assert f"<p>x</p>{signature}<p>PS</p>" in part(placed.raw, 1)
    assert placed.text.startswith("x\n\nGavin & Co\nCEO")


def test_a_rehearsal_is_marked_and_leads_nowhere() -> None:
    step = letter('<a href="https://a.test">a</a>')

    composed = mail(step, rehearsal_to="ops@hooli.test")

    assert header(composed.raw, "To") == "ops@hooli.test"
    assert composed.subject == "[rehearsal to richard@piedpiper.com] Question, Richard"
    assert header(composed.raw, "X-Pomelo-Rehearsal") == "richard@piedpiper.com"
    html = part(composed.raw, 1)
    assert tokens("c", html) == tokens("o", html) == []
    assert 'href="https://a.test"' in html


def test_a_local_part_beyond_ascii_stays_utf_8() -> None:
    raw = mail(letter(), recipient="žofie@bücher.test", recipient_name="").raw

    assert "To: žofie@xn--bcher-kva.test\r\n".encode() in raw


def test_domains_go_out_as_a_labels() -> None:
    raw = mail(letter(), recipient="richard@bücher.test", recipient_name="").raw

    assert header(raw, "To") == "richard@xn--bcher-kva.test"


@pytest.mark.parametrize("field", ["recipient", "sender_email", "rehearsal_to"])
@pytest.mark.parametrize("address", ["a@b.cd, e@f.gh", "a@b.cd>\r\nRCPT TO:<e@f.gh", "a b@c.de"])
def test_two_addresses_are_never_one(field: str, address: str) -> None:
    with pytest.raises(AddressInvalid):
        mail(letter(), **{field: address})


def test_a_missing_variable_stops_the_mail() -> None:
    with pytest.raises(VariableMissing) as caught:
        mail(letter(), values={})

    assert caught.value.name == "firstName"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"subject": "x" * 401}, "400 characters"),
        ({"subject": "{{ x"}, "never closed"),
        ({"message": "{% if a %}"}, "endif"),
        ({"message": "<script>{% if a %}</script>x{% endif %}"}, "cuts across"),
    ],
)
def test_a_step_that_cannot_be_sent_is_refused(changed: dict[str, str], says: str) -> None:
    with pytest.raises(TemplateInvalid, match=says):
        letter(**changed)


def test_a_value_of_nothing_but_space_costs_no_time() -> None:
    step = letter("{% if a %}x{{a}}\n y{% endif %}<a href='https://a.test/{{a}}'>z</a>")
    started = time.process_time()

    composed = mail(step, values={"firstName": "R", "a": "x" + " " * 90_000 + "x"})

    assert composed.text.startswith("xx ")
    assert time.process_time() - started < 5
