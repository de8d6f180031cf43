"""`pomelo migrate`: bring the database to this version."""

import asyncio

import typer

from pomelo.base import jobs, log
from pomelo.base.db import Database
from pomelo.base.migrate import migrate as apply_missing
from pomelo.cli.house import options_for_command, settings_from_here
from pomelo.cli.output import JsonOption, show_json


def migrate(as_json: JsonOption = False) -> None:
    """Bring the database to this version; safe beside others, and when there is nothing to do.

    Every server does this when it starts. Run it before, when many of them start at once.

    Examples:
        pomelo migrate
        DATABASE_URL=postgresql://pomelo@db/pomelo pomelo migrate
    """
    settings = settings_from_here()
    log.configure("warning")
    with options_for_command(settings) as options:
        applied = asyncio.run(_migrate(Database(**options)))
    if as_json:
        show_json(applied)
    else:
        typer.echo("\n".join(applied) or "Nothing to do: the database is of this version.")


async def _migrate(database: Database) -> list[str]:
    applied = await apply_missing(database)
    await jobs.install(database)
    return applied
