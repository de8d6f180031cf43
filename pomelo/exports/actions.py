"""What can be done with exports: ask for one, ask how it stands, fetch its file."""

from datetime import datetime
from pathlib import Path
from typing import Final

from pomelo import campaigns
from pomelo.base import ids, jobs
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, ExportId, TeamId
from pomelo.exports import store
from pomelo.exports.errors import ExportNotFound, FileNotFound
from pomelo.exports.folder import Folder
from pomelo.exports.lives import has_file, has_status, parse_link
from pomelo.exports.model import Export

JOB: Final = "export"
# Exports of one team that are made at the same time; the others wait, pending.
A_TEAM: Final = 2
# Of an id that nobody has, so much is said back.
SHOWN_LETTERS: Final = 60


async def start(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> Export:
    """Ask for a file of a campaign's statistics; a job makes it after the commit.

    Returns:
        The export, pending. It may have to wait for others of the team.

    Raises:
        CampaignNotFound: The team has no such campaign.

    Source:
        API reference, "Start Export of a Campaign".
    """
    found = await campaigns.get(db, team, campaign)
    export = await store.insert(db, team, campaign, export=ids.export(), name=found.name, now=now)
    await queue_next(db, team, now=now)
    return export


async def queue_next(db: Db, team: TeamId, *, now: datetime) -> None:
    """Put the exports whose turn has come into the queue; to be called when one has ended."""
    await store.take_turn(db, team)
    for export in await store.queue_next(db, team, at_once=A_TEAM, now=now):
        await jobs.enqueue(db, JOB, f"{team} {export}".encode())


async def get_status(
    db: Db, team: TeamId, campaign: CampaignId, export: ExportId, *, now: datetime
) -> Export:
    """Get how an export stands.

    Raises:
        CampaignNotFound: The team has no such campaign.
        ExportNotFound: The campaign has no such export, or it was started two hours ago.

    Source:
        API reference, "Get status of a campaign export".
    """
    await campaigns.get(db, team, campaign)
    found = await store.find(db, team, export)
    if found is None or found.campaign_id != campaign or not has_status(found, now):
        raise ExportNotFound(f"Export with id {export[:SHOWN_LETTERS]} not found")
    return found


async def file_of(
    db: Db, link: str, folder: Folder, *, team: TeamId | None, now: datetime
) -> tuple[Export, Path]:
    """Find the file that a public name means.

    Args:
        db: The open transaction.
        link: The last part of its address.
        folder: Where the files are.
        team: Only if it is theirs; None when whoever has the address may have the file.
        now: When it is asked for.

    Raises:
        FileNotFound: There is none, or its 24 hours are over.

    Source:
        API reference, "Expiration time".
    """
    asked_for = parse_link(link)
    found = await store.find_by_id(db, asked_for) if asked_for else None
    if found is None or not has_file(found, now) or team not in (None, found.team_id):
        raise FileNotFound
    return found, folder.path_of(found)
