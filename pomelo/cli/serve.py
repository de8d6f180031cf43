"""`pomelo serve`, `api` and `worker`: the programs that run until told to stop."""

import asyncio
import gc
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Final

import typer
import uvloop

from pomelo import app as web
from pomelo import worker as working
from pomelo.api.call import AppState
from pomelo.api.tracking import Tracker
from pomelo.base import clock, log
from pomelo.base.db import REQUEST_SECONDS
from pomelo.base.embedded import Embedded
from pomelo.base.failpoint import Failpoint
from pomelo.base.jobs import Jobs
from pomelo.base.listen import serve_http
from pomelo.base.loops import rest, together
from pomelo.base.outgoing import parse_networks
from pomelo.cli.checkup import warn_if_apart, warn_if_unsafe
from pomelo.cli.house import House, opened, options_for_server, settings_from_here
from pomelo.cli.parts import (
    app_parts,
    courier,
    freshness,
    hook_guard,
    oauth,
    pace,
    register_jobs,
    smtp_timeouts,
)
from pomelo.delivery import Desk
from pomelo.settings import Settings

LOG: Final = log.get("server")
GC_THRESHOLDS: Final = (20_000, 20, 20)
SYNC_SECONDS: Final = clock.RESYNC_SECONDS


def serve() -> None:
    """Run everything in one process: API, tracking and worker (and the database inside).

    Needs nothing but a data directory. Ends cleanly on Ctrl-C or SIGTERM.

    Examples:
        pomelo serve
        POMELO_PORT=9000 POMELO_DATA_DIR=/srv/pomelo pomelo serve
    """
    _run(has_api=True, has_worker=True)


def api() -> None:
    """Run the API and tracking alone; any number of these can share one DATABASE_URL.

    All processes of an installation need the same POMELO_SECRET_KEY, and a POMELO_EXPORT_DIR
    that all of them reach. Settings come from the environment or from the pomelo.toml of the
    working directory.

    Examples:
        export DATABASE_URL=postgresql://pomelo@db/pomelo
        POMELO_SECRET_KEY=$(cat key) POMELO_EXPORT_DIR=/srv/exports pomelo api
    """
    _run(has_api=True, has_worker=False)


def worker() -> None:
    """Run a worker alone: sending and background jobs; any number can share one DATABASE_URL.

    All processes of an installation need the same POMELO_SECRET_KEY, and a POMELO_EXPORT_DIR
    that all of them reach: workers write there what the API hands out. It listens on nothing.

    Examples:
        export DATABASE_URL=postgresql://pomelo@db/pomelo
        POMELO_SECRET_KEY=$(cat key) POMELO_EXPORT_DIR=/srv/exports pomelo worker
    """
    _run(has_api=False, has_worker=True)


def _run(*, has_api: bool, has_worker: bool) -> None:
    settings = settings_from_here()
    log.configure(settings.log_level)
    with options_for_server(settings) as (options, postgres):
        uvloop.run(_serve(settings, options, postgres, has_api=has_api, has_worker=has_worker))


async def _serve(
    settings: Settings,
    options: dict[str, Any],
    postgres: Embedded | None,
    *,
    has_api: bool,
    has_worker: bool,
) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    size = settings.database_connections
    async with opened(settings, options, size=size, is_server=True) as house:
        await warn_if_apart(house)
        parts: list[Coroutine[Any, Any, None]] = [_keep_time(house, stop)]
        if postgres is not None:
            parts.append(_watch(postgres, stop))
        if has_api:
            parts.append(_listen(house, stop))
        if has_worker:
            parts.append(make_worker(house).run(stop))
        _keep_what_stays()
        await together(stop, parts)


def _keep_what_stays() -> None:
    """Spare the collector what lives as long as the process, and let it look more seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def make_worker(house: House) -> working.Worker:
    """Make a worker of this installation."""
    settings = house.settings
    jobs = Jobs(house.database)
    register_jobs(house, jobs)
    desk = Desk(
        worker=working.name(),
        database=house.database,
        clock=house.clock,
        vault=house.vault,
        guard=house.guard,
        outward=hook_guard(house),
        public_url=house.public_url,
        deliver_to=settings.deliver_to,
        lease_seconds=settings.lease_seconds,
        timeouts=smtp_timeouts(house),
        oauth=oauth(house),
        freshness=freshness(house),
        failpoint=Failpoint(settings.failpoint),
    )
    return working.Worker(
        desk,
        jobs,
        courier(house),
        slots=settings.sender_slots,
        mailboxes=settings.mailbox_slots,
        pace=pace(house),
    )


async def _listen(house: House, stop: asyncio.Event) -> None:
    settings = house.settings
    state = AppState(
        house.database.within(REQUEST_SECONDS),
        house.clock,
        house.public_url,
        parts=app_parts(house),
        freshness=freshness(house),
        is_unsafe=await warn_if_unsafe(house),
    )
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    bound.add_done_callback(lambda port: _say_where(settings, port.result()))
    try:
        await serve_http(
            web.build(
                state,
                rate_limit=settings.rate_limit,
                trusted_proxies=parse_networks(settings.trusted_proxies),
                has_access_log=settings.access_log,
            ),
            settings.host,
            settings.port,
            stop,
            bound=bound,
        )
    finally:
        await state.part(Tracker).drain()


def _say_where(settings: Settings, port: int) -> None:
    url = f"http://{settings.host}:{port}"
    LOG.info("listening", url=url)
    typer.echo(f"Pomelo is at {url} (API below /api, reference at /docs)")
    if settings.deliver_to:
        typer.echo(f"Rehearsal: every mail goes to {settings.deliver_to}, none to a lead.")


async def _watch(postgres: Embedded, stop: asyncio.Event) -> None:
    watching = asyncio.create_task(postgres.watch())
    await stop.wait()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def _keep_time(house: House, stop: asyncio.Event) -> None:
    """Set the clock by the database's now and then; a database that is away sets nothing."""
    while not stop.is_set():
        await rest(stop, SYNC_SECONDS)
        with suppress(Exception):
            async with house.database.transaction(readonly=True) as db:
                await house.clock.sync(db)
