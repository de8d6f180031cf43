import pytest

from pomelo.letters.pages.html import (
    END,
    read,
    read_data,
    slot,
    target_slot,
)
from pomelo.letters.pages.links import is_disguised, is_safe, web_target
from pomelo.letters.pages.pixel import CLIP_BYTES, with_pixel
from pomelo.sequences.templates import TemplateInvalid, compile_template


def targets(html: str) -> list[str | None]:
    return [link.target for link in read(html, track=True).links]


def text_of(html: str) -> str:
    return read(html, track=True).text


def test_web_links_are_found_in_order() -> None:
    page = read(
        '<p><a href="https://a.test/?x=1&amp;y=2">one</a> <map><area href=HTTP://b.test></map></p>',
        track=True,
    )

    assert [link.target for link in page.links] == ["https://a.test/?x=1&y=2", "http://b.test"]
    assert f'<a href="{{{{ ["{slot(1)}"] }}}}">one</a>' in page.html
    assert f'["{slot(2)}"]' in page.html


@pytest.mark.parametrize(
    "link",
    [
        '<a href="mailto:a@b.test">x</a>',
        '<a href="tel:+420">x</a>',
        '<a href="#part">x</a>',
        '<a href="/relative">x</a>',
        '<a name="x">x</a>',
        '<a href="">x</a>',
        '<a href="https://a.test" data-track="off">x</a>',
        '<a href="https://a.test">https://bank.test/login</a>',
        '<a href="{{ unsubscribeUrl }}">x</a>',
        '<link href="https://a.test">',
        "https://a.test as text",
        '<!-- <a href="https://a.test">x</a> -->',
    ],
)
def test_other_links_are_left_alone(link: str) -> None:
    assert targets(f"<p>{link}</p>") == []


def test_without_tracking_no_static_link_is_touched() -> None:
    page = read('<a href="https://a.test">x</a>', track=False)

    assert page.links == ()
    assert '<a href="https://a.test">x</a>' in page.html


def test_a_target_with_liquid_is_known_only_per_mail() -> None:
    page = read('<a href="https://a.test/{{ slug | default: &quot;x&quot; }}">y</a>', track=True)

    (link,) = page.links
    assert link.target is None
    assert link.template is not None
    assert link.template.render({"slug": "q"}) == "https://a.test/q"
    assert f'["{target_slot(1)}"]' in page.text


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "\x01 javascript:alert(1)",
        "&#106;avascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
    ],
)
def test_dangerous_links_lose_their_address(address: str) -> None:
    page = read(f'<p><a href="{address}">x</a></p>', track=True)

    assert "href" not in page.html
    assert page.links == ()
    assert page.text == "x"


def test_scripts_are_dropped() -> None:
    assert "alert" not in read("<p>x</p><script>alert(1)</script>", track=True).html


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://a.test", "https://a.test"),
        (" HTTPS://a.test/ü b?q=ž&x=%20#f ", "https://a.test/%C3%BC%20b?q=%C5%BE&x=%20#f"),
        ("https://bücher.test/", "https://xn--bcher-kva.test/"),
        ("https://a.test/\r\nSet-Cookie:x", "https://a.test/Set-Cookie:x"),
        ("https:\\\\a.test", ""),
        ("https:/a.test", ""),
        ("https://", ""),
        ("https:///a", ""),
        ("https://a\\b.test", ""),
        ("//a.test", ""),
        ("ftp://a.test", ""),
        ("https://\u2028.test", ""),
    ],
)
def test_a_target_is_an_ascii_web_address_or_nothing(address: str, target: str) -> None:
    assert web_target(address) == target


def test_addresses_without_a_scheme_are_safe() -> None:
    assert [is_safe(a) for a in ("", "#x", "/a:b", "a@b", "mailto:x")] == [True] * 5


@pytest.mark.parametrize(
    ("shown", "target", "disguised"),
    [
        ("https://bank.test", "https://a.test", True),
        ("bank.test/login", "https://a.test", True),
        ("www.a.test", "https://a.test/x", False),
        ("https://a.test/x", "https://A.test:443/y", False),
        ("click here", "https://a.test", False),
        ("see bank.test", "https://a.test", False),
    ],
)
def test_a_link_is_disguised_when_it_shows_another_host(
    shown: str, target: str, disguised: bool
) -> None:
    assert is_disguised(shown, target) is disguised


