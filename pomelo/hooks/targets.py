"""Where a hook may be told things: which URLs are taken."""

from typing import Final

from pomelo.base.outgoing import Guard, to_ascii
from pomelo.hooks.errors import TargetInvalid

URL_LETTERS: Final = 2_000
SCHEMES: Final = {"http": 80, "https": 443}


async def check_url(text: str, guard: Guard) -> None:
    """Refuse where nobody can or may be told anything.

    The same is asked again of each connection: a name may come to mean another address.

    Raises:
        TargetInvalid: It is no URL with http or https and a host, or holds a user or password.
        HostInvalid, HostUnknown, HostRefused: Its host is not one to connect to.
    """
    # A fifth of a second of imports that an installation without hooks never needs.
    import httpx  # noqa: PLC0415

    try:
        url = httpx.URL(text)
        host = url.raw_host.decode("ascii")
    except (httpx.InvalidURL, UnicodeError):
        raise TargetInvalid from None
    if url.scheme not in SCHEMES or not host or url.userinfo or len(text) > URL_LETTERS:
        raise TargetInvalid
    await guard.resolve(to_ascii(host), SCHEMES[url.scheme] if url.port is None else url.port)
