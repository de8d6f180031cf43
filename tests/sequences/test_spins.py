from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pomelo.sequences import MOMENT, SEED, TemplateInvalid, compile_template, spelled_out

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def shown(source: str, seed: str = "", **values: object) -> str:
    template = compile_template(spelled_out(source), html=False)
    return template.render({**values, SEED: seed})


def all_of(source: str, **values: object) -> set[str]:
    return {shown(source, str(seed), **values) for seed in range(200)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{Hi|Hello} Ada", {"Hi Ada", "Hello Ada"}),
        ("{Hi {{name}}|Hello}!", {"Hi Ada!", "Hello!"}),
        ("{Hi|{Good|Fine} day}", {"Hi", "Good day", "Fine day"}),
        ("x{|y}", {"x", "xy"}),
        ("{% spin %}{% variation %}a{% variation %}{{name}}{% endspin %}", {"a", "Ada"}),
        ("{% spin %}\n{% variation %}a{% endspin %}", {"a"}),
        ("{a|b}{c|d}", {"ac", "ad", "bc", "bd"}),
    ],
)
def test_each_wording_of_a_spin_comes_and_no_other(source: str, expected: set[str]) -> None:
    assert all_of(source, name="Ada") == expected


def test_a_brace_that_never_closes_costs_no_more_than_its_length() -> None:
    source = "{" + "|" * 90_000

    assert spelled_out(source) == source  # square in its length it would be minutes


@pytest.mark.parametrize(
    "source", ["p{color:red}", "a|b", "{a}", "{{ 'a|b' }}", "{a", "{<b>a|b</b>}"]
)
def test_what_is_no_spin_stays_as_it_is(source: str) -> None:
    assert all_of(source) == {source.replace("{{ 'a|b' }}", "a|b")}


def test_a_spin_falls_the_same_way_each_time_for_one_seed() -> None:
    assert len({shown("{a|b|c|d} {e|f|g|h}", "lea_1/stp_1") for _ in range(20)}) == 1


def test_wordings_are_shared_out_evenly() -> None:
    counts = [sum(shown("{a|b|c}", f"lea_{n}") == one for n in range(3000)) for one in "abc"]

    assert all(900 < count < 1100 for count in counts)


@pytest.mark.parametrize(
    "source",
    [
        "{% spin %}{% endspin %}",
        "{% spin %}a{% variation %}b{% endspin %}",
        "{% spin %}{% variation %}a",
        "{% variation %}a",
        "{% spin x %}{% variation %}a{% endspin %}",
        "|".join(["{a"] + ["b"] * 3000) + "}",
        "{a|" * 12 + "b" + "}" * 12,
    ],
)
def test_a_spin_that_cannot_be_is_refused_with_a_sentence(source: str) -> None:
    with pytest.raises(TemplateInvalid, match="Line 1"):
        compile_template(spelled_out(source), html=False)


def test_a_wording_that_is_not_chosen_needs_no_values() -> None:
    both = set()
    for seed in range(50):
        try:
            both.add(shown("{a|{{nobody}}}", str(seed)))
        except Exception as error:
            both.add(type(error).__name__)

    assert both == {"a", "VariableMissing"}


@pytest.mark.parametrize(
    ("source", "zone", "expected"),
    [
        ("{{ 'now' | date: '%H:%M' }}", "Asia/Tokyo", "21:00"),
        ("{{ 'today' | date: '%d.%m.%Y' }}", "Pacific/Kiritimati", "02.07.2026"),
        ("{{ meeting | date: '%A %H:%M' }}", "America/New_York", "Thursday 09:30"),
        ("{{ day | date: '%d/%m' }}", "America/New_York", "03/07"),
        ("{{ wall | date: '%H:%M' }}", "Asia/Tokyo", "08:00"),
    ],
)
def test_instants_are_shown_by_the_clocks_of_the_leads_zone(
    source: str, zone: str, expected: str
) -> None:
    values: Mapping[str, object] = {
        "meeting": "2026-07-02T13:30:00Z",
        "day": "2026-07-03",
        "wall": "2026-07-03T08:00:00",
        MOMENT: NOON.astimezone(ZoneInfo(zone)),
    }

    assert compile_template(source, html=False).render(values) == expected
