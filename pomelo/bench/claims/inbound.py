"""Replies in 500 mailboxes read by IMAP: how soon each counts, and what the API feels of it."""

import asyncio
import random
import statistics
from contextlib import AsyncExitStack
from datetime import datetime
from email.message import EmailMessage
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Final

import msgspec

from pomelo import senders
from pomelo.base import clock
from pomelo.base.ids import LeadId, MessageId, SenderId
from pomelo.base.sql import Query
from pomelo.bench import memory
from pomelo.bench.children import ChildFailed
from pomelo.bench.claims.adds import basic
from pomelo.bench.dovecot import PASSWORD, MailServer, dovecot
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared
from pomelo.bench.stock import Stock, make_campaign, make_senders, make_team
from pomelo.cli.house import House
from pomelo.letters import header_id
from pomelo.senders import Changes, Replies, Server, TlsMode
from pomelo.tracking import Signer

MAILBOXES: Final = 500
MOST_SECONDS: Final = 5.0
MOST_MB: Final = 250.0
# The API's answers may take so many times as long as when no mailbox is read.
MOST_TIMES: Final = 2.0
# So many turns' time, for one reply a second.
TURNS: Final = 6
CONNECT_SECONDS: Final = 180.0
REPLY_SECONDS: Final = 30.0
ANSWER_SECONDS: Final = 30.0
ASK_SECONDS: Final = 0.02
POLL_SECONDS: Final = 0.02

_UNREAD: Final = Query(
    "unread",
    """
    SELECT count(*) FROM senders
    WHERE team_id = :team_id AND (replies_read_at IS NULL OR replies_read_at < :since)""",
)
_WRITTEN: Final = Query(
    "written",
    """
    SELECT m.id, m.lead_id, m.recipient AS lead, s.email AS mailbox
    FROM messages m JOIN senders s ON s.team_id = m.team_id AND s.id = m.sender_id
    WHERE m.team_id = :team_id ORDER BY m.id""",
)
_REPLIED: Final = Query(
    "replied",
    "SELECT lead_id FROM activities WHERE team_id = :team_id AND type = 'emailsReplied'",
)


class _Written(msgspec.Struct, frozen=True):
    """A mail that was sent, by whom and to whom."""

    id: MessageId
    lead_id: LeadId
    lead: str
    mailbox: str


