"""Exports as the wire shows them: the seed's keys and, beside them, those of later clients."""

from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, UnsetType, field
from msgspec.structs import asdict

from pomelo.api.answers import Moment, moment
from pomelo.base.ids import CampaignId, ExportId, TeamId
from pomelo.exports import Export, ExportState, link_name

SECTION: Final = "Exports"
PATH: Final = "/api/files/exports"
WAITING: Final = (0, "starting")
WORKING: Final = (3, "processing")
ENDED: Final = (6, "done")
FAILED: Final = (6, "error")


class Progress(msgspec.Struct, frozen=True, rename="camel"):
    """What later clients ask about."""

    id: ExportId
    own_id: ExportId = field(name="_id")
    team_id: TeamId
    campaign_id: CampaignId
    campaign_name: str
    started_at: Moment
    progress_index: int
    progress_time: Annotated[int, msgspec.Meta(description="Of the last step, in ms since 1970")]
    progress_last_step_duration: Annotated[int, msgspec.Meta(description="Milliseconds")]
    progress_type: str
    progress: Annotated[int, msgspec.Meta(description="Leads written")]
    total: Annotated[int, msgspec.Meta(description="Leads in the file; 0 until it is done")]


class ExportStatus(Progress, frozen=True, rename="camel", kw_only=True):
    """How an export stands."""

    export_id: ExportId
    status: ExportState
    file_size: Annotated[int, msgspec.Meta(description="Bytes; 0 until it is done")] = 0
    ended_at: Moment | UnsetType = UNSET
    url: Annotated[
        str | UnsetType, msgspec.Meta(description="Where the file is; only when it is done")
    ] = UNSET


class StatusAnswer(msgspec.Struct, frozen=True):
    """The status of an export."""

    ok: bool
    status: ExportStatus


class Started(Progress, frozen=True, kw_only=True):
    """An export that was started: the status, and the keys of later clients beside it."""

    ok: bool = True
    status: ExportStatus


class Failure(msgspec.Struct, frozen=True):
    """What was not possible."""

    ok: bool
    message: str


def started(export: Export, public_url: str) -> Started:
    """Show an export that was just started."""
    return Started(status=status(export, public_url), **asdict(_progress(export)))


def status(export: Export, public_url: str) -> ExportStatus:
    """Show how an export stands.

    Args:
        export: The export.
        public_url: How the world reaches this server.
    """
    is_done = export.state is ExportState.DONE
    return ExportStatus(
        **asdict(_progress(export)),
        export_id=export.id,
        status=export.state,
        file_size=export.size_bytes,
        ended_at=moment(export.ended_at) if export.ended_at else UNSET,
        url=f"{public_url}{PATH}/{link_name(export)}" if is_done else UNSET,
    )


def _progress(export: Export) -> Progress:
    index, kind = _step(export)
    last = export.ended_at or export.started_at
    return Progress(
        id=export.id,
        own_id=export.id,
        team_id=export.team_id,
        campaign_id=export.campaign_id,
        campaign_name=export.campaign_name,
        started_at=moment(export.started_at),
        progress_index=index,
        progress_time=_milliseconds(last - datetime.fromtimestamp(0, last.tzinfo)),
        progress_last_step_duration=_milliseconds(last - export.started_at),
        progress_type=kind,
        progress=export.total,
        total=export.total,
    )


def _step(export: Export) -> tuple[int, str]:
    if export.state is ExportState.PENDING:
        return WORKING if export.attempts else WAITING
    return ENDED if export.state is ExportState.DONE else FAILED


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)
