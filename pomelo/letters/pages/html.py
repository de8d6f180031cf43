"""Prepares a step's HTML: finds its links, makes its text part, says where the pixel goes.

All of it happens once a step, on the template; Liquid is masked while the page is a tree.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from pomelo.letters.pages.links import is_disguised, is_safe, is_shown, web_target
from pomelo.letters.pages.nesting import is_tangled
from pomelo.letters.pages.plaintext import Voice, paragraphs, tidy, written
from pomelo.sequences import (
    Piece,
    PieceKind,
    Template,
    TemplateInvalid,
    compile_template,
    scan,
    unescaped,
)

END: Final = "</body></html>"

TANGLED: Final = "Too many tags stand in each other or are left open; close them, and nest fewer."

_ADDRESS_ATTRIBUTES: Final = ("href", "xlink:href", "action", "formaction")

# Masks: \ue000 12 \ue001 stands for the 12th piece; as a comment where text is, because
# comments stay where they are, even in tables, and cannot be taken for words.
_PRIVATE: Final = dict.fromkeys(range(0xE000, 0xE004))
_MASK: Final = re.compile(
    "(?:<!--|&lt;!--)\ue002(\\d+)\ue003(?:-->|--&gt;)|\ue002(\\d+)\ue003|\ue000(\\d+)\ue001"
)
_TAG: Final = re.compile(
    r"(<!--.*?(?:-->|\Z)|</?[a-zA-Z](?:[^<>\"']++|\"[^\"]*+\"|'[^']*+')*+>)|\ue000(\d+)\ue001",
    re.DOTALL,
)
_ANY_TAG: Final = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(?:[\s/][^<>]*)?>|<!--|<!doctype", re.I)
_WHOLE_PAGE: Final = re.compile(r"<(?:!doctype|html|head|body)[\s>]", re.IGNORECASE)
_END_OF_PAGE: Final = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_BRACE: Final = re.compile("\\{(?=[{%\ue000]|<!--\ue002)")


class Link(msgspec.Struct, frozen=True):
    """A link whose place in the page is filled per mail.

    Attributes:
        target: Where it goes; None when that is known only per mail.
        template: Makes the target of a mail's values, when it is not known yet.
        is_tracked: Whether clicks go by way of us.
    """

    target: str | None
    template: Template | None
    is_tracked: bool


class Page(msgspec.Struct, frozen=True):
    """A step's message, ready to be compiled.

    Attributes:
        html: Liquid for the HTML part, without `END`; link n is the variable `slot(n)`.
        text: Liquid for the text part; an unknown target n is the variable `target_slot(n)`.
        links: The links that are variables; link n is at n - 1.
    """

    html: str
    text: str
    links: tuple[Link, ...]


def slot(number: int) -> str:
    """Name the variable that holds what link `number` shows as its address."""
    return f"\ue000link{number}"


def target_slot(number: int) -> str:
    """Name the variable that holds where link `number` really goes."""
    return f"\ue000target{number}"


def read(source: str, *, track: bool) -> Page:
    """Read a step's message.

    Args:
        source: Liquid and HTML; without any tag it is taken for plain text.
        track: Whether links shall go by way of us.

    Returns:
        The page. A `javascript:` or `data:` link in it has lost its address.

    Raises:
        TemplateInvalid: A variable stands inside a tag, but in no attribute's value; or its
            tags are entangled.
    """
    if is_tangled(source):
        raise TemplateInvalid(TANGLED)
    source = source.translate(_PRIVATE)
    reader = _Reader(list(scan(source)), track=track)
    masked = reader.masked()
    tree = _tree(masked)
    reader.refuse_loose(tree)
    links = reader.find_links(tree)
    text = reader.text(tree)
    reader.put_slots(links)
    page = (tree.html or "").removesuffix(END).replace("<head></head>", "", 1)
    return Page(
        html=reader.unmasked_html(page), text=text, links=tuple(found.link for found in links)
    )


@lru_cache(maxsize=512)
def read_data(source: str) -> tuple[str, str]:
    """Read HTML or plain text that is no template, such as a signature.

    Args:
        source: Entangled HTML is taken for plain text.

    Returns:
        The HTML, without scripts and unsafe links, and the text.
    """
    source = source.translate(_PRIVATE).replace("\0", "")
    if not source.strip():
        return "", ""
    page = source if _ANY_TAG.search(source) and not is_tangled(source) else paragraphs(source)
    tree = _tree(f"<body>{page}")
    for node, name, value in _addresses(tree):
        if not is_safe(value):
            del node.attrs[name]
    root = _body(tree)
    voice = Voice(str, lambda _: ("", False), lambda node: _if_shown(node.attributes.get("href")))
    return root.inner_html or "", tidy(written(root, voice))


class _Reader:
    """A message on its way through the tree and back."""

    def __init__(self, pieces: list[Piece], *, track: bool) -> None:
        self.pieces = pieces
        self.track = track
        self._found: dict[int, _Found] = {}

    def masked(self) -> str:
        source = "".join(
            piece.source if piece.kind is PieceKind.TEXT else f"\ue000{number}\ue001"
            for number, piece in enumerate(self.pieces)
        )
        if not _ANY_TAG.search(source):
            source = paragraphs(self._without_lines_of_tags(source))
        source = _END_OF_PAGE.sub("", source)
        source = _TAG.sub(lambda m: m[1] or f"<!--\ue002{m[2]}\ue003-->", source)
        return source if _WHOLE_PAGE.search(source) else f"<body>{source}"

    def _without_lines_of_tags(self, source: str) -> str:
        """Drop the line end after a line of nothing but `{% … %}`, unless a paragraph ends."""
        lines = source.split("\n")
        ends = [
            "" if self._is_all_tags(line) and following.strip() else "\n"
            for line, following in pairwise(lines)
        ]
        return "".join(map("".join, zip(lines, [*ends, ""], strict=True)))

    def _is_all_tags(self, line: str) -> bool:
        numbers = _MASK.findall(line)
        return (
            bool(numbers)
            and all(self.pieces[int(number)].kind is PieceKind.TAG for *_, number in numbers)
            and not _MASK.sub("", line).strip()
        )

    def unmasked_html(self, page: str) -> str:
        return self._unmasked(_BRACE.sub("&#123;", page), lambda piece: piece.source)

    def unmasked_text(self, shown: str) -> str:
        shown = _BRACE.sub('{{ "{" }}', shown)
        return self._unmasked(shown, lambda piece: unescaped(piece.source))

    def _unmasked(self, masked: str, spell: Callable[[Piece], str]) -> str:
        return _MASK.sub(lambda m: spell(self.pieces[int(m[1] or m[2] or m[3])]), masked)

    def refuse_loose(self, tree: LexborHTMLParser) -> None:
        for node in _body(tree).traverse():
            tag = (node.tag or "").partition("\ue000")[0]
            names = [node.tag or "", *node.attributes]
            if any(map(_is_masked, names)):
                raise TemplateInvalid(
                    f"A variable or condition stands loose in a tag <{tag}>; put it into "
                    'an attribute\'s value (class="{{ … }}") or outside the tag.'
                )

    def text(self, tree: LexborHTMLParser) -> str:
        return tidy(written(_body(tree), Voice(self.unmasked_text, self._note, self._shown)))

    def _note(self, comment: str) -> tuple[str, bool]:
        found = _MASK.fullmatch(comment)
        if found is None or found[2] is None:
            return "", False
        piece = self.pieces[int(found[2])]
        return unescaped(piece.source), piece.kind is PieceKind.TAG

    def _shown(self, node: LexborNode) -> str:
        found = self._found.get(node.mem_id)
        address = node.attributes.get("href") or ""
        if found and found.link.target is None:
            return f'{{{{ ["{target_slot(found.number)}"] }}}}'
        shown = address if _is_masked(address) else _if_shown(address)
        return self.unmasked_text(shown)

    def find_links(self, tree: LexborHTMLParser) -> list["_Found"]:
        for node, name, value in _addresses(tree):
            link = self._link(node, value)
            if link is not None:
                found = _Found(node, name, len(self._found) + 1, link)
                self._found[node.mem_id] = found
            elif not is_safe(value):
                del node.attrs[name]
        return list(self._found.values())

    def _link(self, node: LexborNode, value: str) -> Link | None:
        attributes = node.attributes
        may_track = (
            self.track
            and node.tag in ("a", "area")
            and (attributes.get("data-track") or "").lower() != "off"
        )
        if _is_masked(value):
            source = self.unmasked_text(value)
            if "unsubscribeUrl" in source:
                return None
            template = compile_template(source, html=False, is_derived=True)
            return Link(None, template, may_track)
        target = web_target(value)
        if not may_track or not target or is_disguised(node.text(), target):
            return None
        return Link(target, None, is_tracked=True)

    def put_slots(self, links: Sequence["_Found"]) -> None:
        for found in links:
            source = f'{{{{ ["{slot(found.number)}"] }}}}'
            found.node.attrs[found.name] = f"\ue000{len(self.pieces)}\ue001"
            self.pieces.append(Piece(PieceKind.OUTPUT, source, 0))


class _Found(msgspec.Struct, frozen=True):
    """A link in the tree that gets a slot."""

    node: Any
    name: str
    number: int
    link: Link


def _tree(page: str) -> LexborHTMLParser:
    tree = LexborHTMLParser(page)
    for script in tree.css("script"):
        script.decompose()
    return tree


def _body(tree: LexborHTMLParser) -> LexborNode:
    body = tree.body
    if body is None:  # a frameset has none
        raise TemplateInvalid("The message is a page of frames; write it without <frameset>.")
    return body


def _addresses(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, str, str]]:
    """Give every attribute that leads somewhere when a person clicks."""
    for node in list(_body(tree).traverse()):
        for name, value in node.attributes.items():
            if name in _ADDRESS_ATTRIBUTES and value is not None:
                yield node, name, value


def _is_masked(value: str) -> bool:
    return "\ue000" in value or "\ue002" in value


def _if_shown(address: str | None) -> str:
    return address if address and is_shown(address) else ""
