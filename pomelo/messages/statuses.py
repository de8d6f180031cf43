"""What a status code (RFC 3463) and the words beside it mean, in a reply or in a bounce."""

import re
from collections.abc import Mapping
from typing import Final

from pomelo.messages.phrases import ReplyClass, class_of, is_greylisting

_HARD, _SOFT, _CONTENT = ReplyClass.HARD, ReplyClass.SOFT, ReplyClass.CONTENT
_BLOCK, _THROTTLED = ReplyClass.BLOCK, ReplyClass.THROTTLED
_AUTH, _SENDER = ReplyClass.AUTH, ReplyClass.SENDER

# Status codes that say what they mean (RFC 3463, RFC 5248 registry, Microsoft's own).
_STATUS: Final[Mapping[str, ReplyClass]] = {
    **dict.fromkeys(("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4", "5.4.310"), _HARD),
    **dict.fromkeys(("5.2.1", "5.7.13", "5.1.4", "5.2.4", "5.7.124", "5.7.133", "5.6.7"), _HARD),
    **dict.fromkeys(("5.3.4", "5.2.3"), _CONTENT),
    **dict.fromkeys(("5.7.25", "5.7.26", "5.7.27", "5.7.515", "5.7.9"), _BLOCK),
    **dict.fromkeys(("5.4.5", "4.5.3", "5.1.90", "5.7.232", "5.7.233"), _THROTTLED),
    **dict.fromkeys(("5.7.3", "5.7.8", "5.7.30", "5.7.57", "5.7.139"), _AUTH),
    **dict.fromkeys(("5.1.7", "5.1.8", "5.7.60"), _SENDER),
}
# The same codes where the words say otherwise.
_UNLESS: Final = (
    ("5.4.1", re.compile(r"access denied"), _HARD),
    ("5.4.6", re.compile(r"unusual sending activity"), _BLOCK),
    ("5.1.0", re.compile(r"#?5\.1\.0 address rejected"), _HARD),
    ("5.2.1", re.compile(r"receiving mail (?:at a rate|too quickly)"), _SOFT),
)
# Nothing but the class is known; the words decide.
_VAGUE: Final = re.compile(r"[45]\.(?:\d\.0|7\.\d+)")
ENHANCED: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")


def status_class(enhanced: str, diagnostic: str) -> ReplyClass:
    """Class a status code and the words beside it; also those of a bounce.

    Args:
        enhanced: Status code such as `5.1.1`; a vague one (`5.0.0`, empty) gives way to a
            sharper one in the words.
        diagnostic: The words, such as a bounce's Diagnostic-Code.

    Source:
        RFC 3463, RFC 3464 2.3.4 and 2.3.6, RFC 5248.
    """
    status = _sharpest(enhanced, diagnostic)
    kind = _permanent_class(status, diagnostic)
    if status.startswith("4") and kind not in {_BLOCK, _THROTTLED}:
        return _SOFT
    return kind


def _sharpest(enhanced: str, diagnostic: str) -> str:
    found = ENHANCED.search(enhanced)
    status = found.group() if found else ""
    if status and not re.fullmatch(r"[45]\.\d\.0", status):
        return status
    inner = ENHANCED.search(diagnostic)
    if inner is not None and (not status or inner.group()[0] == status[0]):
        return inner.group()
    if status:
        return status
    code = re.search(r"(?<![\d.])([45])\d\d(?![\d.])", diagnostic)
    return f"{code.group(1)}.0.0" if code else "5.0.0"


def _permanent_class(status: str, text: str) -> ReplyClass:
    folded = text.lower()
    for code, words, kind in _UNLESS:
        if status == code and words.search(folded):
            return kind
    if (known := _STATUS.get(status)) is not None:
        return known
    said = class_of(folded) if _VAGUE.fullmatch(status) else None
    if status[1:4] == ".7.":
        return _policy(status, folded, said)
    return said or (_CONTENT if status.startswith("5.6.") else _SOFT)


def _policy(status: str, text: str, said: ReplyClass | None) -> ReplyClass:
    # X.7.x is security or policy; a stranger's "try again" is that too, unless it greylists.
    if said is None or said is _SOFT:
        return _SOFT if status[0] == "4" and is_greylisting(text) else _BLOCK
    return said
