"""Which addresses may stand in a mail, which are tracked, and how a target is spelled."""

import re
from typing import Final
from urllib.parse import quote

import idna

_SAFE_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})

_SKIPPED_AROUND: Final = "".join(map(chr, range(0x21)))
_SKIPPED_WITHIN: Final = dict.fromkeys(map(ord, "\t\n\r"))
_SCHEME: Final = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_WEB: Final = re.compile(r"(https?://)([^/\\?#\s]+)((?:[/?#].*)?)", re.IGNORECASE | re.DOTALL)
_SHOWN_ADDRESS: Final = re.compile(
    r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,24})(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE
)


def scheme(address: str) -> str:
    """Give an address's scheme in lower case, or nothing when it has none.

    White space and control characters are skipped as browsers skip them.

    Source:
        WHATWG URL, "basic URL parser".
    """
    found = _SCHEME.match(_as_browsers_read(address))
    return found.group(1).lower() if found else ""


def is_safe(address: str) -> bool:
    """Say whether an address may stand in a mail: http, https, mailto, tel, or no scheme."""
    return scheme(address) in ("", *_SAFE_SCHEMES)


def is_shown(address: str) -> bool:
    """Say whether an address means something outside its page, in a text part."""
    return scheme(address) in _SAFE_SCHEMES


def web_target(address: str) -> str:
    """Give what a tracked link redirects to, or nothing when it is not on the web.

    Returns:
        Printable ASCII, as a `Location` header wants it.

    Source:
        RFC 3986 2, RFC 5891.
    """
    found = _WEB.fullmatch(_as_browsers_read(address))
    if found is None:
        return ""
    start, host, rest = found.groups()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except idna.IDNAError:
            return ""
    return start.lower() + quote(host, "@:[]%") + quote(rest, "/?#[]@!$&'()*+,;=%:")


def is_disguised(shown: str, target: str) -> bool:
    """Say whether a link shows the address of one host and leads to another.

    Mail filters take such a link for phishing, and a tracked one all the more.
    """
    seen = _SHOWN_ADDRESS.fullmatch(shown.strip())
    goes = _WEB.fullmatch(target)
    if seen is None or goes is None:
        return False
    return _host(seen.group(1)) != _host(goes.group(2))


def host_of(target: str) -> str:
    """Give the host that a web address leads to, or nothing."""
    goes = _WEB.fullmatch(target)
    return _host(goes.group(2)) if goes else ""


def _as_browsers_read(address: str) -> str:
    return address.strip(_SKIPPED_AROUND).translate(_SKIPPED_WITHIN)


def _host(authority: str) -> str:
    bare = authority.rpartition("@")[2].lower()
    return re.sub(r":\d+\Z", "", bare).removeprefix("www.")
