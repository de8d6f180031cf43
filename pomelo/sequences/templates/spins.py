"""Spintax: one of several wordings, the same each time for one lead at one step.

`{Hi|Hello}` is short for `{% spin %}{% variation %}Hi{% variation %}Hello{% endspin %}`.
"""

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Final, TextIO

from liquid import Environment, RenderContext, Token, TokenStream
from liquid.ast import BlockNode, Node
from liquid.exceptions import LiquidSyntaxError
from liquid.parser import get_parser
from liquid.tag import Tag
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_TAG

from pomelo.sequences.templates.scanner import PieceKind, invalid, scan
from pomelo.sequences.templates.values import SEED

_ENDS: Final = frozenset({"variation", "endspin"})
DEPTH_LIMIT: Final = 10

# Masks stand for what is no text; a short spin holds them, but no braces and no HTML tags. What
# stands between two bars has none, so that a brace that never closes is read once.
_SHORT: Final = re.compile(r"\{([^{}<>|]*(?:\|[^{}<>|]*)+)\}")
_MASK: Final = re.compile("\ue010(\\d+)\ue011")
_PRIVATE: Final = dict.fromkeys((0xE010, 0xE011))


def spelled_out(source: str) -> str:
    """Write each short spin as tags, and give every spin its number in this text.

    The number goes along into what is made of the text, so that the parts of one mail agree.

    Raises:
        TemplateInvalid: Braces that never close, or spins in spins more than 10 deep.
    """
    if "spin" not in source and "|" not in source:
        return source
    kept: list[str] = []

    def keep(part: str) -> str:
        kept.append(part)
        return f"\ue010{len(kept) - 1}\ue011"

    masked = "".join(
        piece.source if piece.kind is PieceKind.TEXT else keep(piece.source)
        for piece in scan(source.translate(_PRIVATE))
    )
    for _ in range(DEPTH_LIMIT):  # the innermost first
        masked = _SHORT.sub(lambda found: keep(_tags(found[1])), masked)
    _refuse_deeper(masked, source)
    return _numbered(_unmasked(masked, kept))


def variation(seed: str, number: int, count: int) -> int:
    """Choose one of `count` variations of the spin with this number: 0-based, always the same."""
    digest = blake2b(f"{seed}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % count


class SpinNode(Node):
    """A parsed spin.

    Attributes:
        number: Its number in its text, from 1.
        variations: Of which one is shown.
    """

    __slots__ = ("number", "variations")

    def __init__(self, token: Token, number: int, variations: Sequence[BlockNode]) -> None:
        super().__init__(token)
        self.number = number
        self.variations = variations
        self.blank = all(one.blank for one in variations)

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Show the chosen one."""
        seed = context.scope.get(SEED, "")
        return self.variations[variation(str(seed), self.number, len(self.variations))].render(
            context, buffer
        )

    def children(
        self, static_context: RenderContext, *, include_partials: bool = True
    ) -> Iterable[Node]:
        """Give all variations."""
        del static_context, include_partials
        return self.variations


class SpinTag(Tag):
    """Parses `{% spin %}`: a `{% variation %}` for each wording, then `{% endspin %}`."""

    name = "spin"
    end = "endspin"

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self.parser = get_parser(env)

    def parse(self, stream: TokenStream) -> Node:
        """Parse the tokens from the tag to its end."""
        token = stream.eat(TOKEN_TAG)
        number = _number(stream)
        if stream.current.kind == TOKEN_CONTENT and not stream.current.value.strip():
            next(stream)
        variations = []
        while stream.current.is_tag("variation"):
            next(stream)
            variations.append(self.parser.parse_block(stream, _ENDS))
        if not variations or not stream.current.is_tag(self.end):
            reason = "each wording of a spin begins with {% variation %}, its end is {% endspin %}"
            raise LiquidSyntaxError(reason, token=token)
        return SpinNode(token, number, variations)


def _refuse_deeper(masked: str, source: str) -> None:
    if _SHORT.search(masked):
        reason = f"spins stand in spins more than {DEPTH_LIMIT} deep; take some apart"
        raise invalid(source, 0, reason)


def _number(stream: TokenStream) -> int:
    if stream.current.kind != TOKEN_EXPRESSION:
        return 1
    given = next(stream)
    if not given.value.isdecimal() or len(given.value) > 4:
        raise LiquidSyntaxError("a spin may have a number and nothing else", token=given)
    return int(given.value)


def _tags(inner: str) -> str:
    parts = "".join(f"{{% variation %}}{part}" for part in inner.split("|"))
    return f"{{% spin %}}{parts}{{% endspin %}}"


def _unmasked(masked: str, kept: Sequence[str]) -> str:
    for _ in range(DEPTH_LIMIT + 1):
        if "\ue010" not in masked:
            break
        masked = _MASK.sub(lambda found: kept[int(found[1])], masked)
    return masked


def _numbered(source: str) -> str:
    number, parts = 0, []
    for piece in scan(source):
        is_spin = piece.tag == "spin" and not piece.inner
        number += is_spin
        before, after = "-" * piece.trims_before, "-" * piece.trims_after
        parts.append(f"{{%{before} spin {number} {after}%}}" if is_spin else piece.source)
    return "".join(parts)
