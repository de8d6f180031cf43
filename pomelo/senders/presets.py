"""Providers of mailboxes: where their mail goes out and is read, and what they want to log in.

Sources: the providers' own pages for mail programs; each is found by the address's domain or
by where its domain takes mail.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from pomelo.senders.model import Provider, Server, TlsMode


class LogIn(StrEnum):
    """A way to log in."""

    OAUTH = "oauth"
    """By the provider's leave: `pomelo sender connect`."""
    APP_PASSWORD = "app_password"  # noqa: S105
    """By a password made for one program in the account's settings."""
    PASSWORD = "password"  # noqa: S105


class Preset(Struct, frozen=True, kw_only=True):
    """A provider of mailboxes.

    Attributes:
        name: In answers.
        title: For people.
        smtp: Where mail is handed over.
        imap: Where it is read.
        log_ins: What it takes, the best first.
        connect: Who gives leave where that is possible.
        keeps_sent: It puts what goes out by SMTP into the Sent folder by itself.
    """

    name: str
    title: str
    smtp: Server
    imap: Server
    log_ins: tuple[LogIn, ...] = (LogIn.PASSWORD,)
    connect: Provider | None = None
    keeps_sent: bool = False


def _imap(host: str) -> Server:
    return Server(host, 993, TlsMode.TLS)


def _smtp(host: str) -> Server:
    return Server(host, 465, TlsMode.TLS)


def _starttls(host: str) -> Server:
    return Server(host, 587, TlsMode.STARTTLS)


GMAIL: Final = Preset(
    name="gmail",
    title="Gmail",
    smtp=_smtp("smtp.gmail.com"),
    imap=_imap("imap.gmail.com"),
    log_ins=(LogIn.OAUTH, LogIn.APP_PASSWORD),
    connect=Provider.GOOGLE,
    keeps_sent=True,
)
GOOGLE_HOSTED: Final = Preset(
    name="google_workspace",
    title="Google Workspace",
    smtp=GMAIL.smtp,
    imap=GMAIL.imap,
    log_ins=GMAIL.log_ins,
    connect=Provider.GOOGLE,
    keeps_sent=True,
)
MICROSOFT_365: Final = Preset(
    name="microsoft_365",
    title="Microsoft 365",
    smtp=_starttls("smtp.office365.com"),
    imap=_imap("outlook.office365.com"),
    log_ins=(LogIn.OAUTH,),
    connect=Provider.MICROSOFT,
    keeps_sent=True,
)
OUTLOOK: Final = Preset(
    name="outlook",
    title="Outlook.com",
    smtp=_starttls("smtp-mail.outlook.com"),
    imap=_imap("outlook.office365.com"),
    log_ins=(LogIn.OAUTH,),
    connect=Provider.MICROSOFT,
    keeps_sent=True,
)
YAHOO: Final = Preset(
    name="yahoo",
    title="Yahoo",
    smtp=_smtp("smtp.mail.yahoo.com"),
    imap=_imap("imap.mail.yahoo.com"),
    log_ins=(LogIn.APP_PASSWORD,),
)
ICLOUD: Final = Preset(
    name="icloud",
    title="iCloud",
    smtp=_starttls("smtp.mail.me.com"),
    imap=_imap("imap.mail.me.com"),
    log_ins=(LogIn.APP_PASSWORD,),
)
FASTMAIL: Final = Preset(
    name="fastmail",
    title="Fastmail",
    smtp=_smtp("smtp.fastmail.com"),
    imap=_imap("imap.fastmail.com"),
    log_ins=(LogIn.APP_PASSWORD,),
)
OVH: Final = Preset(
    name="ovh",
    title="OVH",
    smtp=_smtp("ssl0.ovh.net"),
    imap=_imap("ssl0.ovh.net"),
)
MAILBOX_ORG: Final = Preset(
    name="mailbox_org",
    title="mailbox.org",
    smtp=_smtp("smtp.mailbox.org"),
    imap=_imap("imap.mailbox.org"),
)


def _zoho(region: str, *, kind: str = "") -> Preset:
    """Zoho keeps each account in one region; domains of customers have hosts of their own."""
    return Preset(
        name="zoho",
        title="Zoho Mail",
        smtp=_smtp(f"smtp{kind}.zoho.{region}"),
        imap=_imap(f"imap{kind}.zoho.{region}"),
        log_ins=(LogIn.APP_PASSWORD, LogIn.PASSWORD),
    )


def _ionos(region: str) -> Preset:
    return Preset(
        name="ionos",
        title="IONOS",
        smtp=_smtp(f"smtp.ionos.{region}"),
        imap=_imap(f"imap.ionos.{region}"),
    )


_ZOHO_REGIONS: Final = ("com", "eu", "in", "com.au", "jp")
_IONOS_HOSTS: Final = ("mx00", "mx01")
_IONOS_REGIONS: Final = ("com", "de", "co.uk", "fr", "es", "it")

