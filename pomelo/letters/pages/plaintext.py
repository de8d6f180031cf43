"""The text part of a mail, written from the tree of its HTML; and HTML of plain text.

Paragraphs, lists, rows and line breaks become lines; a link shows its address after it.
"""

import re
from collections.abc import Callable, Generator, Iterator
from typing import Final

import msgspec
from selectolax.lexbor import LexborNode

_EMPTY_LINES: Final = re.compile(r"\n(?:[ \t]*\n)+")
_AMPERSAND: Final = re.compile(r"&(?!#?\w{1,31};)")
_SPACE: Final = re.compile(r"[ \t\n\r\f]+")

_UNSEEN: Final = frozenset({"head", "style", "script", "title", "template", "noscript", "select"})
_PARTED: Final = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "table", "ul", "ol", "dl", "hr"}
)
_LINED: Final = frozenset(
    {"address", "article", "aside", "center", "dd", "div", "dt", "fieldset", "figcaption", "figure"}
    | {"footer", "form", "header", "li", "main", "nav", "section", "tr"}
)


class Voice(msgspec.Struct, frozen=True):
    """How the parts of a page are said.

    Attributes:
        words: Spells the text between tags, white space already collapsed.
        note: Spells a comment: what to write, and whether it steers (a condition) rather
            than shows something.
        address: Gives the address of a link, or nothing.
    """

    words: Callable[[str], str]
    note: Callable[[str], tuple[str, bool]]
    address: Callable[[LexborNode], str]


def written(root: LexborNode, voice: Voice) -> str:
    """Write an element and all below it as text.

    Args:
        root: Usually the body.
        voice: How its parts are said.

    Returns:
        Lines; `tidy` takes out what is too many.
    """
    writer = _Writer(voice)
    for node, entered in _walk(root):
        if entered:
            writer.enter(node)
        else:
            writer.leave(node)
    return "".join(writer.parts)


def tidy(text: str) -> str:
    """Leave at most one empty line in a row, and no loose space around line ends."""
    if "\n\n\n" not in text and " \n" not in text and "\n " not in text:
        return text.strip()
    kept: list[str] = []
    is_parted = False
    for line in text.split("\n"):
        bare = line.rstrip(" \t")
        if not bare:
            is_parted = True
            continue
        if is_parted:
            kept.append("")
            is_parted = False
        # One space is what was left between a tag and a word; more of them are meant.
        kept.append(bare[1:] if bare[0] == " " and bare[1:2] != " " else bare)
    return "\n".join(kept).strip()


def paragraphs(source: str) -> str:
    """Make HTML of plain text: empty lines part paragraphs, other line ends are kept."""
    escaped = _AMPERSAND.sub("&amp;", source.strip()).replace("<", "&lt;").replace(">", "&gt;")
    lines = escaped.replace("\r\n", "\n").replace("\r", "\n")
    paragraphs = (part.strip().replace("\n", "<br>\n") for part in _EMPTY_LINES.split(lines))
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)


def _walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Give every node when it is entered and when it is left, without recursion."""
    node: LexborNode | None = root
    while node is not None:
        yield node, True
        child = None if node.tag in _UNSEEN else node.child
        if child is not None:
            node = child
            continue
        node = yield from _leave(node, root)


def _leave(
    node: LexborNode, root: LexborNode
) -> Generator[tuple[LexborNode, bool], None, LexborNode | None]:
    """Leave a node and all that end with it; the node to enter next is returned."""
    current: LexborNode | None = node
    while current is not None:
        yield current, False
        if current.mem_id == root.mem_id:
            return None
        if current.next is not None:
            return current.next
        current = current.parent
    return None


class _Writer:
    """Keeps what is written and how many line ends are owed before the next word."""

    def __init__(self, voice: Voice) -> None:
        self.parts: list[str] = []
        self._voice = voice
        self._owed = 0
        self._space = False
        self._links: list[tuple[str, int]] = []
        self._counts: list[int | None] = []

    def enter(self, node: LexborNode) -> None:
        tag = node.tag
        if node.is_text_node:
            self._words(node.text_content or "", kept=_is_preformatted(node))
        elif node.is_comment_node:
            self._note(node.comment_content or "")
        elif tag == "br":
            self._write("\n", owe=False)
        self._part(tag)
        self._enter_other(node)

    def _enter_other(self, node: LexborNode) -> None:
        tag = node.tag
        if tag in ("ul", "ol"):
            self._counts.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._write(self._bullet())
        elif tag == "hr":
            self._write("-" * 20)
        elif tag == "img" and (alternative := node.attributes.get("alt")):
            self._words(alternative)
        elif tag == "a":
            self._links.append((self._voice.address(node), len(self.parts)))

    def leave(self, node: LexborNode) -> None:
        tag = node.tag
        if tag in ("ul", "ol"):
            self._counts.pop()
        elif tag == "a":
            self._address(*self._links.pop())
        elif tag in ("td", "th"):
            self._space = True
        self._part(tag)

    def _part(self, tag: str | None) -> None:
        """Owe line ends around an element: two leave an empty line, but not inside a list."""
        if tag in _PARTED:
            self._owed = max(self._owed, 1 if self._counts else 2)
        elif tag in _LINED:
            self._owed = max(self._owed, 1)

    def _words(self, content: str, *, kept: bool = False) -> None:
        if kept:
            self._write(self._voice.words(content))
            return
        shown = _SPACE.sub(" ", content)
        self._space = self._space or shown.startswith(" ")
        if shown.strip(" "):
            self._write(self._voice.words(shown.strip(" ")))
            self._space = shown.endswith(" ")

    def _note(self, content: str) -> None:
        shown, steers = self._voice.note(content)
        if shown and steers:
            # Line ends owed before a condition are paid before it, else only one branch
            # would have them. `tidy` takes away those that are paid twice.
            self._pay()
            self.parts.append(shown)
        elif shown:
            self._write(shown)

    def _address(self, address: str, since: int) -> None:
        shown = "".join(self.parts[since:]).strip()
        if address and address.removeprefix("mailto:") != shown:
            self._write(f" ({address})" if shown else address)

    def _bullet(self) -> str:
        if not self._counts or self._counts[-1] is None:
            return "- "
        self._counts[-1] += 1
        return f"{self._counts[-1]}. "

    def _write(self, shown: str, *, owe: bool = True) -> None:
        if owe:
            self._pay()
        self._space = False
        self.parts.append(shown)

    def _pay(self) -> None:
        if self._owed and self.parts:
            self.parts.append("\n" * self._owed)
        elif self._space and self.parts and not self.parts[-1].endswith((" ", "\n")):
            self.parts.append(" ")
        self._owed, self._space = 0, False


def _is_preformatted(node: LexborNode) -> bool:
    parent = node.parent
    return parent is not None and parent.tag in ("pre", "textarea")
