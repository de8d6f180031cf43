"""By what a mail may be tied to one of ours, as data: the looking up is somebody else's."""

import re
from collections.abc import Iterator
from typing import Final

from pomelo.inbound.model import Candidate, MatchRule, Parsed

# `+b-{token}` is where bounces return to, `+u-{token}` where unsubscribe mail goes.
_ADDRESS_TAG: Final = re.compile(r"\+([a-z])-([A-Za-z0-9_-]{20,64})@")


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