# Domains of the providers themselves. More of their national ones are found by their MX; some
# that look alike are others' (yahoo.co.jp).
_DOMAINS: Final[dict[str, Preset]] = {
    **dict.fromkeys(("gmail.com", "googlemail.com"), GMAIL),
    **dict.fromkeys(
        (
            *("outlook.com", "outlook.de", "outlook.es", "outlook.fr", "outlook.it", "msn.com"),
            *("hotmail.com", "hotmail.co.uk", "hotmail.de", "hotmail.es", "hotmail.fr"),
            *("hotmail.it", "live.com", "live.co.uk", "live.fr", "live.nl", "passport.com"),
        ),
        OUTLOOK,
    ),
    **dict.fromkeys(
        (
            *("yahoo.com", "yahoo.ca", "yahoo.co.in", "yahoo.co.uk", "yahoo.com.au"),
            *("yahoo.com.br", "yahoo.de", "yahoo.es", "yahoo.fr", "yahoo.in", "yahoo.it"),
            *("ymail.com", "rocketmail.com"),
        ),
        YAHOO,
    ),
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), ICLOUD),
    **dict.fromkeys(("fastmail.com", "fastmail.fm"), FASTMAIL),
    "mailbox.org": MAILBOX_ORG,
    **{f"zoho.{region}": _zoho(region) for region in _ZOHO_REGIONS},
    **{f"zohomail.{region}": _zoho(region) for region in _ZOHO_REGIONS},
}
# How the hosts end that take the mail of customers' domains; the first that fits.
_EXCHANGERS: Final[tuple[tuple[str, Preset], ...]] = (
    (".google.com", GOOGLE_HOSTED),
    (".googlemail.com", GOOGLE_HOSTED),
    (".olc.protection.outlook.com", OUTLOOK),
    (".mail.protection.outlook.com", MICROSOFT_365),
    (".mx.microsoft", MICROSOFT_365),
    (".am0.yahoodns.net", YAHOO),  # not AOL, which has hosts of its own
    (".mail.icloud.com", ICLOUD),
    (".messagingengine.com", FASTMAIL),
    (".mailbox.org", MAILBOX_ORG),
    # Customers' own servers end in ovh.net and 1and1.com, too: only what takes mail counts.
    (".mail.ovh.net", OVH),
    *((f".{host}.kundenserver.de", _ionos("de")) for host in _IONOS_HOSTS),
    *((f".{host}.1and1.com", _ionos("com")) for host in _IONOS_HOSTS),
    *((f".zoho.{region}", _zoho(region, kind="pro")) for region in _ZOHO_REGIONS),
    *(
        (f".{host}.ionos.{region}", _ionos(region))
        for host in _IONOS_HOSTS
        for region in _IONOS_REGIONS
    ),
)


def by_domain(domain: str) -> Preset | None:
    """Find the provider that an address's domain belongs to."""
    return _DOMAINS.get(domain)


def by_exchangers(hosts: Sequence[str]) -> Preset | None:
    """Find the provider that takes a domain's mail.

    Args:
        hosts: Its mail exchangers, the preferred one first.

    Returns:
        None for a host of one's own, and for a filter that mail passes on its way. What DNS
        says only picks among the hosts written here, so whoever forges it cannot have a
        password sent to a host of theirs.
    """
    for host in hosts:
        name = f".{host.rstrip('.').lower()}"
        found = next((preset for ending, preset in _EXCHANGERS if name.endswith(ending)), None)
        if found is not None:
            return found
    return None


_ALL: Final = (*_DOMAINS.values(), *(preset for _, preset in _EXCHANGERS))
_SERVERS: Final = frozenset(
    (server.host, server.port) for preset in _ALL for server in (preset.smtp, preset.imap)
)


def is_known(server: Server) -> bool:
    """Tell whether a server is one of those written here, which the public Internet has."""
    return (server.host, server.port) in _SERVERS


_KEEPING: Final = frozenset(preset.smtp.host for preset in _ALL if preset.keeps_sent)


def keeps_sent(smtp_host: str) -> bool:
    """Tell whether a host is known to put what goes out by it into the Sent folder."""
    return smtp_host.lower() in _KEEPING


def advice(preset: Preset, email: str) -> str:
    """Tell what to know before a password is given; empty = nothing."""
    best = preset.log_ins[0]
    if preset.log_ins == (LogIn.OAUTH,):
        return (
            f"{preset.title} takes no passwords; connect it: "
            f"pomelo sender connect {preset.connect} {email}"
        )
    if LogIn.APP_PASSWORD not in preset.log_ins:
        return ""
    other = f", or: pomelo sender connect {preset.connect} {email}" if best is LogIn.OAUTH else ""
    return (
        f"{preset.title} wants an app password, made in the account's security settings, not the "
        f"one that opens its web page{other}"
    )


_RESERVED: Final = re.compile(r"(?:^|.*\.)(?:test|example|invalid|localhost|local|onion)")


def is_public(domain: str) -> bool:
    """Tell whether the public DNS can know a domain (RFC 6761, RFC 6762)."""
    return not _RESERVED.fullmatch(domain)
