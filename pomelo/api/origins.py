"""Whether a page of another site sent a request, as its browser tells.

Browsers say so by Sec-Fetch-Site, but only to addresses of https and of this machine; to all
others an Origin must do. Programs send neither.
"""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

_OTHERS: Final = frozenset({b"cross-site", b"same-site"})


def is_from_elsewhere(
    headers: Mapping[bytes, bytes], public_url: str, scheme: str | None = None
) -> bool:
    """Tell whether another site's page is behind a request.

    Args:
        headers: The request's, their names in lower case.
        public_url: How the world reaches this server; behind a proxy, pages of ours come from
            there, whatever Host says.
        scheme: How the page's browser spoke to the proxy in front, when that is known.

    Source:
        W3C Fetch Metadata 2; RFC 6454 7; OWASP, "Cross-Site Request Forgery Prevention".
    """
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in _OTHERS
    origin = headers.get(b"origin")
    if origin is None:
        return False
    host = headers.get(b"host", b"")
    public = urlsplit(public_url)
    ours = {f"{one}://".encode() + host for one in ([scheme] if scheme else ["http", "https"])}
    return origin not in {*ours, f"{public.scheme}://{public.netloc}".encode()}
