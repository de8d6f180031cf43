"""HTML that would cost a parser seconds is refused by one look along its tags."""

import pytest

from pomelo.letters.answers import clean
from pomelo.letters.pages.html import read, read_data
from pomelo.letters.pages.nesting import is_tangled
from pomelo.sequences import TemplateInvalid

OUTLOOK = "<div><table><tbody><tr><td><p><font face=Arial><span>"
OUTLOOK_END = "</span></font></p></td></tr></tbody></table></div>"


@pytest.mark.parametrize(
    "source",
    [
        "<ul><li>" * 25_000,
        "<b>" * 60_000,
        "<i></b>" * 28_000,
        "<p>" + "".join(f"<font color={n}>" for n in range(30)) + "</p><p>x" * 20_000,
        "<table><td>" * 18_000,
        "<b/>" * 50_000,
        "<div>" * 300 + "<p>x" * 40_000,
        "<svg>" + "<td>" * 12_500 + "</x>" * 12_000,
        "<math>" + "<tr>" * 12_500 + "</y>" * 12_000,
        "<select>" + "<option>x" * 10_000,
        "<p " + " ".join(f"a{n}" for n in range(14_500)) + ">",
    ],
)
def test_what_a_parser_would_take_seconds_for_is_tangled(source: str) -> None:
    assert is_tangled(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "1 < 2 <3 < b",
        "<p>One<p>Two<br>" * 10_000,
        "<ul>" + "<li>point" * 10_000 + "</ul>",
        "<p><b>A <i>word</i></b></p>" * 2_000,
        "<b>left open" + "<p>A line</p>" * 1_000,
        "<blockquote><div>" * 100 + "x" + "</div></blockquote>" * 100,
        OUTLOOK * 40 + "x" + OUTLOOK_END * 40,
        "</div></b>" * 1_000,
        "<tr><td><font face=Arial><font size=2>x</td></tr>" * 300,
        "<h3><a name=n>Title</h3><p>text <a href=x>more</a></p><hr>" * 300,
        "<svg>" + '<path d="M0 0"/>' * 300 + "</svg>" + "<p>x</p>" * 1_000,
        ("{% if a %}<a href=1>{% else %}<a href=2>{% endif %}x</a>" + "<p>x</p>" * 10) * 100,
    ],
)
def test_what_people_and_their_programs_write_is_not(source: str) -> None:
    assert not is_tangled(source)


def test_a_step_whose_tags_are_entangled_is_refused() -> None:
    with pytest.raises(TemplateInvalid, match="close them"):
        read("<b>" * 60_000, track=True)


def test_elsewhere_entangled_html_is_shown_as_it_was_written() -> None:
    html, text = read_data("<b>" * 60_000)

    assert html.startswith("<p>&lt;b&gt;&lt;b&gt;")
    assert text.startswith("<b><b>")
    assert clean("<b>" * 60_000)[1] == text
