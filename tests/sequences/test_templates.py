import contextlib
import time
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from pomelo.sequences.templates import (
    OutputTooLarge,
    TemplateInvalid,
    VariableMissing,
    compile_template,
)
from tests.sequences.walking import walked

RICHARD: Mapping[str, object] = {
    "firstName": "Richard",
    "first name": "Richard H.",
    "U.S. office": "Palo Alto",
    "companyName": "Pied <Piper>",
    "company": {"city": "Palo Alto", "tags": ["tech", "b2b"], "none": None},
    "a.b": "dotted",
    "employees": "250",
    "vip": "true",
    "score": 7,
    "empty": "",
    "for": "a word of Liquid",
    "prénom": "Žofie",
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def rendered(source: str, *, html: bool = False) -> str:
    return compile_template(source, html=html).render(RICHARD)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Hi {{firstName}}!", "Hi Richard!"),
        ("{{ firstName | upcase }}", "RICHARD"),
        ("{{ first name }}", "Richard H."),
        ('{{ ["first name"] | downcase }}', "richard h."),
        ("{{ U.S. office }}", "Palo Alto"),
        ("{{ prénom }}", "Žofie"),
        ("{{ for }}", "a word of Liquid"),
        ("{{ a.b }}", "dotted"),
        ("{{ company.city }}", "Palo Alto"),
        ("{{ company.tags[1] }} of {{ company.tags.size }}", "b2b of 2"),
        ("{{ company.tags.first }}{{ company.tags.last }}", "techb2b"),
        ("{{ score }} {{ empty }}|", "7 |"),
        ("{{ nobody | default: 'there' }}", "there"),
        ("{{ empty | default: 'there' }}", "there"),
        ("{{ nobody | upcase | default: firstName }}", "Richard"),
        ("{{ firstName | truncate: 5, '…' }}", "Rich…"),
        ("{{ firstName | replace: 'R', 'r' | append: '!' | prepend: '¡' }}", "¡richard!"),
        ("{{ '2026-03-01' | date: '%d.%m.%Y' }}", "01.03.2026"),
        ("{{ a.b | url_encode }}", "dotted"),
        ("{% if nobody %}a{% elsif score > 5 %}b{% else %}c{% endif %}", "b"),
        ("{% unless nobody %}x{% endunless %}", "x"),
        ("{% if nobody == blank and empty == blank %}x{% endif %}", "x"),
        ("{% case firstName %}{% when 'Jared', 'Richard' %}x{% else %}y{% endcase %}", "x"),
        ("{% if company.tags contains 'b2b' %}x{% endif %}", "x"),
        ("a {{- firstName -}} b", "aRichardb"),
    ],
)
def test_the_language_says_what_liquid_says(source: str, expected: str) -> None:
    assert rendered(source) == expected


@pytest.mark.parametrize(
    "condition",
    ["employees > 99", "employees == 250", "employees <= 250.0", "vip == true", "9 > score"],
)
def test_text_from_a_csv_compares_as_the_number_it_looks_like(condition: str) -> None:
    assert rendered(f"{{% if {condition} %}}yes{{% endif %}}") == "yes"


def test_what_cannot_be_compared_is_false_and_no_error() -> None:
    source = "{% if firstName > 5 or company < 3 or score contains company %}yes{% endif %}no"

    assert rendered(source) == "no"


def test_expressions_may_be_escaped_as_html_editors_do() -> None:
    source = (
        "{% if employees &gt; 99 %}{{ nobody | default: &quot;R&amp;D&quot; }}{% endif %}"
        "{{\xa0firstName&nbsp;}}"
    )

    assert rendered(source, html=True) == "R&amp;DRichard"


def test_a_value_is_escaped_in_html_and_never_read_as_a_template() -> None:
    values = {"name": "<a href='x'>{{ apiKey }}{% for %}</a>"}

    shown = compile_template("{{name}} {{ name | append: '&' }}", html=True).render(values)

    one = "&lt;a href=&#39;x&#39;&gt;{{ apiKey }}{% for %}&lt;/a&gt;"
    assert shown == f"{one} {one}&amp;"


def test_markup_of_the_caller_goes_in_as_it_is() -> None:
    template = compile_template("{{ signature }}", html=True)

    assert template.render({"signature": Markup("<b>R</b>")}) == "<b>R</b>"


def test_control_characters_of_a_value_are_dropped() -> None:
    template = compile_template("{{ a }}", html=False)

    assert template.render({"a": "x\0\x1b\x7f\x85\u2028\ud800y\r\nz"}) == "xy\nz"


@pytest.mark.parametrize(
    "name",
    ["nobody", "env", "config", "__class__", "firstName.__class__", "company.items", "now",
     "today", "company.none", "company.tags[9]", "firstName[0]", "score.real"],
)  # fmt: skip
def test_what_is_not_the_leads_data_is_missing(name: str) -> None:
    template = compile_template(f"{{{{ {name} }}}}", html=True)

    with pytest.raises(VariableMissing) as caught:
        template.render(RICHARD)

    assert caught.value.name in (name, name.replace("[", ".").replace("]", ""))


def test_a_missing_variable_in_a_branch_not_taken_does_not_matter() -> None:
    assert rendered("{% if nobody %}{{ nobody }}{% else %}x{% endif %}") == "x"


