"""Mail addresses: one grammar, and one key by which two spellings are the same person.

Nobody else lower-cases or normalises an address; SQL compares keys and computes none.
"""

import re
import unicodedata
from functools import cache, lru_cache
from types import ModuleType
from typing import Final

import msgspec

from pomelo.base.errors import Invalid

TOTAL_BYTES: Final = 254
LOCAL_BYTES: Final = 64

# The library refuses whatever the public DNS cannot deliver. A server of one's own also meets
# test and intranet names (RFC 6761, RFC 6762), so only the hopeless ones stay refused.
_HOPELESS: Final = ("arpa", "invalid", "onion")
_DOTLESS: Final = frozenset({"localhost", "test", "example"})

# Nearly every address is as plain as this and needs no grammar; the library takes 20 times as
# long. Without `--` no label is IDNA's, and 63 letters hold no label that is too long.
_PLAIN: Final = re.compile(
    r"(?=[^@]{1,64}@[^@]{1,63}\Z)"
    r"([a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*)@((?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,})",
    re.ASCII | re.IGNORECASE,
)

# Characters that draw nothing (Default_Ignorable_Code_Point, and the empty Braille cell) but
# are letters, marks or symbols to Unicode, so the library lets them pass.
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_ASCII_LOWER: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_GMAIL: Final = frozenset({"gmail.com", "googlemail.com"})


class AddressInvalid(Invalid):
    """The email address is not valid; write it as name@company.com."""


class AddressOrDomainInvalid(Invalid):
    """Invalid email address or domain. Domains must start with @"""


class Address(msgspec.Struct, frozen=True):
    """One valid address.

    Attributes:
        given: As written: trimmed, its domain lower-cased. This is stored and shown.
        key: What two spellings of one mailbox have in common. This is compared.
        local: The part before the @, in Unicode's composed form (NFC), letter case kept.
        domain: The part after it as DNS knows it (A-labels, lower case).
    """

    given: str
    key: str
    local: str
    domain: str

    @property
    def wire(self) -> str:
        """Give the form for an SMTP envelope; not ASCII only if the local part is not."""
        return f"{self.local}@{self.domain}"


class Domain(msgspec.Struct, frozen=True):
    """A whole domain, written `@company.com`, where addresses and domains are listed.

    Attributes:
        given: As written: trimmed and lower-cased.
        key: `@` and the domain in A-labels; what `suppression_keys` of its people contain.
    """

    given: str
    key: str


# Within one mail or request the same address is read half a dozen times.
@lru_cache(maxsize=1024)
def parse(given: str) -> Address:
    """Read an address, or say what is wrong with it.

    Args:
        given: What a person or a program wrote; spaces and tabs around it are ignored.

    Returns:
        The address. Parsing its `given` again gives the same.

    Raises:
        AddressInvalid: It has no @, is too long (254 bytes, 64 before the @), is quoted or
            carries a name, holds spaces, control, invisible or direction-changing characters,
            or its domain cannot be one.

    Source:
        RFC 5321 4.1.2 and 4.5.3.1, RFC 5891, RFC 6531 3.3, RFC 6532 3.1.
    """
    trimmed = given.strip(" \t")
    return _parse_plain(trimmed) or _parse_any(trimmed)


def parse_value(given: str) -> Address | Domain:
    """Read an entry of the unsubscribe list: an address, or a domain after an @.

    Raises:
        AddressOrDomainInvalid: It is neither.

    Source:
        API reference 3.6.
    """
    trimmed = given.strip(" \t")
    is_domain = trimmed.startswith("@")
    try:
        address = parse(f"x{trimmed}" if is_domain else trimmed)
    except AddressInvalid:
        raise AddressOrDomainInvalid from None
    if address.local == "*":  # a whole domain is meant, and nobody would be kept from being mailed
        raise AddressOrDomainInvalid
    if is_domain:
        return Domain(given=address.given[1:], key=f"@{address.domain}")
    return address


