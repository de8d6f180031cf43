"""The physical limits: what PostgreSQL, nginx and Postfix do without us on this machine."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from pomelo.base import clock
from pomelo.bench.children import ChildFailed, find, free_port, listens, output_of, running
from pomelo.bench.ground import SCRIPTS, Ground

CLIENTS: Final = 32
CONNECTIONS: Final = 64
# Nothing but the whole table, read once.
SEQUENTIALLY: Final = (
    "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off;"
    " SET max_parallel_workers_per_gather = 0;"
)
# The machine is the servers' too.
THREADS: Final = 2


class Load(msgspec.Struct, frozen=True):
    """What wrk saw: answers, in how many seconds, how many of them were wrong or missing."""

    requests: int
    seconds: float
    errors: int
    p99_ms: float


async def wrk(url: str, script: str, *arguments: str, seconds: int) -> Load:
    """Load a server with 64 connections.

    Raises:
        ToolMissing: wrk is not installed.
        ChildFailed: Some answers were wrong or missing: then the figure means nothing.
    """
    said = await output_of(
        *(find("wrk", "wrk"), f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s"),
        *("--timeout", "10s", "-s", str(SCRIPTS / script), url, "--", *arguments),
    )
    load = msgspec.json.decode(said.strip().rpartition("\n")[2], type=Load)
    if load.errors:
        raise ChildFailed(f"{load.errors} of {load.requests} requests failed under load.")
    return load


async def pgbench(ground: Ground, script: str, values: Mapping[str, str], *, seconds: int) -> float:
    """Give the transactions a second that 32 clients make with prepared statements."""
    given = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
    said = await output_of(
        *(ground.pg("pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", str(THREADS)),
        *("-T", str(seconds), *given, "-f", str(SCRIPTS / script), ground.dsn),
    )
    found = [line for line in said.splitlines() if line.startswith("tps = ")]
    return float(found[0].split()[2])


async def psql_copy(ground: Ground, script: str, target: Path, **values: str) -> float:
    """Give the seconds that psql takes to copy rows into a file."""
    given = [word for name, value in values.items() for word in ("-v", f"{name}={value}")]
    began = clock.monotonic()
    await output_of(
        *(ground.pg("psql"), ground.dsn, "-X", "-q", "-v", "ON_ERROR_STOP=1", *given),
        *("-o", str(target), "-f", str(SCRIPTS / script)),
    )
    return clock.monotonic() - began


async def count(ground: Ground, table: str, campaign: str, *, how: str = "") -> float:
    """Give the seconds that PostgreSQL takes to count a campaign's rows.

    Args:
        ground: Where.
        table: Of which rows.
        campaign: Of which campaign.
        how: Statements before it that say how it is to be done.
    """
    script = ground.home / "count.psql"
    script.write_text(
        f"{how}\nSELECT extract(epoch FROM clock_timestamp()) AS began \\gset\n"
        f"SELECT count(*) FROM {table} WHERE campaign_id = '{campaign}' \\g /dev/null\n"
        "SELECT extract(epoch FROM clock_timestamp()) - :began;\n"
    )
    said = await output_of(ground.pg("psql"), ground.dsn, "-X", "-q", "-A", "-t", "-f", str(script))
    return float(said.strip())


@asynccontextmanager
async def nginx(home: Path) -> AsyncIterator[str]:
    """Have an nginx of one worker that answers everything with its empty picture."""
    port, log = free_port(), home / "nginx.log"
    config = home / "nginx.conf"
    config.write_text(_NGINX.format(home=home, port=port))
    command = [find("nginx", "nginx-light"), "-p", str(home), "-c", str(config)]
    async with running(command, log=log) as process:
        await listens(port, process, log)
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def smtp_sink(home: Path) -> AsyncIterator[int]:
    """Have Postfix's mail server that takes everything and throws it away."""
    port, log = free_port(), home / "sink.log"
    command = [find("smtp-sink", "postfix"), *_sink_user(), f"127.0.0.1:{port}", "1000"]
    async with running(command, log=log) as process:
        await listens(port, process, log)
        yield port


async def smtp_source(port: int, *, mails: int, sessions: int, size_bytes: int) -> float:
    """Give the mails a second that Postfix's generator sends over sessions that stay open."""
    command = [
        *(find("smtp-source", "postfix"), "-d", "-s", str(sessions), "-m", str(mails)),
        *("-l", str(size_bytes), "-f", "sender@bench.example", "-t", "p@piedpiper.example"),
    ]
    began = clock.monotonic()
    await output_of(*command, f"127.0.0.1:{port}")
    return mails / (clock.monotonic() - began)


def _sink_user() -> Sequence[str]:
    """Postfix's programs do not stay root."""
    return ("-u", "nobody") if os.geteuid() == 0 else ()


_NGINX: Final = """
daemon off;
worker_processes 1;
pid {home}/nginx.pid;
error_log {home}/nginx.log crit;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ empty_gif; }}
  }}
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
}}
"""
