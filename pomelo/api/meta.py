"""The server about itself: ready or not, how much it does, and what it understands."""

import asyncio
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Final

import msgspec

from pomelo import __version__
from pomelo.api import openapi, page
from pomelo.api.answers import JSON, Raw
from pomelo.api.call import AppState, Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.gauges import Gauges
from pomelo.api.statuses import sentence
from pomelo.base import metrics
from pomelo.base.db import Database
from pomelo.base.errors import PomeloError, Unavailable
from pomelo.base.silence import DiskFull

SECTION: Final = "Server"
HTML: Final = "text/html; charset=utf-8"
# What watches a server gives it up sooner than a database that hangs.
ANSWER_SECONDS: Final = 2.0
# Whoever may ask is told no more: what it is would help strangers.
UNSAFE: Final = "Something about the set-up is unsafe; `pomelo doctor` and the log say what."


class Documents:
    """The contract's documents, each written when it is first asked for."""

    def __init__(self, operations: Sequence[AnyOperation], public_url: str) -> None:
        self._operations = operations
        self._public_url = public_url

    @cached_property
    def openapi(self) -> bytes:
        """The OpenAPI document."""
        return msgspec.json.encode(openapi.document(self._operations, self._public_url))

    @cached_property
    def page(self) -> bytes:
        """The reference as a web page."""
        return page.html(self._operations).encode()


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the server can work."""

    status: Annotated[str, msgspec.Meta(description="`ready`, or `not ready` (with 503)")]
    version: str
    reason: Annotated[str | None, msgspec.Meta(description="What it waits for")] = None
    warnings: Annotated[
        tuple[str, ...], msgspec.Meta(description="That its set-up is unsafe, if it is")
    ] = ()


class NotReady(Unavailable):
    """The database does not answer."""


async def health(call: Call[NoQuery, None]) -> Health:
    """Answer whether the server can work.

    Raises:
        NotReady: It cannot; the sentence says why.
    """
    reason = await why_not_ready(call.state)
    if reason is not None:
        raise NotReady(reason)
    return Health("ready", __version__, warnings=(UNSAFE,) if call.state.is_unsafe else ())


def not_ready(error: PomeloError) -> Health:
    """Give the answer for a server that cannot work."""
    return Health("not ready", __version__, str(error))


async def why_not_ready(state: AppState) -> str | None:
    """Ask the database, its disk and every check; give the first reason found, as a sentence."""
    asked = asyncio.create_task(_ask(state.database))
    # Nobody waits longer; the question itself ends when the driver gives it up.
    await asyncio.wait((asked,), timeout=ANSWER_SECONDS)
    if not asked.done() or not asked.result():
        return sentence(NotReady)
    if state.database.is_full:
        return sentence(DiskFull)
    for check in state.checks:
        if (reason := await check()) is not None:
            return reason
    return None


async def _ask(database: Database) -> bool:
    """Tell whether the database answers."""
    try:
        async with database.transaction(readonly=True) as db:
            await db.fetchval("SELECT 1")
    except PomeloError:
        return False
    return True


async def measurements(call: Call[NoQuery, None]) -> Raw:
    """Answer everything measured; what the database counts is NaN while it is away."""
    await call.state.part(Gauges).update()
    return Raw(metrics.page(), metrics.CONTENT_TYPE)


async def openapi_document(call: Call[NoQuery, None]) -> Raw:
    """Answer the contract for programs."""
    return Raw(call.state.part(Documents).openapi, JSON)


async def reference(call: Call[NoQuery, None]) -> Raw:
    """Answer the contract for people."""
    headers = (("Content-Security-Policy", page.POLICY), ("Cache-Control", "no-cache"))
    return Raw(call.state.part(Documents).page, HTML, headers)


async def front_door(_: Call[NoQuery, None]) -> Raw:
    """Lead to the reference, until there is a web app."""
    return Raw(b"", HTML, (("location", "/docs"),), status=302)


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/",
        run=front_door,
        permission=Permission.PUBLIC,
        section=SECTION,
        summary="Be led to the reference",
        text="A redirect to /docs.",
        media="text/html; charset=utf-8",
        status=302,
    ),
    Operation(
        method="GET",
        path="/health",
        run=health,
        permission=Permission.PUBLIC,
        section=SECTION,
        summary="Ask whether the server is ready",
        text=(
            "200 when it is ready, else 503 with the reason: also for a minute after the disk of "
            "the database was found full. Never limited."
        ),
        answer=Health,
        answer_example={"status": "ready", "version": __version__},
        errors=(NotReady,),
        shape_error=not_ready,
    ),
    Operation(
        method="GET",
        path="/metrics",
        run=measurements,
        permission=Permission.PUBLIC,
        section=SECTION,
        summary="Read what is measured",
        text=(
            "Prometheus' text format. What is counted in the database is counted anew at most "
            "every 15 seconds, and for at most a fiftieth of the time; it is NaN while the "
            "database is away. Let only your own monitoring reach it."
        ),
        media="text/plain",
    ),
    Operation(
        method="GET",
        path="/api/openapi.json",
        run=openapi_document,
        permission=Permission.PUBLIC,
        section=SECTION,
        summary="Get the contract for programs",
        text="OpenAPI 3.1, made from the same table as the routes.",
        answer=dict[str, object],
    ),
    Operation(
        method="GET",
        path="/docs",
        run=reference,
        permission=Permission.PUBLIC,
        section=SECTION,
        summary="Read the reference",
        text="One web page with every operation; it loads nothing from elsewhere.",
        media="text/html",
    ),
)
