from datetime import UTC, datetime
from typing import Any

import pytest

from pomelo.letters import Occasion, Writer, filled, known
from pomelo.sequences import MOMENT, VariableMissing
from tests.letters.mails import letter, mail

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def said(message: str, *, seed: str = "lea/stp", **variables: object) -> str:
    values = known(
        variables,
        "richard@piedpiper.com",
        "Campaign1",
        writer=Writer("Gavin", "gavin@hooli.test", {"calendarUrl": "https://cal.test/g"}),
        occasion=Occasion(seed, NOW, "Europe/Paris"),
    )
    return mail(letter(message, subject="x"), values=values).text.partition("\n")[0]


def test_a_text_names_what_is_its_senders() -> None:
    assert said("{{ sender.name }}: {{ sender.calendarUrl }}") == "Gavin: https://cal.test/g"


def test_a_lead_cannot_speak_for_its_sender() -> None:
    assert said("{{ sender.name }}", sender={"name": "Mallory"}) == "Gavin"


def test_a_sender_that_lacks_something_is_told_by_name() -> None:
    with pytest.raises(VariableMissing, match=r"sender\.phone"):
        said("{{ sender.phone }}")


@pytest.mark.parametrize(
    ("timezone", "hour"),
    [("Asia/Tokyo", "18"), (" Asia/Tokyo ", "18"), ("Mars/Base", "10"), ("", "10"), (7, "10")],
)
def test_a_lead_without_a_zone_that_is_known_has_its_campaigns(timezone: object, hour: str) -> None:
    assert said("{{ 'now' | date: '%H' }}", timezone=timezone) == hour


def test_both_parts_of_a_mail_spin_alike_and_its_subject_apart() -> None:
    spin = "{" + "|".join("abcdefghij") + "}"
    source = f"<p>{spin}</p><p>{{% spin %}}{{% variation %}}<b>x</b>{{% endspin %}}{spin}</p>"
    step = letter(source, subject=spin)
    mails = [
        mail(step, values=known({}, "r@p.com", "c", writer=Writer("", ""), occasion=occasion))
        for occasion in (Occasion(f"lea_{n}", NOW, "UTC") for n in range(30))
    ]

    for one in mails:
        html = [one.html.partition("<p>")[2][0], one.html.partition("</b>")[2][0]]
        assert one.text.split()[:2] == [html[0], f"x{html[1]}"]
    assert any(one.subject != one.text[0] for one in mails)
    assert any(one.text[0] != one.text.split()[1][1] for one in mails)


def test_all_that_is_missing_stands_in_brackets() -> None:
    text, missing = filled(
        {"a": "1"}, lambda values: " ".join(str(values_of(values, name)) for name in "abc")
    )

    assert (text, missing) == ("1 [b] [c]", ("b", "c"))


def values_of(values: object, name: str) -> object:
    assert isinstance(values, dict)
    if name not in values:
        raise VariableMissing(name)
    return values[name]


def test_the_moment_of_writing_cannot_be_a_leads() -> None:
    theirs: dict[str, Any] = {MOMENT: datetime(1999, 1, 1, tzinfo=UTC)}

    assert said("{{ 'now' | date: '%Y' }}", **theirs) == "2026"