def test_plain_text_becomes_paragraphs() -> None:
    page = read("Hi {{ name }},\n\nR&D <3 you\nand me <a@b.test>\n\n\nBye", track=True)

    assert page.html == (
        "<html><body><p>Hi {{ name }},</p>\n<p>R&amp;D &lt;3 you<br>\n"
        "and me &lt;a@b.test&gt;</p>\n<p>Bye</p>\n"
    )
    assert page.text == "Hi {{ name }},\n\nR&D <3 you\nand me <a@b.test>\n\nBye"


def test_conditions_stay_where_they_are_even_in_tables() -> None:
    source = "<table>{% if a &gt; 1 %}<tr><td>{{ b }}</td></tr>{% endif %}</table>"

    html = compile_template(read(source, track=True).html, html=True)

    assert "<td>x</td>" in html.render({"a": "2", "b": "x"})
    assert "<td>" not in html.render({"a": "1"})


@pytest.mark.parametrize("source", ["<a {{ x }}>q</a>", "<p {% if x %}class=y{% endif %}>q</p>"])
def test_liquid_loose_in_a_tag_is_refused(source: str) -> None:
    with pytest.raises(TemplateInvalid, match="attribute"):
        read(source, track=True)


def test_unquoted_attributes_are_quoted_before_values_come_in() -> None:
    assert 'title="{{ x }}"' in read("<p title={{ x }}>y</p>", track=True).html


def test_braces_written_as_entities_stay_text() -> None:
    page = read("<p>&#123;{ x }} &#123;% y %}</p>", track=True)

    assert "{{ x }} {% y %}" in compile_template(page.text, html=False).render({})
    assert "{{ x }}" not in page.html


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><p>b<br>c</p>", "a\n\nb\nc"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("a  \n <b>b</b>c", "a bc"),
        ("<ul><li>a<li>b<ol><li>c</ol></ul>d<p></p>", "- a\n- b\n1. c\n\nd"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<p>a&nbsp;b &amp; &lt;c&gt; &euro;</p>", "a\xa0b & <c> €"),
        ("<style>p{}</style><title>t</title><p>a</p><!-- c -->", "a"),
        ('<a href="https://a.test/?x=1&amp;y">here</a>', "here (https://a.test/?x=1&y)"),
        ('<a href="https://a.test">https://a.test</a>', "https://a.test"),
        ('<a href="mailto:a@b.test">a@b.test</a>', "a@b.test"),
        ('<a href="#x">x</a>', "x"),
        ('<a href="https://a.test"><img src=x alt="Logo"></a>', "Logo (https://a.test)"),
        ('<a href="https://a.test"><img src=x></a>', "https://a.test"),
        ("<p>a</p><hr><p>b</p>", "a\n\n--------------------\n\nb"),
        ("<pre>a\n  b</pre>c", "a\n  b\n\nc"),
        ("<p>x<a href='{{ unsubscribeUrl }}'>out</a></p>", "xout ({{ unsubscribeUrl }})"),
        ("<div>" * 1000 + "deep" + "</div>" * 1000, "deep"),
    ],
)
def test_the_text_part_reads_like_the_page(html: str, text: str) -> None:
    assert text_of(html) == text


def test_a_signature_is_data_and_made_safe() -> None:
    html, text = read_data('R<br>{{ x }}<a href="javascript:x">j</a><script>y</script>')

    assert html == "R<br>{{ x }}<a>j</a>"
    assert text == "R\n{{ x }}j"


def test_a_plain_signature_keeps_its_lines() -> None:
    assert read_data("R & H\nCEO") == ("<p>R &amp; H<br>\nCEO</p>\n", "R & H\nCEO")


def test_the_pixel_is_the_last_thing_of_a_short_page() -> None:
    assert with_pixel("<html><body>x", "<p>e</p>", "<img>") == f"<html><body>x<p>e</p><img>{END}"


def test_the_pixel_of_a_long_page_is_not_clipped() -> None:
    page = "<html><body>" + "<p>žluťoučký kůň</p><!-- </p> -->" * 4000

    whole = with_pixel(page, "<p>end</p>", "<img>")

    before, pixel, rest = whole.partition("<img>")
    assert pixel
    assert CLIP_BYTES * 0.9 < len(before.encode()) < CLIP_BYTES
    assert rest.startswith("</p>")
    assert whole.replace("<img>", "") == f"{page}<p>end</p>{END}"