def test_a_template_knows_which_variables_it_needs() -> None:
    template = compile_template(
        "{{ a }}{{ b | default: 'x' }}{{ c | append: d }}{% if e %}{{ f.g }}{% endif %}", html=True
    )

    assert template.variables == {"a", "c", "d", "f.g"}
    assert template.mentions == {"a", "b", "c", "d", "e", "f.g"}


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("\n{% for a in b %}{% endfor %}", "Line 2 of the template: {% for %} cannot"),
        ("{% assign a = 1 %}", "{% assign %}"),
        ("{% raw %}{% endraw %}", "{% raw %}"),
        ("{% include 'x' %}", "{% include %}"),
        ("{{ (1..9) }}", "ranges"),
        ("{% if (1..9) contains 3 %}{% endif %}", "ranges"),
        ("{{ a[b] }}", "made of other variables"),
        ("{{ a | join: ',' }}", "there is no filter join; use one of append"),
        ("{{ a | replace: 'x' }}", "replace takes 2 arguments; it has 1"),
        ("{{ a | default: x: 1 }}", "no named arguments"),
        ("{{ a", "{{ is never closed"),
        ("x\n\n{{ a\n}", "Line 3"),
        ("{% if a %}", "endif"),
        ("{% if a %}{% else if b %}{% endif %}", "elsif"),
        ("{% endif %}", "unexpected tag 'endif'"),
        ("{{ }}", "name a variable"),
        ("{{{ a }}}", "three braces"),
        ("{{ a ! }}", "Line 1"),
        ("x" * 100_001, "larger than 100 kB"),
        ("{{a}}" * 2_001, "more than 2000 tags"),
        ("{{a|upcase|upcase}}" * 1_000, "more than 2000 expressions"),
    ],
)
def test_a_template_that_is_refused_says_where_and_why(source: str, says: str) -> None:
    with pytest.raises(TemplateInvalid) as caught:
        compile_template(source, html=True)

    assert says in str(caught.value)


BOMBS = {
    "unclosed": "{{" * 50_000,
    "raws": "{% raw %}" * 11_000,
    "spaces": ("{{" + " " * 990 + "}}") * 100,
    "tags": "{{a}}" * 20_000,
    "deep ifs": "{% if a %}" * 9_000,
    "range": "{{ (1..50000000) | join: ',' }}",
    "brackets": "{{" + "[" * 990 + "}}",
    "quotes": ("{{" + '["' * 490 + "}}") * 100,
    "parentheses": ("{{" + "(." * 450 + "}}") * 100,
    "case": "{% case 1 %}{% when 1,1 %}" * 29 + "{{ '' }}" + "{% endcase %}" * 29,
    "and": "{% if " + " and ".join("a" * 140) + " %}x{% endif %}",
    "filters": ("{{ big" + "|upcase|downcase" * 50 + "|truncate:1}}") * 19,
    "replace": "{{ big | replace: 'a', big }}",
    "append": "{{ big" + " | append: big" * 60 + " }}",
    "repeat": "{{ big }}" * 1_900,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_or_cheap(name: str) -> None:
    values = {"a": "b", "big": "a" * 100_000}
    started = time.process_time()

    try:
        shown = compile_template(BOMBS[name], html=True).render(values)
    except (TemplateInvalid, OutputTooLarge):
        shown = ""

    assert len(shown) <= 1_000_000
    assert time.process_time() - started < 5


def test_two_thousand_variables_are_not_too_many() -> None:
    shown = compile_template("{{a}}" * 2_000, html=True).render({"a": "x"})

    assert shown == "x" * 2_000


def test_output_ends_at_a_million_characters() -> None:
    template = compile_template("{{ a }}{{ a }}", html=True)

    with pytest.raises(OutputTooLarge):
        template.render({"a": "<" * 200_000})


plain = st.sampled_from(
    [
        *("Hi ", " ", "<p>", "{{ a }}", "{{ a.b }}", "{{ z }}", "{{ 1 }}"),
        *("{{ a | default: 'x' }}", "{{ a | url_encode | default: z }}", "{{ 'x' | append: a }}"),
    ]
)
conditions = st.sampled_from(
    ["a", "a > 3 and a != z", "a or z", "a contains 'x'", "a == empty", "z == blank", "a.b == nil"]
)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    text = st.lists(inner, max_size=3).map("".join)
    return st.one_of(
        st.builds(
            "{{% if {} %}}{}{{% elsif {} %}}{}{{% else %}}{}{{% endif %}}".format,
            *(conditions, text, conditions, text, text),
        ),
        st.builds("{{% unless {} %}}{}{{% endunless %}}".format, conditions, text),
        st.builds(
            "{{% case a %}}{{% when 3, 'x', empty %}}{}{{% when blank %}}{}{{% else %}}{}"
            "{{% endcase %}}".format,
            *(text, text, text),
        ),
    )


@settings(max_examples=200, deadline=None)
@given(
    value=json_values,
    source=st.lists(st.recursive(plain, blocks, max_leaves=8), max_size=4).map("".join),
    html=st.booleans(),
)
def test_the_fast_way_gives_what_liquid_gives(value: object, source: str, html: bool) -> None:
    template = compile_template(source, html=html)
    values = {"a": value, "a.b": "dotted"}

    fast = outcome(lambda: template.render(values))

    assert fast == outcome(lambda: walked(source, values, html=html))


def outcome(show: Callable[[], str]) -> str:
    try:
        return show()
    except VariableMissing as missing:
        return f"missing {missing.name}"


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="{}%|[]\"'. -&;abif\n:,()=<>", max_size=60))
def test_any_source_is_compiled_or_refused(source: str) -> None:
    with contextlib.suppress(TemplateInvalid, VariableMissing):
        shown = compile_template(source, html=True).render({"a": "x", "b": [1]})

        assert "{{" not in shown