def suppression_keys(address: Address) -> tuple[str, ...]:
    """Give every key whose presence on the unsubscribe list forbids writing to an address.

    Returns:
        The address's own key; the key without its +tag; at Gmail, where dots mean nothing,
        both without dots; and its `@domain`. None twice, the closest first.
    """
    if "+" not in address.key and address.domain not in _GMAIL:
        return address.key, f"@{address.domain}"
    bare = _without_tag(address.key)
    keys = (address.key, bare, _without_dots(address.key), _without_dots(bare))
    return tuple(dict.fromkeys((*keys, f"@{address.domain}")))


def suppressed_as(value: Address | Domain) -> str:
    """Give the key under which an entry of the unsubscribe list is kept and found.

    It is the value's own key, except that Gmail's dots are dropped: whoever unsubscribes as
    `r.hendricks@gmail.com` is not mailed at `rhendricks@gmail.com` either.
    """
    return _without_dots(value.key)


def _parse_plain(trimmed: str) -> Address | None:
    found = _PLAIN.fullmatch(trimmed)
    if found is None:
        return None
    local, domain = found.group(1), found.group(2).lower()
    if domain.endswith(_HOPELESS):
        return None
    key = f"{local.lower()}@{domain}"
    return Address(given=f"{local}@{domain}", key=key, local=local, domain=domain)


@cache
def _grammar() -> ModuleType:
    """Import the library for the first address that needs it; most programs meet none."""
    import email_validator  # noqa: PLC0415

    email_validator.SPECIAL_USE_DOMAIN_NAMES[:] = _HOPELESS
    return email_validator


def _parse_any(trimmed: str) -> Address:
    _refuse_bad_size_or_sight(trimmed)
    email_validator = _grammar()
    try:
        valid = email_validator.validate_email(
            trimmed, check_deliverability=False, strict=True, globally_deliverable=False
        )
    except email_validator.EmailNotValidError as error:
        raise _because(str(error)) from None
    _refuse_bad_domain(valid.ascii_domain)
    written, _, domain = trimmed.rpartition("@")
    shown = domain.lower() if domain.isascii() else valid.domain
    address = Address(
        given=f"{written}@{shown}",
        key=f"{_fold(written)}@{valid.ascii_domain}",
        local=unicodedata.normalize("NFC", written),
        domain=valid.ascii_domain,
    )
    _refuse_too_long(address)
    return address


def _fold(local: str) -> str:
    # Lower-casing can make a pair composable (W and a ring: no letter; w and a ring: one), so
    # it is composed again. Beyond ASCII, letter case is left alone: languages disagree.
    lowered = unicodedata.normalize("NFC", local).translate(_ASCII_LOWER)
    return unicodedata.normalize("NFC", lowered)


def _without_tag(key: str) -> str:
    local, _, domain = key.partition("@")
    name = local.partition("+")[0]
    return f"{name}@{domain}" if name else key


def _without_dots(key: str) -> str:
    local, _, domain = key.partition("@")
    return f"{local.replace('.', '')}@gmail.com" if local and domain in _GMAIL else key


def _refuse_bad_size_or_sight(text: str) -> None:
    if len(text) > TOTAL_BYTES:
        raise _because(f"it is longer than {TOTAL_BYTES} bytes")
    if _INVISIBLE.search(text):
        raise _because("it contains an invisible character")


def _refuse_bad_domain(domain: str) -> None:
    last = domain.rpartition(".")[2]
    if last == domain and domain not in _DOTLESS:
        raise _because("the part after the @-sign should have a period")
    if last.isdigit():
        raise _because("the part after the @-sign ends in a number")


def _refuse_too_long(address: Address) -> None:
    for whole in (address.given, address.key, address.wire):
        local = whole.rpartition("@")[0]
        if len(local.encode()) > LOCAL_BYTES:
            raise _because(f"it is longer than {LOCAL_BYTES} bytes before the @-sign")
        if len(whole.encode()) > TOTAL_BYTES:
            raise _because(f"it is longer than {TOTAL_BYTES} bytes")


def _because(reason: str) -> AddressInvalid:
    reason = reason.rstrip(".").replace(". ", ": ")
    said = reason[0].lower() + reason[1:]
    return AddressInvalid(f"The email address is not valid ({said}); write it as name@company.com.")
