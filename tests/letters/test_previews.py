from typing import Any

import pytest

from pomelo.letters import Preview, StepContent, preview
from tests.letters.mails import SIGNER, envelope


def previewed(message: str, subject: str = "Hi {{firstName}}", **changed: Any) -> Preview:
    content = StepContent(subject, message, track_opens=True, track_clicks=True)
    return preview(content, envelope(**changed), SIGNER)


def test_a_preview_shows_the_mail_with_links_as_they_lead() -> None:
    shown = previewed("<p>Hi {{firstName}}, <a href='https://a.test/{{b}}'>look</a></p>")

    assert shown.subject == "Hi Richard"
    assert 'href="https://a.test/[b]"' in shown.html
    assert "Hi Richard, look" in shown.text
    assert shown.missing == ("b",)
    assert shown.warnings == ()


def test_all_that_is_missing_is_told_at_once() -> None:
    shown = previewed("{{a}} {{ sender.phone }} {{c | default: 'd'}}", "{{e}}", values={})

    assert set(shown.missing) == {"a", "sender.phone", "e"}
    assert shown.subject == "[e]"
    assert "[a] [sender.phone] d" in shown.text


def test_a_preview_is_harmless() -> None:
    shown = previewed("<p onclick='x()'>a</p><script>x()</script><form><input></form>")

    assert not any(word in shown.html for word in ("onclick", "script", "form"))


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("<p>{{long}}</p>", "102 kB"),
        ("<a href='https://evil.test/'>www.bank.test</a>", "shows www.bank.test and leads to evil"),
        ("<p>a</p><img src='https://a.test/p.png'>", "https://a.test/p.png has no alt text"),
        ("<p>{Hi|Hello {{firstName}}</p>", "shows {Hi|Hello"),
        ("<p>{Hi|<b>Hello</b>} you</p>", "shows {Hi|Hello"),
        ("<img src='https://a.test/p.png' alt=''>", "no words"),
    ],
)
def test_each_fact_that_harms_a_mail_is_told(message: str, says: str) -> None:
    (warning,) = previewed(message, "x", values={"long": "x" * 102_001}).warnings

    assert says in warning


@pytest.mark.parametrize(
    "message",
    [
        "<p>" + "x" * 90_000 + "</p>",
        "<a href='https://www.bank.test/a'>bank.test</a>",
        "<p>a</p><img src='https://a.test/p.png' alt='Our house'>",
    ],
)
def test_a_sound_mail_has_no_warnings(message: str) -> None:
    assert previewed(message).warnings == ()
