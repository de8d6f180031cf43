"""Which hosts may send for a domain: one SPF record, which must be short to follow; pure rules.

Source:
    RFC 7208.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from pomelo.inbound.checkup.findings import CheckFinding, Topic
from pomelo.inbound.published.names import Answer

# RFC 7208 4.6.4: whoever checks gives up after so many.
LOOK_UPS: Final = 10
TOPIC: Final = Topic(
    "SPF", "It says which hosts may send for the domain; mail from others is taken for forged."
)
_TERM: Final = re.compile(
    r"([-+?~]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?:([:/])(\S*))?", re.IGNORECASE
)
_MODIFIER: Final = re.compile(r"([a-z][a-z0-9_.-]*)=(\S*)", re.IGNORECASE)
_COUNTED: Final = frozenset({"include", "a", "mx", "ptr", "exists"})
_ONE: Final = "Publish exactly one TXT record that begins with v=spf1, as your mail host tells."


class Spf(Struct, frozen=True):
    """A record.

    Attributes:
        look_ups: How many questions it costs, those of others that it names apart.
        follows: Domains whose records count as well.
        rest: What is said of all other hosts: `-`, `~`, `?`, `+`, or nothing.
        strange: The first word that nobody understands; empty = none.
    """

    look_ups: int
    follows: tuple[str, ...]
    rest: str
    strange: str


def records(answer: Answer) -> list[str]:
    """Give the SPF records among a domain's texts (RFC 7208 4.5)."""
    return [text for text in answer or () if re.match(r"v=spf1( |$)", text, re.IGNORECASE)]


def read(record: str) -> Spf:
    """Read a record; a domain that holds a macro is counted and not followed.

    Source:
        RFC 7208 4.6.4, 5 and 6.
    """
    look_ups, follows, rest, strange, redirect = 0, list[str](), "", "", ""
    for word in record.split()[1:]:
        if term := _TERM.fullmatch(word):
            name, value = term[2].lower(), term[4] or ""
            look_ups += name in _COUNTED
            if name == "include":
                follows.append(value)
            elif name == "all":
                rest = term[1] or "+"
        elif modifier := _MODIFIER.fullmatch(word):
            redirect = modifier[2] if modifier[1].lower() == "redirect" else redirect
        else:
            strange = strange or word
    if redirect and not rest:  # where `all` decides, it is not looked at (6.1)
        look_ups, rest = look_ups + 1, "-"
        follows.append(redirect)
    plain = tuple(one.rstrip(".").lower() for one in follows if one and "%" not in one)
    return Spf(look_ups, plain, rest, strange)


def followed(answer: Answer) -> tuple[str, ...]:
    """Give the domains that a domain's record sends on to."""
    found = records(answer)
    return read(found[0]).follows if len(found) == 1 else ()


def count(domain: str, tree: Mapping[str, Answer]) -> int:
    """Count the questions a whole record costs, no further than to the first too many."""
    waiting, total = [domain], 0
    while waiting and total <= LOOK_UPS:
        found = records(tree.get(waiting.pop()))
        if len(found) == 1:
            spf = read(found[0])
            total += spf.look_ups
            waiting.extend(spf.follows)
    return total


def judge(domain: str, tree: Mapping[str, Answer]) -> CheckFinding:
    """Judge a domain's record.

    Args:
        domain: The domain of the sender's address.
        tree: The texts of this domain and of all that its record follows; None for one of which
            nobody could be asked.
    """
    if tree.get(domain) is None:
        return TOPIC.unasked(domain)
    found = records(tree[domain])
    if len(found) != 1:
        number = "no SPF record" if not found else f"{len(found)} SPF records, so none counts"
        return TOPIC.wrong(f"{domain} has {number}.", _ONE)
    spf = read(found[0])
    if spf.strange:
        return TOPIC.wrong(
            f'The record holds "{spf.strange[:60]}", so it counts for nothing.', _ONE
        )
    named = _named(domain, tree)
    for name in named:
        if tree.get(name) is not None and not _is_good(tree[name]):
            return TOPIC.wrong(
                f"The record names {name}, whose own is none or wrong, so it counts for nothing.",
                f"Take {name} out of the record, or correct it.",
            )
    unasked = [name for name in named if tree.get(name) is None]
    return _rest(domain, spf, count(domain, tree), unasked)


def _named(domain: str, tree: Mapping[str, Answer]) -> list[str]:
    """Give all domains that a record sends on to; one that is no good spoils it (5.2)."""
    named = list(followed(tree.get(domain)))
    for name in named:  # which grows
        named += [one for one in followed(tree.get(name)) if one not in named]
    return named


def _is_good(answer: Answer) -> bool:
    found = records(answer)
    return len(found) == 1 and not read(found[0]).strange


def _rest(domain: str, spf: Spf, look_ups: int, unasked: Sequence[str]) -> CheckFinding:
    if look_ups > LOOK_UPS:
        return TOPIC.wrong(
            f"The record needs more than {LOOK_UPS} look-ups, so it counts for nothing.",
            "Take out includes that you do not need, or write their networks as ip4 and ip6.",
        )
    if spf.rest == "+":
        return TOPIC.wrong("The record lets everybody send (+all).", "End it with ~all or -all.")
    if spf.rest in ("", "?"):
        return TOPIC.doubt("The record says nothing of other hosts.", "End it with ~all or -all.")
    if unasked:
        return TOPIC.unasked(unasked[0])
    return TOPIC.good(f"{domain} has one record, which needs {look_ups} of {LOOK_UPS} look-ups.")
