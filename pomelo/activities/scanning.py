"""The check of an address before a person reviews its lead: what can be known without writing.

Whatever it finds, it holds no mail back; who reviews sees it, and the lead is `scanned`. A campaign
may launch leads by itself whose address is of a kind that it names (`autoReviewConditions`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from pomelo import leads
from pomelo.activities import store
from pomelo.activities.actions import review_waiting
from pomelo.activities.mail_domains import Answer, look_up
from pomelo.activities.model import Fact
from pomelo.activities.recording import record
from pomelo.activities.store import Unscanned
from pomelo.base import addresses
from pomelo.base.addresses import Address
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.leads import ActivityType, EmailStatus, Standing, WaitsFor

LookUp: TypeAlias = Callable[[str], Awaitable[Answer]]

# A list that is being imported is whole by then, so each domain is asked for once, and a
# typing mistake that is mended at once is not asked for at all.
RESTS: Final = timedelta(minutes=10)
BATCH: Final = 200
AT_ONCE: Final = 20

# Names that the world has promised never to give to anybody (RFC 2606, RFC 6761, RFC 7686).
RESERVED: Final = ("example", "invalid", "onion", "example.com", "example.net", "example.org")
# Mailboxes of a function, not of a person (RFC 2142 3 to 5), and those that nobody reads.
FUNCTIONS: Final = frozenset(
    {
        *("info", "marketing", "sales", "support", "abuse", "noc", "security", "postmaster"),
        *("hostmaster", "usenet", "news", "webmaster", "www", "uucp", "ftp"),
        *("noreply", "no-reply", "donotreply"),
    }
)


def email_status(address: Address, answer: Answer) -> EmailStatus:
    """Tell what is known of an address; that mail reaches a person only a mail can tell.

    Args:
        address: The address, valid in form.
        answer: What the name system says of its domain.

    Source:
        RFC 5321 5.1 (a domain without MX takes mail at its own address), RFC 7505.
    """
    if is_reserved(address.domain) or answer is Answer.NO_MAIL:
        return EmailStatus.UNDELIVERABLE
    if answer is Answer.HOST_ONLY or address.local.lower() in FUNCTIONS:
        return EmailStatus.RISKY
    return EmailStatus.UNKNOWN


def is_reserved(domain: str) -> bool:
    """Tell whether nobody can ever own a domain."""
    return any(domain == name or domain.endswith(f".{name}") for name in RESERVED)


class Scanner:
    """Checks the addresses of leads that wait for a review.

    Args:
        database: Where they are.
        clock: Tells the time.
        look_up: Asks the name system about a domain; never raises.
    """

    def __init__(self, database: Database, clock: Clock, look_up: LookUp = look_up) -> None:
        self._database = database
        self._clock = clock
        self._look_up = look_up
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def work_once(self) -> bool:
        """Check a batch of leads, launch another that may go; says whether there was any."""
        now = self._clock.now()
        async with self._database.transaction(readonly=True) as db:
            found = await store.list_unscanned(db, before=now - RESTS, limit=BATCH)
        if found:
            statuses = await self._statuses(found)
            async with self._database.transaction() as db:
                await _keep(db, found, statuses, now=self._clock.now())
        return await self._launch() or bool(found)

    async def _launch(self) -> bool:
        """Launch leads whose campaigns want such addresses launched; says if there were any."""
        async with self._database.transaction() as db:
            fit = await store.list_fit(db, limit=BATCH)
            for team, own in groupby(sorted(fit), key=itemgetter(0)):
                people = [lead for _, lead in own]
                await review_waiting(db, team, people, now=self._clock.now())
        return bool(fit)

    async def _statuses(self, found: Sequence[Unscanned]) -> list[EmailStatus]:
        people = [addresses.parse(lead.email) for lead in found]
        asked = sorted({one.domain for one in people if not is_reserved(one.domain)})
        told = await asyncio.gather(*(self._ask(domain) for domain in asked))
        answers = dict(zip(asked, told, strict=True))
        return [email_status(one, answers.get(one.domain, Answer.UNKNOWN)) for one in people]

    async def _ask(self, domain: str) -> Answer:
        async with self._turns:
            return await self._look_up(domain)


async def _keep(
    db: Db, found: Sequence[Unscanned], statuses: Sequence[EmailStatus], *, now: datetime
) -> None:
    """Record the checks of those leads that nobody checked or reviewed meanwhile."""
    by_lead = dict(zip(((one.team_id, one.id) for one in found), statuses, strict=True))
    waiting = [lead for lead in await leads.lock(db, list(by_lead)) if _waits(lead)]
    results = {(lead.team_id, lead.id): by_lead[lead.team_id, lead.id] for lead in waiting}
    await leads.set_email_statuses(db, results)
    facts = [
        Fact(
            team_id=team,
            type=ActivityType.SCANNED,
            lead_id=lead,
            at=now,
            extra={"emailStatus": status},
        )
        for (team, lead), status in results.items()
    ]
    await record(db, facts)


def _waits(lead: Standing) -> bool:
    return lead.waits_for is WaitsFor.REVIEW and lead.scanned_at is None and lead.stopped_by is None
