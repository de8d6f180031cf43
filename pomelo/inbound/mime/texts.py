"""Bodies of foreign mail as text: transfer encoding, charset, HTML; all in linear time."""

import binascii
import codecs
import html
import re
from typing import Final

TEXT_BYTES: Final = 256 * 1024

# Codecs that are slow (quadratic), that warn, or that no mail is written in.
_REFUSED: Final = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape"})
_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/]+")
_CONTROLS: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)))
_CHARSET: Final = re.compile(r"[A-Za-z0-9_.:-]{1,40}")

_TAG: Final = re.compile(r"<!--|<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})\b([^<>]{0,1000})>")
_SILENT: Final = frozenset({"script", "style", "title", "template"})
_OUTLOOK_QUOTE: Final = "divrplyfwdmsg"  # Outlook has no blockquote: all after this is old
_BREAKS: Final = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "blockquote", "pre", "hr", "divrplyfwdmsg"}
    | {f"h{level}" for level in range(1, 7)}
)


def clean(text: str) -> str:
    """Drop control characters and lone surrogates, which no database or terminal wants."""
    return text.encode("utf-8", "replace").decode("utf-8").translate(_CONTROLS)


def decode(raw: bytes, charset: str) -> str:
    """Decode bytes by their declared charset, or a likely one where that is a lie."""
    if _CHARSET.fullmatch(charset):
        try:
            codec = codecs.lookup(charset).name
            is_lie = codec.startswith(("utf-16", "utf-32")) and b"\0" not in raw
            if codec not in _REFUSED and codec != "ascii" and not is_lie:
                return raw.decode(codec, "replace")
        except (LookupError, UnicodeError):
            pass  # unknown, or no text encoding ("rot13"): guess as if none were declared
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def transfer_decode(body: bytes, encoding: str, limit: int = TEXT_BYTES) -> bytes:
    """Undo a Content-Transfer-Encoding as far as the limit in bytes; garbage is skipped.

    Source:
        RFC 2045 sections 6.7 and 6.8.
    """
    match encoding.strip().lower():
        case "base64":
            return decode_base64(body[: limit * 3 // 2])[:limit]
        case "quoted-printable":
            return binascii.a2b_qp(body[: limit * 3])[:limit]
        case _:
            return body[:limit]


def decode_base64(encoded: bytes) -> bytes:
    """Decode base64 whatever stands between its letters and however it ends."""
    letters = _NOT_BASE64.sub(b"", encoded)
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def from_html(markup: str) -> str:
    """Give the text of HTML; lines of quoted mail begin with `>`, as in plain text.

    A tokenizer without a tree, because trees of hostile nesting cost seconds.
    """
    lines: list[str] = [""]
    quotes = 0
    for text, tag, closes in _tokens(" ".join(markup.split())):
        lines[-1] += html.unescape(text)
        if tag in {"blockquote", _OUTLOOK_QUOTE}:
            quotes = max(0, quotes + (-1 if closes else 1))
        if tag in _BREAKS:
            lines.append("> " if quotes else "")
    tidy = "\n".join(" ".join(line.split()) for line in lines)
    return clean(re.sub(r"\n{3,}", "\n\n", tidy)).strip()


def _tokens(markup: str) -> list[tuple[str, str, bool]]:
    """Split into (text before a tag, the tag's name, whether it closes)."""
    tokens: list[tuple[str, str, bool]] = []
    position, silent = 0, ""
    for tag in _TAG.finditer(markup):
        if tag.start() < position:  # within a comment
            continue
        name, closes = _name(tag), bool(tag[1])
        text = "" if silent else markup[position : tag.start()]
        tokens.append((text, "" if silent else name, closes))
        position = tag.end() if name else _after_comment(markup, tag.end())
        if silent:
            silent = "" if closes and name == silent else silent
        elif name in _SILENT and not closes:
            silent = name
    tokens.append(("" if silent else markup[position:], "", False))
    return tokens


def _name(tag: re.Match[str]) -> str:
    attributes = (tag[3] or "").lower()
    return _OUTLOOK_QUOTE if _OUTLOOK_QUOTE in attributes else (tag[2] or "").lower()


def _after_comment(markup: str, position: int) -> int:
    end = markup.find("-->", position)
    return len(markup) if end < 0 else end + len("-->")