class _Post(msgspec.Struct, frozen=True):
    """What it takes to let people answer, and to see that they were heard."""

    house: House
    stock: Stock
    server: MailServer
    signer: Signer


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure 500 mailboxes at a Dovecot, with one reply a second, and a client of the API."""
    async with AsyncExitStack() as stack:
        mail = await stack.enter_async_context(dovecot(ground.home))
        house = await stack.enter_async_context(ground.house())
        stock = await make_team(house)
        by = await _make_mailboxes(ground, house, stock, mail)
        process = await stack.enter_async_context(ground.server())
        api = _Api(ground, stock)
        await api.times(size.seconds)  # once for nothing
        idle = await api.times(TURNS * size.seconds)
        await _read_all(house, stock, by)
        post = _Post(house, stock, mail, Signer(house.vault.signing_secret()))
        async with memory.watched(process.pid) as peak:
            busy, late = await asyncio.gather(
                api.times(TURNS * size.seconds), _answer(post, TURNS * size.seconds)
            )
        return _rows(late, busy, idle, peak.most)


def _rows(late: list[float], busy: list[float], idle: list[float], mb: float) -> list[Row]:
    lower = Better.LOWER
    api = [_p95(times) * 1000 for times in (busy, idle)]
    return [
        compared("inbound", "s", [_p95(late)], [MOST_SECONDS], bar=1.0, better=lower),
        compared("inbound api", "ms", api[:1], api[1:], bar=MOST_TIMES, better=lower),
        compared("inbound memory", "MB", [mb], [MOST_MB], bar=1.0, better=lower),
    ]


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


async def _make_mailboxes(
    ground: Ground, house: House, stock: Stock, mail: MailServer
) -> list[SenderId]:
    """Make senders at Dovecot that have written to somebody each; nobody reads them yet."""
    by = await make_senders(house, stock, MAILBOXES, 2525)
    async with house.database.transaction() as db:
        for number, sender in enumerate(by):
            login = f"sender{number}@bench.example"
            server = Server("127.0.0.1", mail.port, TlsMode.NONE, login, PASSWORD)
            await senders.set_imap(db, stock.team, sender, server, vault=house.vault)
    campaign = await make_campaign(house, stock, by)
    await ground.script("leads.psql", team=stock.team, campaign=campaign, first=1, last=MAILBOXES)
    await ground.script("messages.psql", team=stock.team, campaign=campaign, sender=by[0])
    await ground.script("spread.psql", team=stock.team)
    return by


async def _read_all(house: House, stock: Stock, by: list[SenderId]) -> None:
    """Have all mailboxes read, and wait until each was looked into.

    Raises:
        ChildFailed: Some were not within three minutes.
    """
    since = house.clock.now()
    async with house.database.transaction() as db:
        for sender in by:
            changes = Changes(replies=Replies.IMAP)
            await senders.change(db, stock.team, sender, changes, now=since)
    give_up_at = clock.monotonic() + CONNECT_SECONDS
    while unread := await _count_unread(house, stock, since):
        if clock.monotonic() > give_up_at:
            raise ChildFailed(f"{unread} of {len(by)} mailboxes were not read.")
        await asyncio.sleep(1)


async def _count_unread(house: House, stock: Stock, since: datetime) -> int:
    async with house.database.transaction(readonly=True) as db:
        return await _UNREAD.one(db, int, team_id=stock.team, since=since)


async def _answer(post: _Post, amount: int) -> list[float]:
    """Let a reply arrive every second, and give the seconds after which each was a state."""
    async with post.house.database.transaction(readonly=True) as db:
        written = await _WRITTEN.rows(db, _Written, team_id=post.stock.team)
    chosen = random.Random(1).sample(written, amount)  # noqa: S311 - the same ones each time
    arrived: dict[LeadId, float] = {}
    seen: dict[LeadId, float] = {}
    watching = asyncio.create_task(_watch(post, amount, seen))
    for mail in chosen:
        post.server.deliver(mail.mailbox, _reply(mail, post.signer))
        arrived[mail.lead_id] = clock.monotonic()
        await asyncio.sleep(1)
    await watching
    return [at - arrived[lead] for lead, at in seen.items()]


async def _watch(post: _Post, amount: int, seen: dict[LeadId, float]) -> None:
    """Note when each reply is there for all to see.

    Raises:
        ChildFailed: Some are missing half a minute after the last has arrived.
    """
    give_up_at = clock.monotonic() + amount + REPLY_SECONDS
    while len(seen) < amount:
        if clock.monotonic() > give_up_at:
            raise ChildFailed(f"{amount - len(seen)} of {amount} replies were not heard.")
        async with post.house.database.transaction(readonly=True) as db:
            found = await _REPLIED.rows(db, LeadId, team_id=post.stock.team)
        for lead in found:
            seen.setdefault(lead, clock.monotonic())
        await asyncio.sleep(POLL_SECONDS)


def _reply(mail: _Written, signer: Signer) -> bytes:
    answer = EmailMessage()
    answer["From"], answer["To"] = mail.lead, mail.mailbox
    answer["Subject"] = "Re: A question"
    answer["Message-ID"] = f"<answer.{mail.id}@piedpiper.example>"
    answer["In-Reply-To"] = header_id(mail.id, "bench.example", signer)
    answer.set_content("Thank you, Thursday would be fine.\r\n")
    return answer.as_bytes()


class _Api:
    """A client that asks for the campaigns, over and over."""

    def __init__(self, ground: Ground, stock: Stock) -> None:
        self._port = ground.port
        self._headers = {"Authorization": basic(stock.key)}

    async def times(self, seconds: float) -> list[float]:
        """Give how many seconds each answer took, on one connection."""
        times: list[float] = []
        connection = HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_SECONDS)
        ends_at = clock.monotonic() + seconds
        while clock.monotonic() < ends_at:
            times.append(await asyncio.to_thread(self._ask, connection))
            await asyncio.sleep(ASK_SECONDS)
        connection.close()
        return times

    def _ask(self, connection: HTTPConnection) -> float:
        began = clock.monotonic()
        connection.request("GET", "/api/campaigns", headers=self._headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != HTTPStatus.OK:
            raise ChildFailed(f"The API answered {answer.status}.")
        return clock.monotonic() - began
