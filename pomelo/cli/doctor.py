"""`pomelo doctor`: whether everything is as it should be, and what to do where it is not."""

import os
from typing import Annotated, Final, TypeAlias

import typer

from pomelo.base.errors import PomeloError
from pomelo.cli.checkup import (
    Finding,
    Level,
    check_senders,
    examine_database,
    examine_exports,
    examine_machine,
    examine_mailboxes,
    examine_settings,
    examine_trust,
    examine_work,
)
from pomelo.cli.house import House, run, settings_from_here
from pomelo.cli.output import JsonOption, show_json
from pomelo.cli.parts import freshness
from pomelo.settings import SettingInvalid, Settings

CheckOption: TypeAlias = Annotated[
    bool, typer.Option("--senders", help="First check every sender anew, with a test mail each.")
]
FAILED: Final = 1
WORDS: Final = {Level.PASS: "ok", Level.WARN: "warn", Level.FAIL: "FAIL"}


def doctor(check: CheckOption = False, as_json: JsonOption = False) -> None:
    """Look over the whole installation: settings, database, secrets, senders, campaigns.

    Each line says how something is and, where it is not well, what to do. Ends with 1 when
    anything is wrong, so that scripts can ask it too.

    Examples:
        pomelo doctor
        pomelo doctor --senders
        pomelo doctor --json
    """
    found = _examine(check=check)
    if as_json:
        show_json(found)
    else:
        _show(found)
    if any(one.level is Level.FAIL for one in found):
        raise typer.Exit(FAILED)


def _examine(*, check: bool) -> list[Finding]:
    try:
        settings = settings_from_here()
    except SettingInvalid as error:
        return [Finding(Level.FAIL, "settings", str(error))]
    return [*examine_settings(settings, os.environ), *_examine_house(settings, check=check)]


def _examine_house(settings: Settings, *, check: bool) -> list[Finding]:
    try:
        return run(lambda house: _look_around(house, check=check), settings)
    except PomeloError as error:
        return [Finding(Level.FAIL, "installation", str(error))]


async def _look_around(house: House, *, check: bool) -> list[Finding]:
    if check:
        await check_senders(house)
    async with house.database.transaction() as db:
        return [
            *examine_machine(house),
            *await examine_database(db),
            await examine_exports(db, house.export_dir),
            *await examine_work(db, now=house.clock.now()),
            *await examine_mailboxes(
                db, heard_since=freshness(house).since(house.clock), now=house.clock.now()
            ),
            *await examine_trust(db),
        ]


def _show(found: list[Finding]) -> None:
    width = max(len(one.subject) for one in found)
    for one in found:
        typer.echo(f"{WORDS[one.level]:4}  {one.subject:{width}}  {one.text}")
    counts = {level: sum(one.level is level for one in found) for level in Level}
    typer.echo(f"\n{counts[Level.FAIL]} wrong, {counts[Level.WARN]} worth a look.")
