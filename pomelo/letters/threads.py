"""What binds a follow-up to the mails before it: subject and references."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

# RFC 5256 knows re, fw and fwd; the rest is what mail programs of other languages write.
_REPLY: Final = re.compile(
    r"\s*(?:re|fw|fwd|aw|wg|sv|vs|vb|vl|antw|doorst|tr|rif|res|rv|enc|odp|pd|ynt|ilt|回复|转发|答复)"
    r"\s*(?:\[[^\[\]]{0,100}\]|\(\d{1,3}\))?\s*[:：]",
    re.IGNORECASE,
)
_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,250}>")
_KEPT: Final = 19
# Enough to tell subjects apart; longer ones are only written to cost time.
_SUBJECT_KEPT: Final = 1_000


class Thread(msgspec.Struct, frozen=True):
    """The conversation that a mail continues.

    Attributes:
        in_reply_to: The effective Message-ID of the mail before, in angle brackets.
        references: That mail's own References, oldest first.
        subject: Subject of the first mail, as it was sent.
    """

    in_reply_to: str
    references: tuple[str, ...]
    subject: str


def base_subject(subject: str) -> str:
    """Take the marks of replies and forwards off a subject.

    Source:
        RFC 5256 2.1.
    """
    rest = subject[:_SUBJECT_KEPT].strip()
    while True:
        start = rest
        if rest.lower().endswith("(fwd)"):
            rest = rest[: -len("(fwd)")].strip()
        if found := _REPLY.match(rest):
            rest = rest[found.end() :].strip()
        if rest == start:
            return rest


def reply_subject(subject: str) -> str:
    """Give the subject of a follow-up: `Re: ` and the base subject."""
    return f"Re: {base_subject(subject)}"


def references(thread: Thread) -> tuple[str, ...]:
    """Give a follow-up's References: the first id and the last 19.

    Ids of other programs come from outside; what does not look like one is left out.

    Source:
        RFC 5322 3.6.4.
    """
    known = dict.fromkeys([*valid_ids(thread.references), *valid_ids([thread.in_reply_to])])
    ids = tuple(known)
    return ids if len(ids) <= _KEPT + 1 else (ids[0], *ids[-_KEPT:])


def valid_ids(ids: Sequence[str]) -> list[str]:
    """Keep what can stand in a header as a Message-ID."""
    return [found for found in ids if _MESSAGE_ID.fullmatch(found)]
