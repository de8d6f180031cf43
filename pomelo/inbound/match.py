"""By what a mail may be tied to one of ours, as data: the looking up is somebody else's."""

import base64
import re
from collections.abc import Iterator
from typing import Final

from pomelo.inbound.model import Candidate, MatchRule, Parsed

# Our own header, in each of our mails.
OWN_HEADER: Final = "x-pomelo-id"
# A header in which Exchange and Outlook name the conversation.
THREAD_INDEX: Final = "thread-index"

# `+b-{token}` is where bounces return to, `+u-{token}` where unsubscribe mail goes.
_ADDRESS_TAG: Final = re.compile(r"\+([a-z])-([A-Za-z0-9_-]{20,64})@")
# One byte, five of time and a GUID; five more for each answer.
_INDEX_BYTES: Final = 22
_INDEX_CHARACTERS: Final = 32
_INDEX_BEGINS: Final = b"\x01"


def address_tags(addresses: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Find (letter, token) of the plus tags that we put into addresses."""
    return tuple(
        (found[1], found[2]) for address in addresses for found in _ADDRESS_TAG.finditer(address)
    )


def candidates(parsed: Parsed) -> tuple[Candidate, ...]:
    """List the ways a mail may be tied to ours, the surest first, each once.

    Source:
        RFC 5322 section 3.6.4 (References are read from the newest back), RFC 3461 section
        4.4 (envelope id), RFC 3464 section 2.2.1.
    """
    return tuple(dict.fromkeys(_candidates(parsed)))


def _candidates(parsed: Parsed) -> Iterator[Candidate]:
    for _, token in address_tags(parsed.to_addresses):
        yield Candidate(MatchRule.ADDRESS_TAG, token=token)
    for header_id in reversed(parsed.in_reply_to):
        yield Candidate(MatchRule.IN_REPLY_TO, header_id=header_id)
    for header_id in reversed(parsed.references):
        yield Candidate(MatchRule.REFERENCES, header_id=header_id)
    if parsed.envelope_id:
        yield Candidate(MatchRule.ENVELOPE_ID, token=parsed.envelope_id)
    for header_id in parsed.returned_ids:
        yield Candidate(MatchRule.RETURNED_ID, header_id=header_id)
    for token in parsed.tokens:
        yield Candidate(MatchRule.TOKEN, token=token)
    for token in parsed.link_tokens:
        yield Candidate(MatchRule.LINK, token=token)


def threads(parsed: Parsed) -> tuple[str, ...]:
    """Name the conversations in which providers keep a mail, the surest first.

    The mailbox's own server names one that is its own. Who writes by Exchange or Outlook
    carries the other, which nobody guesses who has seen no mail of it.

    Source:
        MS-OXOMSG section 2.2.1.3 (`Thread-Index`).
    """
    named = (parsed.given_thread, _of_exchange(parsed.headers.get(THREAD_INDEX, "")))
    return tuple(name for name in named if name)


def _of_exchange(index: str) -> str | None:
    try:
        begins = base64.b64decode("".join(index.split())[:_INDEX_CHARACTERS], validate=True)
    except ValueError:
        return None
    is_whole = begins.startswith(_INDEX_BEGINS) and len(begins) >= _INDEX_BYTES
    return f"exchange:{begins[:_INDEX_BYTES].hex()}" if is_whole else None
