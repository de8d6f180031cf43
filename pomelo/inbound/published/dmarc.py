"""What a domain wants done with mail that is not its own: its DMARC record; pure rules.

Source:
    RFC 9989; where a domain has no record, that of its organisation counts.
"""

import re
from collections.abc import Mapping
from typing import Final

from pomelo.inbound.checkup.findings import CheckFinding, Topic
from pomelo.inbound.published.names import Answer

# RFC 9989 4.10: longer names are cut to so many labels after the first question.
LABELS: Final = 7
TOPIC: Final = Topic(
    "DMARC", "Large providers want a policy from who sends much, and take mail without for spam."
)
_START: Final = re.compile(r"v\s*=\s*DMARC1\s*(;|$)", re.IGNORECASE)
_POLICIES: Final = ("none", "quarantine", "reject")


def names_to_ask(domain: str) -> list[str]:
    """Give the domains that may hold the record, the domain itself first (RFC 9989 4.10)."""
    labels = domain.split(".")
    above = labels[-LABELS:] if len(labels) > LABELS + 1 else labels[1:]
    return [domain, *(".".join(above[start:]) for start in range(len(above)))]


def tags(record: str) -> dict[str, str]:
    """Read a record's tags, in lower case."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if name.strip()}


def record_of(answer: Answer) -> dict[str, str] | None:
    """Give the tags of the one record there is; several count as none (RFC 9989 4.10)."""
    found = [text for text in answer or () if _START.match(text)]
    return tags(found[0]) if len(found) == 1 else None


def judge(domain: str, found: Mapping[str, Answer]) -> CheckFinding:
    """Judge a domain's policy.

    Args:
        domain: The domain of the sender's address.
        found: The texts at `_dmarc` below each of `names_to_ask`.
    """
    if found.get(domain) is None:
        return TOPIC.unasked(f"_dmarc.{domain}")
    if sum(1 for text in found[domain] or () if _START.match(text)) > 1:
        return TOPIC.wrong(
            f"_dmarc.{domain} has several records, so none counts.", "Leave one of them."
        )
    own = record_of(found[domain])
    if own is not None:
        return _policy(domain, own.get("p", ""))
    holder = organisation(domain, found)
    above = record_of(found.get(holder))
    if above is None:
        for name in names_to_ask(domain):
            if found.get(name, ()) is None:
                return TOPIC.unasked(f"_dmarc.{name}")
        return TOPIC.wrong(
            f"{domain} has no DMARC record.",
            f'Publish a TXT record at _dmarc.{domain}, for a start "v=DMARC1; p=none; '
            f'rua=mailto:…", and read the reports.',
        )
    return _policy(holder, above.get("sp") or above.get("p", ""))


def organisation(domain: str, found: Mapping[str, Answer]) -> str:
    """Find the domain of the organisation that a domain belongs to (RFC 9989 4.10.2)."""
    walked = names_to_ask(domain)
    held = [name for name in walked if record_of(found.get(name)) is not None]
    for name in held:
        psd = (record_of(found.get(name)) or {}).get("psd")
        if psd == "n":
            return name
        if psd == "y" and name != domain:  # a registry: the organisation is one label below
            below = len(name.split(".")) + 1
            under = ".".join(domain.split(".")[-below:])
            return under if under in held else name
    return held[-1] if held else domain


def _policy(holder: str, policy: str) -> CheckFinding:
    if policy not in _POLICIES:
        return TOPIC.doubt(
            f"The record of {holder} names no policy, so it counts as none.",
            "Write p=none, p=quarantine or p=reject right behind v=DMARC1.",
        )
    if policy == "none":
        return TOPIC.doubt(
            f"{holder} has a record, whose policy is none: forged mail is let through.",
            "Once its reports show that your own mail passes, change it to p=quarantine.",
        )
    return TOPIC.good(f"{holder} has a record, whose policy is {policy}.")
