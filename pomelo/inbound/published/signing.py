"""What a mail's DKIM signature covers, and whether its key is published; pure rules.

Source:
    RFC 6376; RFC 8058 4 wants the unsubscribe headers signed.
"""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from pomelo.inbound.checkup.findings import CheckFinding, Topic
from pomelo.inbound.mime.headers import Fields
from pomelo.inbound.published.names import Answer

SIGNATURE: Final = Topic(
    "DKIM signature",
    "Providers trust a mail that the domain signed, and its unsubscribe button only inside that.",
)
KEY: Final = Topic(
    "DKIM key", "Whoever gets a mail checks its signature with the key that DNS publishes."
)
# What should be covered: otherwise it could be changed on the way, or is not believed.
WANTED: Final = ("from", "subject", "list-unsubscribe", "list-unsubscribe-post")
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,255}")
_SIGN: Final = (
    "Turn DKIM on at the mail host; where it cannot sign, let Pomelo do it: `pomelo sender dkim`."
)


class Signature(Struct, frozen=True):
    """A signature on a mail: who signed, with which key, and what."""

    domain: str
    selector: str
    signed: frozenset[str]


def read_signature(value: str) -> Signature | None:
    """Read a DKIM-Signature field; None when it is none (RFC 6376 3.5)."""
    tags = _tags(value)
    signed = frozenset(name.strip().lower() for name in tags.get("h", "").split(":"))
    domain, selector = tags.get("d", "").lower(), tags.get("s", "")
    is_fit = _NAME.fullmatch(domain) and _NAME.fullmatch(selector)
    return Signature(domain, selector, signed) if is_fit else None


def _tags(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.split(";"))
    return {name.strip(): "".join(text.split()) for name, _, text in pairs}


def find_own(fields: Fields, domain: str) -> Signature | None:
    """Find the signature that speaks for a domain; a parent domain does as well."""
    found = _signatures(fields)
    return next((one for one in found if _speaks_for(one.domain, domain)), None)


def _signatures(fields: Fields) -> list[Signature]:
    read = (read_signature(value) for name, value in fields if name == "dkim-signature")
    return [one for one in read if one is not None]


def _speaks_for(signer: str, domain: str) -> bool:
    return domain == signer or ("." in signer and domain.endswith(f".{signer}"))


def judge_coverage(fields: Fields, domain: str) -> CheckFinding:
    """Judge the signatures of a test mail that came back.

    Args:
        fields: Its header fields.
        domain: The domain of the sender's address.
    """
    own = find_own(fields, domain)
    if own is None:
        others = sorted({one.domain for one in _signatures(fields)})
        if others:
            return SIGNATURE.doubt(f"Signed by {', '.join(others)[:100]}, not by {domain}.", _SIGN)
        return SIGNATURE.doubt(
            "The test mail came back without a signature (some hosts sign only what leaves them).",
            _SIGN,
        )
    lacking = [name for name in WANTED if name not in own.signed]
    if "from" in lacking:
        return SIGNATURE.wrong(
            "The signature does not cover From, so it counts for nothing.", _SIGN
        )
    if lacking:
        return SIGNATURE.doubt(
            f"The signature of {own.domain} does not cover {_titles(lacking)}.",
            "Ask the mail host to sign these too, or let Pomelo sign: `pomelo sender dkim`.",
        )
    return SIGNATURE.good(
        f"{own.domain} signs with the key {own.selector[:60]}, which covers {_titles(WANTED)}."
    )


def _titles(names: Iterable[str]) -> str:
    return ", ".join(name.title() for name in names)


def judge_key(name: str, answer: Answer, expected: str = "") -> CheckFinding:
    """Judge what DNS publishes of a key.

    Args:
        name: Where, below `_domainkey`.
        answer: The texts there.
        expected: Our own key's record; empty where the mail host has the key.
    """
    what = f'Publish a TXT record at {name}: "{expected}".' if expected else _SIGN
    if answer is None:
        return KEY.unasked(name)
    keys = [tags for text in answer if "p" in (tags := _tags(text))]
    if not keys:
        return KEY.wrong(f"There is no key at {name}.", what)
    if len(keys) > 1:
        return KEY.doubt(f"There are several keys at {name}.", "Leave one of them.")
    if not keys[0]["p"]:
        return KEY.wrong(f"The key at {name} was withdrawn.", what)
    if expected and keys[0]["p"] != _tags(expected)["p"]:
        return KEY.wrong(f"The key at {name} is not the one that we sign with.", what)
    return KEY.good(f"The key at {name} is published.")
