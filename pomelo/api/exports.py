"""Exports on the wire: started, asked about, fetched, or made while they are downloaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

import msgspec

from pomelo import campaigns, exports, leads
from pomelo.api import export_shapes
from pomelo.api.answers import CSV, Csv, FileAnswer, Stream
from pomelo.api.auth import NoKey, WrongKey
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.export_shapes import PATH, SECTION, Failure, Started, StatusAnswer
from pomelo.api.statuses import sentence
from pomelo.base.errors import Conflict, NotAllowed, PomeloError, Unavailable
from pomelo.base.ids import CampaignId, ExportId, TeamId
from pomelo.campaigns import Campaign, CampaignNotFound
from pomelo.exports import ExportNotFound, FileNotFound, TooManyDownloads
from pomelo.leads import LeadState, StateUnknown


class Links(StrEnum):
    """Who may download a file: whoever has its address, or only the team's keys."""

    OPEN = "open"
    KEY = "key"


@dataclass(frozen=True)
class Downloads:
    """What this section needs of the server.

    Args:
        folder: Where the files are.
        streams: Makes files while they are downloaded.
        links: Who may download a file.
    """

    folder: exports.Folder
    streams: exports.Streams
    links: Links = Links.OPEN


class LeadsQuery(msgspec.Struct, frozen=True):
    """Which leads, and how they are written."""

    state: Annotated[
        str,
        msgspec.Meta(
            description=f"`all`, or states joined by commas: {', '.join(LeadState)}; "
            "`failed` is the old name of `emailsBounced`"
        ),
    ] = leads.ALL
    format: Literal["csv", "json"] = "csv"


async def start(call: Call[NoQuery, None]) -> Started:
    """Start an export of a campaign's statistics."""
    if call.method == "HEAD":  # a look must not start anything
        raise NotAllowed
    async with call.state.database.transaction() as db:
        export = await exports.start(db, call.caller.team, _campaign(call.path), now=call.now)
    return export_shapes.started(export, call.state.public_url)


async def status(call: Call[NoQuery, None]) -> StatusAnswer:
    """Answer how an export stands."""
    async with call.state.database.transaction(readonly=True) as db:
        export = await exports.get_status(
            db,
            call.caller.team,
            _campaign(call.path),
            ExportId(call.path["exportId"]),
            now=call.now,
        )
    return StatusAnswer(ok=True, status=export_shapes.status(export, call.state.public_url))


async def statistics(call: Call[NoQuery, None]) -> Csv:
    """Answer a campaign's statistics as a file, made meanwhile."""
    campaign = await _found(call)
    stream = await _streams(call).statistics(campaign.team_id, campaign.id)
    return Csv(f"statistics_{exports.slug(campaign.name)}.csv", stream)


async def list_leads(call: Call[LeadsQuery, None]) -> Csv | Stream:
    """Answer a campaign's leads as a file, made meanwhile."""
    states = leads.parse_states(call.query.state or leads.ALL)
    campaign = await _found(call)
    if call.query.format == "json":
        return Stream(await _streams(call).leads_json(campaign.team_id, campaign.id, states))
    stream = await _streams(call).leads(campaign.team_id, campaign.id, states)
    return Csv(f"leads_{exports.slug(campaign.name)}.csv", stream)


async def download(call: Call[NoQuery, None]) -> FileAnswer:
    """Answer the file of an export."""
    downloads = call.state.part(Downloads)
    team = None if downloads.links is Links.OPEN else _team(call)
    async with call.state.database.transaction(readonly=True) as db:
        export, path = await exports.file_of(
            db, call.path["file"], downloads.folder, team=team, now=call.now
        )
    return FileAnswer(path, exports.link_name(export))


def _team(call: Call[NoQuery, None]) -> TeamId:
    if call.found_caller is None:
        raise WrongKey if "authorization" in call.headers else NoKey
    return call.found_caller.team


def _streams(call: Call[LeadsQuery, None] | Call[NoQuery, None]) -> exports.Streams:
    return call.state.part(Downloads).streams


