"""Whom a person works for: the domain that colleagues share."""

from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import idna

from pomelo.base.addresses import Address

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# Where anybody can have a mailbox; two people there have nothing to do with each other. By the
# name before the first dot where a provider has one in many countries.
_EVERYWHERE: Final = frozenset(
    {
        *("aol", "gmail", "gmx", "googlemail", "hotmail", "icloud", "live", "msn", "outlook"),
        *("proton", "protonmail", "tutanota", "yahoo", "yandex", "ymail", "zohomail"),
    }
)
_PROVIDERS: Final = frozenset(
    {
        *("126.com", "163.com", "bbox.fr", "bigpond.com", "bluewin.ch", "bol.com.br"),
        *("btinternet.com", "comcast.net", "cox.net", "duck.com", "earthlink.net", "email.cz"),
        *("email.it", "fastmail.com", "fastmail.fm", "foxmail.com", "free.fr", "freenet.de"),
        *("hanmail.net", "hey.com", "inbox.lv", "inbox.ru", "interia.pl", "laposte.net"),
        *("libero.it", "list.ru", "mac.com", "mail.com", "mail.de", "mail.ru", "mailbox.org"),
        *("me.com", "naver.com", "neuf.fr", "nate.com", "o2.pl", "onet.pl", "orange.fr"),
        *("pm.me", "posteo.de", "qq.com", "rambler.ru", "rediffmail.com", "rocketmail.com"),
        *("sapo.pt", "sbcglobal.net", "seznam.cz", "sfr.fr", "shaw.ca", "sina.com", "sky.com"),
        *("skynet.be", "sohu.com", "t-online.de", "talktalk.net", "telenet.be", "terra.com.br"),
        *("tiscali.it", "tuta.com", "tuta.io", "uol.com.br", "verizon.net", "virgilio.it"),
        *("virginmedia.com", "wanadoo.fr", "web.de", "wp.pl", "ziggo.nl", "zoho.com"),
    }
)


def company_of(address: Address, named: object = None) -> str:
    """Give the domain by which a person's colleagues are known.

    Args:
        address: The person's.
        named: What was given as their `companyDomain`, a domain or a web address.

    Returns:
        What was named, if it is a domain; else the address's registrable domain (`hooli.com`
        of `mail.hooli.com`, by the Public Suffix List), unless anybody can have a mailbox there:
        then "".
    """
    if given := named_company(named):
        return given
    domain = _registrable(address.key.rpartition("@")[2])
    return "" if _is_anybodys(domain) else domain


def named_company(named: object) -> str:
    """Give the domain that was named as somebody's company; "" if it is none."""
    return _registrable(_host(named)) if isinstance(named, str) else ""


def _is_anybodys(domain: str) -> bool:
    """Tell whether anybody can have a mailbox at a registrable domain."""
    return domain in _PROVIDERS or domain.partition(".")[0] in _EVERYWHERE


def _host(named: str) -> str:
    """Give the host of a domain or web address as it is written in mail; "" if it has none."""
    text = named.strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
        return idna.encode(host, uts46=True).decode()
    except (ValueError, UnicodeError):
        return ""


def _registrable(host: str) -> str:
    """Give the domain that somebody registered; "" of a name that nobody can."""
    host = host.strip(".")
    labels = host.count(".") + 1
    if labels <= 2:  # nearly all: nobody writes from a suffix itself
        return host if labels == 2 and not host.replace(".", "").isdigit() else ""
    if host.rpartition(".")[2].isdigit():
        return ""
    return _suffixes().privatesuffix(host) or ""


@cache
def _suffixes() -> "PublicSuffixList":
    """Load the Public Suffix List: 0.1 s that only those pay who write to subdomains."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415

    return PublicSuffixList()
