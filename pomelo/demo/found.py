"""What the server says at the end, asked as any client would ask it."""

import asyncio
import csv
from io import StringIO
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from pomelo.base import clock
from pomelo.base.errors import PomeloError
from pomelo.demo.server import Server
from pomelo.demo.stage import Campaigns
from pomelo.demo.web import Answer, Api, fetch
from pomelo.leads import ActivityType, LeadState

Shape = TypeVar("Shape")

ALIAS: Final = "failed"
PAGE: Final = 100
EXPORT_SECONDS: Final = 30.0
Table = list[dict[str, str]]


class ExportFailed(PomeloError):
    """The export did not end within half a minute, or with an error."""


class Found(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        states: How many leads of the main campaign are in each state.
        guests: The same of the reviewed campaign.
        next: The same of the draft.
        failed: What the old name of a state gives.
        file: The statistics of the main campaign, as they were downloaded.
        people: The same, a line a lead.
        hits_of_machines: Opens and clicks that the server took for a machine's.
        unsubscribed: Addresses on the list because of their owners.
        suppressed: Addresses on the list because they bounced.
        uncertain: Mails whose fate nobody knows.
    """

    states: dict[str, int]
    guests: dict[str, int]
    next: dict[str, int]
    failed: int
    file: bytes
    people: Table
    hits_of_machines: int
    unsubscribed: int
    suppressed: int
    uncertain: int


class Ledger(msgspec.Struct, frozen=True):
    """What was sent against the senders' Sent folders, by `pomelo reconcile`."""

    matched: int
    missing: list[object]
    twice: list[object]
    unknown: list[object]
    unread: list[object]

    @property
    def differences(self) -> list[object]:
        """Whatever is not in both, or could not be looked for."""
        return [*self.missing, *self.twice, *self.unknown, *self.unread]


class _Standing(msgspec.Struct, frozen=True):
    export_id: str = msgspec.field(name="exportId")
    status: str
    url: str = ""


class _Export(msgspec.Struct, frozen=True):
    """An export as it stands."""

    status: _Standing


class _Campaign(msgspec.Struct, frozen=True):
    status: str


class _Listed(msgspec.Struct, frozen=True):
    source: str


class _Told(msgspec.Struct, frozen=True):
    bot: bool = False


async def reconcile(server: Server, campaign: str) -> Ledger:
    """Compare what a campaign has sent with what lies in the Sent folders."""
    said = await server.command("reconcile", campaign, "--json", normal=(0, 1))
    return msgspec.json.decode(said, type=Ledger)


async def look(api: Api, campaigns: Campaigns) -> Found:
    """Ask the server for everything."""
    file = await export(api, campaigns.main)
    sources = [entry.source for entry in await _pages(api, _Listed, "/api/unsubscribes?")]
    return Found(
        states=await count_states(api, campaigns.main),
        guests=await count_states(api, campaigns.guests),
        next=await count_states(api, campaigns.next),
        failed=await _count(api, campaigns.main, ALIAS),
        file=file,
        people=read_table(file),
        hits_of_machines=await _count_machines(api, campaigns.main),
        unsubscribed=sources.count("lead"),
        suppressed=sources.count("bounced"),
        uncertain=len(await api.get(list[object], "/api/messages?state=uncertain")),
    )


async def status(api: Api, campaign: str) -> str:
    """Give the one word for how a campaign stands."""
    return (await api.get(_Campaign, f"/api/campaigns/{campaign}")).status


async def count_states(api: Api, campaign: str) -> dict[str, int]:
    """Count the leads of a campaign in each of the twelve states."""
    return {state.value: await _count(api, campaign, state) for state in LeadState}


async def _count(api: Api, campaign: str, state: str) -> int:
    raw = await api.text(f"/api/campaigns/{campaign}/export/list?state={state}")
    return len(read_table(raw))


async def export(api: Api, campaign: str) -> bytes:
    """Have the statistics of a campaign made, wait for them and download them.

    Raises:
        ExportFailed: They did not come.
    """
    path = f"/api/campaigns/{campaign}/export"
    started = await api.get(_Export, f"{path}/start")
    give_up_at = clock.monotonic() + EXPORT_SECONDS
    standing = started.status
    while standing.status == "pending" and clock.monotonic() < give_up_at:
        await asyncio.sleep(0.1)
        standing = (await api.get(_Export, f"{path}/{standing.export_id}/status")).status
    if standing.status != "done":
        raise ExportFailed
    return (await _download(api, standing.url)).body


async def _download(api: Api, url: str) -> Answer:
    # As clients do: without a key.
    answer = await fetch(f"{api.url}{urlsplit(url).path}")
    if answer.status != 200:
        raise ExportFailed(f"The file of the export was answered with {answer.status}.")
    return answer


def read_table(raw: bytes) -> Table:
    """Read a CSV file with its header."""
    return list(csv.DictReader(StringIO(raw.decode("utf-8-sig"), newline="")))


async def _count_machines(api: Api, campaign: str) -> int:
    count = 0
    for kind in (ActivityType.EMAILS_OPENED, ActivityType.EMAILS_CLICKED):
        path = f"/api/activities?version=v2&campaignId={campaign}&type={kind}&"
        count += sum(one.bot for one in await _pages(api, _Told, path))
    return count


async def _pages(api: Api, shape: type[Shape], path: str) -> list[Shape]:
    """List everything, page by page."""
    found: list[Shape] = []
    while len(page := await api.get(list[shape], f"{path}limit={PAGE}&offset={len(found)}")) > 0:  # type: ignore[valid-type]
        found += page
    return found
