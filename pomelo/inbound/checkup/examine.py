"""A whole check of a sender: log-ins, a mail to itself, its domain and our own public address."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from pomelo import senders
from pomelo.base import addresses
from pomelo.base.db import Database, Db
from pomelo.base.errors import Conflict, PomeloError
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.outgoing import Guard
from pomelo.inbound.checkup import store
from pomelo.inbound.checkup.findings import CheckFinding, merged
from pomelo.inbound.published import AskNames, ask_names
from pomelo.senders import (
    ImapAccess,
    ProviderNotSet,
    ProviderSilent,
    ReconnectNeeded,
    SavesSentCopy,
    Sender,
    Server,
)
from pomelo.smtp import MailAccess
from pomelo.tracking import Signer

if TYPE_CHECKING:
    from pomelo.inbound.checkup.visit import Visited

NO_IMAP: Final = (
    "IMAP is not configured; give its server: `pomelo sender set ADDRESS --imap-host HOST`, or "
    "`imap` of PATCH /api/senders/{id}."
)


class Timing(Struct, frozen=True):
    """How a test mail is awaited, in real seconds.

    Attributes:
        poll: Between two looks into the mailbox.
        grace: What the plus form and the Sent copy have after the mail itself has come.
    """

    poll: float = 1.0
    grace: float = 8.0


@dataclass(frozen=True, kw_only=True)
class Checkup:
    """What it takes to check senders.

    Args:
        access: Reaches their mail servers.
        signer: Signs the tokens of test mails.
        public_url: How the world reaches this server, without a slash at the end.
        web: Says which addresses that may lead to.
        ask: Asks the name system.
        timing: How a test mail is awaited.
        under_way: Senders that are being checked; a second check at the same time is refused.
    """

    access: MailAccess
    signer: Signer
    public_url: str
    web: Guard = field(default_factory=lambda: Guard((), frozenset({80, 443})))
    ask: AskNames = ask_names
    timing: Timing = field(default_factory=Timing)
    under_way: set[SenderId] = field(default_factory=set)


class CheckUnderWay(Conflict):
    """This mailbox is being tested already; wait for that answer, a minute or two at most."""


class Report(Struct, frozen=True):
    """What a check found.

    Attributes:
        smtp_fault: Why mail cannot be handed over, in a sentence; None = it can.
        imap_fault: Why the mailbox cannot be read; None = it can.
        findings: Everything, in the order in which it is shown.
    """

    smtp_fault: str | None
    imap_fault: str | None
    findings: list[CheckFinding]


class Keys(Struct, frozen=True):
    """Where a sender's mail is handed over and read, with the secrets that are good now."""

    smtp: Server
    imap: ImapAccess | None


async def examine(
    database: Database,
    team: TeamId,
    sender: SenderId,
    *,
    checkup: Checkup,
    wait: float | None,
    now: datetime,
) -> Report:
    """Check a sender, and keep what was found and learnt.

    Args:
        database: Where the sender is.
        team: Whose.
        sender: Which.
        checkup: What it takes.
        wait: Seconds that the test mail has to come back; None = none is sent.
        now: When.

    Raises:
        SenderNotFound: The team has none of that id.
        SecretUnreadable: A secret was encrypted with another secret key.
        CheckUnderWay: It is being checked already.
    """
    with _alone(sender, checkup.under_way):
        async with database.transaction(readonly=True) as db:
            found = await senders.get(db, team, sender)
        visited, others = await _tried(database, found, checkup, wait=wait, now=now)
        findings = [*visited.findings, *others]
        async with database.transaction() as db:
            await _learn(db, found, visited.learnt)
            before = await store.find(db, team, sender) if wait is None else []
            await store.save(db, team, sender, merged(before, findings), now=now)
        return Report(visited.smtp_fault, visited.imap_fault, findings)


@contextmanager
def _alone(sender: SenderId, under_way: set[SenderId]) -> Iterator[None]:
    """Let nobody else check a sender meanwhile."""
    if sender in under_way:
        raise CheckUnderWay
    under_way.add(sender)
    try:
        yield
    finally:
        under_way.discard(sender)


async def _tried(
    database: Database, sender: Sender, checkup: Checkup, *, wait: float | None, now: datetime
) -> tuple["Visited", list[CheckFinding]]:
    """Try everything at the same time: the mail servers, the domain and our own address."""
    # Slow to import, and `pomelo receive` comes through this door for each mail.
    from pomelo.inbound.checkup import web  # noqa: PLC0415
    from pomelo.inbound.checkup.visit import Visit  # noqa: PLC0415
    from pomelo.inbound.published import domain  # noqa: PLC0415

    keys = await _keys(database, sender, checkup.access, now=now)
    visited, published, reached = await asyncio.gather(
        Visit(database, sender, checkup, now=now).run(keys, wait),
        domain.examine_domain(addresses.parse(sender.email).domain, checkup.ask),
        web.examine_web(checkup.public_url, checkup.web, checkup.access.context),
    )
    return visited, [*published, reached]


async def _learn(db: Db, sender: Sender, learnt: SavesSentCopy | None) -> None:
    if learnt is not None:
        await senders.learn_sent_copy(db, sender.team_id, sender.id, learnt)


async def _keys(
    database: Database, sender: Sender, access: MailAccess, *, now: datetime
) -> Keys | PomeloError:
    """Ask for the secrets; a provider that gives none is a finding, not an error."""
    team, vault, oauth = sender.team_id, access.vault, access.oauth
    try:
        smtp = await senders.smtp_access(
            database, team, sender.id, vault=vault, oauth=oauth, now=now
        )
        imap = await senders.imap_access(
            database, team, sender.id, vault=vault, oauth=oauth, now=now
        )
    except (ProviderNotSet, ProviderSilent, ReconnectNeeded) as problem:
        return problem
    return Keys(smtp, imap)