async def _found(call: Call[LeadsQuery, None] | Call[NoQuery, None]) -> Campaign:
    async with call.state.database.transaction(readonly=True) as db:
        return await campaigns.get(db, call.caller.team, _campaign(call.path))


def _campaign(path: Mapping[str, str]) -> CampaignId:
    return CampaignId(path["campaignId"])


def _start_failure(error: PomeloError) -> Failure | None:
    """Say in the seed's shape that nothing was started."""
    if isinstance(error, Unavailable | Conflict):
        return Failure(ok=False, message="An error occurred")
    return None


def _status_failure(error: PomeloError) -> Failure | None:
    return Failure(ok=False, message=str(error)) if isinstance(error, ExportNotFound) else None


_LEADS_TEXT: Final = (
    "The columns: `emailStatus`, `email`, lemlist's own variables, all other variables by name, "
    "`lastState`, `status`, `state` and `_id`. A variable with the name of another column gets "
    "`_variable` behind its own. A lead is in exactly one state, so all states together are all "
    "leads. `format=json` gives an array of objects, in which objects and arrays stay what they "
    "are.\n\nThe file is made while it is downloaded; a download that takes longer than 15 minutes "
    "is broken off. A cell that a spreadsheet would take for a formula begins with an apostrophe."
)

OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/export/start",
        run=start,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Start an export of a campaign's statistics",
        text=(
            "The file is made in the background; ask for its status until that is not `pending` "
            "any more. Several exports of a campaign may be started; two of a team are made at "
            "the same time, the others wait. The file shows the campaign at one moment: a line a "
            "lead, columns for each variable and for each step (`step1_type`, `step1_sentAt` …). "
            "What machines opened or clicked is not in it. The last column, `uncertainAt`, is "
            "empty unless the lead waits because nobody knows whether a mail to it was "
            "delivered; then it tells when that mail went (see GET /api/messages).\n\n"
            "A start that failed, with 409 or 503, is answered in JSON: "
            '`{"ok":false,"message":"An error occurred"}`.'
        ),
        answer=Started,
        errors=(CampaignNotFound,),
        shape_error=_start_failure,
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/export/{exportId}/status",
        run=status,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get the status of an export",
        text=(
            "`pending`, `done` (with `url`) or `error`. Available for two hours from the start; "
            "an export that is still pending then has failed. The file can be downloaded for 24 "
            "hours from `endedAt`.\n\n"
            "That there is no such export, 404, is answered in JSON: "
            f'`{{"ok":false,"message":"{sentence(ExportNotFound)}"}}`.'
        ),
        answer=StatusAnswer,
        errors=(CampaignNotFound, ExportNotFound),
        shape_error=_status_failure,
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/export",
        run=statistics,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Export a campaign's statistics at once (deprecated)",
        text=(
            "The same file, made while it is downloaded, which must not take more than 15 "
            "minutes. Use `/export/start` instead."
        ),
        media=CSV,
        errors=(CampaignNotFound, TooManyDownloads),
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/export/list",
        run=list_leads,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Export a campaign's leads",
        text=_LEADS_TEXT,
        query=LeadsQuery,
        media=CSV,
        errors=(CampaignNotFound, StateUnknown, TooManyDownloads),
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/export/leads",
        run=list_leads,
        name="leads",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Export a campaign's leads (lemlist's later address)",
        text=_LEADS_TEXT,
        query=LeadsQuery,
        media=CSV,
        errors=(CampaignNotFound, StateUnknown, TooManyDownloads),
    ),
    Operation(
        method="GET",
        path=PATH + "/{file}",
        run=download,
        permission=Permission.PUBLIC,
        section=SECTION,
        summary="Download the file of an export",
        text=(
            "The address comes from the status. Whoever has it may download the file, unless the "
            "server was told `POMELO_EXPORT_LINKS=key`. Parts may be asked for (`Range`)."
        ),
        media=CSV,
        errors=(FileNotFound, NoKey, WrongKey),
    ),
)
