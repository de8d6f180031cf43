"""What binds a follow-up to the mails before it: subject and references."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from pomelo.letters import headers
from pomelo.messages import base_subject

_MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,250}>")
_KEPT: Final = 19


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


def fields(thread: Thread) -> Iterator[tuple[str, str]]:
    """Write the header fields that put a mail into a conversation, by their names."""
    if valid := valid_ids([thread.in_reply_to]):
        yield "In-Reply-To", headers.tokens("In-Reply-To", valid)
    if ids := references(thread):
        yield "References", headers.tokens("References", ids)


def valid_ids(ids: Sequence[str]) -> list[str]:
    """Keep what can stand in a header as a Message-ID."""
    return [found for found in ids if _MESSAGE_ID.fullmatch(found)]
