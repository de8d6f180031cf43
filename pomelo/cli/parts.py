"""What single sections of the API, and single background jobs, need of an installation."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from pomelo.api.exports import Downloads, Links
from pomelo.api.hooks import HookAccess
from pomelo.api.leads import Adding
from pomelo.api.tracking import Tracker
from pomelo.base.db import REQUEST_SECONDS
from pomelo.base.failpoint import Failpoint
from pomelo.base.jobs import Jobs
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.bulk import Editor
from pomelo.cli.house import House
from pomelo.delivery import Pen, TurnsCleaner
from pomelo.exports import Exporter, Folder, Streams
from pomelo.hooks import Courier
from pomelo.inbound import Checkup, Pace
from pomelo.leads import Moving, Parking
from pomelo.senders import HTTPS, Freshness, OAuth, Provider, google, microsoft
from pomelo.smtp import MailAccess, Timeouts
from pomelo.tracking import Signer


def app_parts(house: House) -> Mapping[type, object]:
    """Make the parts that API sections ask for."""
    signer, checking = Signer(house.vault.signing_secret()), checkup(house)
    parts: tuple[object, ...] = (
        Adding(house.database.within(REQUEST_SECONDS), house.clock),
        Tracker(house.database, signer),
        checking.access,
        checking,
        Pen(house.vault, house.public_url),
        HookAccess(vault=house.vault, guard=hook_guard(house)),
        Downloads(
            Folder(house.export_dir),
            Streams(house.database),
            Links(house.settings.export_links),
        ),
    )
    return {type(part): part for part in parts}


def register_jobs(house: House, jobs: Jobs) -> None:
    """Register every domain's background jobs."""
    failpoint = Failpoint(house.settings.failpoint)
    Exporter(house.database, house.clock, Folder(house.export_dir), failpoint).join(jobs)
    Parking(house.database, house.clock).join(jobs)
    Moving(house.database, house.clock).join(jobs)
    Editor(house.database, house.clock).join(jobs)
    TurnsCleaner(house.database, house.clock).join(jobs)


def mail_access(house: House) -> MailAccess:
    """Give what it takes to reach the mail servers of senders."""
    return MailAccess(
        vault=house.vault, guard=house.guard, timeouts=smtp_timeouts(house), oauth=oauth(house)
    )


def checkup(house: House) -> Checkup:
    """Give what it takes to check senders; our own web address may be where mail servers may."""
    return Checkup(
        access=mail_access(house),
        signer=Signer(house.vault.signing_secret()),
        public_url=house.public_url,
        web=Guard(
            parse_networks(house.settings.allow_private_mail),
            frozenset({80, 443, urlsplit(house.public_url).port or 443}),
        ),
    )


def oauth(house: House) -> OAuth:
    """Give what it takes to speak with the providers at which this installation is registered.

    Their addresses are the operator's, so a provider of one's own may be where one's own mail
    servers may be.
    """
    settings, clients = house.settings, {}
    if settings.google_client_id:
        clients[Provider.GOOGLE] = google(
            settings.google_client_id, settings.google_client_secret, settings.google_identity_url
        )
    if settings.microsoft_client_id:
        clients[Provider.MICROSOFT] = microsoft(
            settings.microsoft_client_id,
            settings.microsoft_client_secret,
            settings.microsoft_tenant,
            settings.microsoft_identity_url,
        )
    allowed = parse_networks(settings.allow_private_mail)
    return OAuth(clients=clients, guard=Guard(allowed, HTTPS))


def freshness(house: House) -> Freshness:
    """Give how old the last reading of a mailbox may be when a follow-up leaves."""
    return Freshness(house.settings.replies_fresh_minutes)


def pace(house: House) -> Pace:
    """Give how long reading mailboxes may take."""
    return Pace(doubt=house.settings.doubt_minutes * 60)


def smtp_timeouts(house: House) -> Timeouts:
    """Give how long each stage of a conversation with a mail server may take."""
    settings = house.settings
    return Timeouts(
        connect=settings.smtp_connect_seconds,
        tls=settings.smtp_connect_seconds,
        command=settings.smtp_command_seconds,
        data=settings.smtp_data_seconds,
    )


def hook_guard(house: House) -> Guard:
    """Say which receivers of hooks may be reached."""
    settings = house.settings
    return Guard(
        parse_networks(settings.allow_private_hooks),
        frozenset(map(int, settings.hook_ports.split(","))),
        "POMELO_ALLOW_PRIVATE_HOOKS",
    )


def courier(house: House) -> Courier:
    """Make what tells hooks."""
    return Courier(
        house.database,
        house.clock,
        vault=house.vault,
        guard=hook_guard(house),
        lease_seconds=house.settings.lease_seconds,
        failpoint=Failpoint(house.settings.failpoint),
    )
