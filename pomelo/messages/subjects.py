"""What a conversation is about: a subject without the marks of replies and forwards."""

import re
from typing import Final

# RFC 5256 knows re, fw and fwd; the rest is what mail programs of other languages write.
_REPLY: Final = re.compile(
    r"\s*(?:re|fw|fwd|aw|wg|sv|vs|vb|vl|antw|doorst|tr|rif|res|rv|enc|odp|pd|ynt|ilt|回复|转发|答复)"
    r"\s*(?:\[[^\[\]]{0,100}\]|\(\d{1,3}\))?\s*[:：]",
    re.IGNORECASE,
)
# Enough to tell subjects apart; longer ones are only written to cost time.
_KEPT: Final = 1_000


def base_subject(subject: str) -> str:
    """Take the marks of replies and forwards off a subject.

    Source:
        RFC 5256 2.1.
    """
    rest = subject[:_KEPT].strip()
    while True:
        start = rest
        if rest.lower().endswith("(fwd)"):
            rest = rest[: -len("(fwd)")].strip()
        if found := _REPLY.match(rest):
            rest = rest[found.end() :].strip()
        if rest == start:
            return rest
