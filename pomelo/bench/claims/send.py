"""Mails sent end to end by two workers, each durable, beside Postfix's generator."""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

from pomelo import leads, sequences
from pomelo.base import addresses, clock, ids
from pomelo.base.ids import CampaignId, SenderId
from pomelo.base.sql import Query
from pomelo.bench import limits
from pomelo.bench.children import ChildFailed
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import (
    MESSAGE,
    SUBJECT,
    VARIABLES,
    Stock,
    make_campaign,
    make_senders,
    make_team,
)
from pomelo.cli.house import House
from pomelo.leads import NewLead
from pomelo.letters import Envelope, Letter, StepContent, compose
from pomelo.tracking import Signer

BAR: Final = 0.15
WORKERS: Final = 2
SESSIONS: Final = 100
MAILS: Final = 8_000
BATCH: Final = 500
SEND_SECONDS: Final = 120.0
POLL_SECONDS: Final = 0.02

# By the queue's own index: counting what is sent would cost more than sending.
_LEFT: Final = Query(
    "left",
    """
    SELECT count(*) FROM (
      SELECT FROM leads
      WHERE team_id = :team_id AND campaign_id = :campaign_id
        AND due_at IS NOT NULL AND NOT is_paused AND stopped_by IS NULL AND waits_for IS NULL
        AND needs_sender
      LIMIT 1) AS one""",
)
_SENT: Final = Query(
    "sent",
    """
    SELECT count(*) FROM messages
    WHERE team_id = :team_id AND campaign_id = :campaign_id AND state = 'sent'""",
)


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure a campaign: claimed, rendered, sent and recorded over 100 mailboxes."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(ground.house())
        port = await stack.enter_async_context(limits.smtp_sink(ground.home))
        stock = await make_team(house)
        by = await make_senders(house, stock, SESSIONS, port)
        for _ in range(WORKERS):
            await stack.enter_async_context(ground.server("worker"))
        await _campaign(house, stock, by, SESSIONS * 10)  # once for nothing
        return [await _in_turns(house, stock, by, port, size=size)]


async def _in_turns(
    house: House, stock: Stock, by: list[SenderId], port: int, *, size: Size
) -> Row:
    async def ours() -> float:
        return await _campaign(house, stock, by, MAILS)

    async def limit() -> float:
        return await limits.smtp_source(port, mails=MAILS, sessions=SESSIONS, size_bytes=size_bytes)

    size_bytes = len(_mail(house).partition(b"\r\n\r\n")[2])
    measured = await turns(ours, limit, rounds=size.rounds)
    return compared("send", "mails/s", *measured, bar=BAR, better=Better.HIGHER)


def _mail(house: House) -> bytes:
    """Write one of the campaign's mails."""
    content = StepContent(SUBJECT, MESSAGE, track_opens=True, track_clicks=True)
    envelope = Envelope(
        message_id=ids.message(),
        header_id="<bench@bench.example>",
        sender_email="sender1@bench.example",
        sender_name="Nora Quince",
        signature="",
        recipient="p1@piedpiper.example",
        recipient_name="Richard Hendricks",
        values=VARIABLES,
        base_url=house.public_url,
        date=house.clock.now(),
    )
    return compose(Letter.compile(content), envelope, Signer(house.vault.signing_secret())).raw


async def _campaign(house: House, stock: Stock, by: list[SenderId], mails: int) -> float:
    """Make a campaign, start it, and give the mails a second until the last is recorded."""
    campaign = await make_campaign(house, stock, by)
    await _fill(house, stock, campaign, mails)
    async with house.database.transaction() as db:
        await sequences.start_campaign(db, stock.team, campaign, now=house.clock.now())
    began = clock.monotonic()
    while await _ask(_LEFT, house, stock, campaign):
        if clock.monotonic() - began > SEND_SECONDS:
            raise ChildFailed(f"{mails} mails were not sent within {SEND_SECONDS:g} s.")
        await asyncio.sleep(POLL_SECONDS)
    seconds = clock.monotonic() - began
    if (sent := await _ask(_SENT, house, stock, campaign)) != mails:
        raise ChildFailed(f"{sent} of {mails} mails were sent.")
    return mails / seconds


async def _fill(house: House, stock: Stock, campaign: CampaignId, people: int) -> None:
    for first in range(0, people, BATCH):
        new = [
            NewLead(
                stock.team,
                campaign,
                addresses.parse(f"p{number}@piedpiper.example"),
                VARIABLES,
                deduplicate=False,
            )
            for number in range(first, min(first + BATCH, people))
        ]
        async with house.database.transaction() as db:
            await leads.add(db, new, now=house.clock.now())


async def _ask(query: Query, house: House, stock: Stock, campaign: CampaignId) -> int:
    async with house.database.transaction(readonly=True) as db:
        return await query.one(db, int, team_id=stock.team, campaign_id=campaign)
