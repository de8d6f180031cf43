"""What is amiss in a mail's HTML: facts about how it is read, no guesses about spam filters."""

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from pomelo.letters.pages.links import host_of, is_disguised

# What Gmail shows of a mail before it hides the rest.
SHOWN_BYTES: Final = 102_000
NAMED: Final = 60
_SPIN: Final = re.compile(r"\{[^{}|]{0,60}\|[^{}]{0,60}")

WORDLESS: Final = "The mail has no words: who does not load pictures sees nothing in it."


def flaws(html: str, *, is_wordless: bool) -> tuple[str, ...]:
    """Tell what harms a mail, each thing in a sentence.

    Args:
        html: Its HTML part, links as they lead.
        is_wordless: Whether its own text part says nothing.
    """
    tree = LexborHTMLParser(html)
    return tuple(
        dict.fromkeys(
            [
                *_too_large(html),
                *([WORDLESS] if is_wordless else []),
                *_disguised(tree),
                *_unnamed(tree),
                *_unspun(tree),
            ]
        )
    )


def _too_large(html: str) -> Iterator[str]:
    size = len(html.encode("utf-8"))
    if size > SHOWN_BYTES:
        yield f"The HTML has {size // 1000} kB; Gmail hides what comes after 102 kB. Shorten it."


def _disguised(tree: LexborHTMLParser) -> Iterator[str]:
    for link in tree.css("a[href]"):
        shown, target = link.text().strip(), link.attributes.get("href") or ""
        if is_disguised(shown, target):
            yield (
                f"A link shows {shown[:NAMED]} and leads to {host_of(target)}, as phishing does; "
                "let it show other words or the address that it leads to."
            )


def _unnamed(tree: LexborHTMLParser) -> Iterator[str]:
    for picture in tree.css("img[src]"):
        source = picture.attributes.get("src") or ""
        if picture.attributes.get("alt") is None:
            yield (
                f"The picture {source[:NAMED]} has no alt text, which stands in its place where "
                'pictures are not loaded; alt="" is for one that says nothing.'
            )


def _unspun(tree: LexborHTMLParser) -> Iterator[str]:
    """Find what was meant to vary and is shown as it stands."""
    for found in _SPIN.findall(tree.body.text() if tree.body else ""):
        yield (
            f"The text shows {found[:NAMED]} as it stands: wordings stand between one pair of "
            "braces with no HTML in them; or write {% spin %}."
        )
