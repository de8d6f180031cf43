"""`pomelo explain`: which rule holds a lead, a campaign or a sender, and when it will go."""

from typing import Annotated

import typer

from pomelo import insight, leads, senders
from pomelo.base import addresses
from pomelo.base.db import Db
from pomelo.base.errors import NotFound
from pomelo.base.ids import TeamId
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.cli.parts import freshness
from pomelo.insight import Explained, Reason


class NothingOfThatAddress(NotFound):
    """Neither a lead nor a sender has that address; check its spelling."""


def explain(
    asked: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A lead, campaign or sender: its id (lea_…, cam_…, usm_…), or an address.",
        ),
    ],
    *,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say why nothing is sent, or when something will be.

    Of a lead: which rule holds its next step, since when, until when or until what happens, what
    you can do, and what holds it after that. It asks the very rules that the worker obeys. By an
    address: all leads of that person, and the sender of that address.

    Examples:
        pomelo explain richard@piedpiper.com
        pomelo explain cam_5Tq7yQyPQnLcKT2vE --json
    """
    found = run(lambda house: _explain(house, team, asked))
    if as_json:
        show_json(found)
        return
    for one in found:
        _show(one)


async def _explain(house: House, wanted: str, asked: str) -> list[Explained]:
    now, heard_since = house.clock.now(), freshness(house).since(house.clock)
    async with house.database.transaction(readonly=True) as db:
        team = (await choose.team(db, wanted)).id
        return [
            await insight.explain(db, team, one, now=now, heard_since=heard_since)
            for one in await _meant(db, team, asked)
        ]


async def _meant(db: Db, team: TeamId, asked: str) -> list[str]:
    if "@" not in asked:
        return [asked]
    key = addresses.parse(asked).key
    people = [lead.id for lead in await leads.list_of_key(db, team, key)]
    mailboxes = [one.id for one in await senders.list_of_team(db, team) if one.address_key == key]
    if not (people or mailboxes):
        raise NothingOfThatAddress
    return [*people, *mailboxes]


def _show(one: Explained) -> None:
    typer.echo(f"{one.kind} {one.id}: {one.cause}")
    _show_reason(one)
    for reason in one.next:
        typer.echo(f"  then {reason.cause}")
        _show_reason(reason)
    if one.goes_at:
        typer.echo(f"  It goes at {one.goes_at}.")
    for cause, count in (one.counts or {}).items():
        typer.echo(f"  {count:>8} {cause}")


def _show_reason(reason: Explained | Reason) -> None:
    typer.echo(f"  {reason.sentence}")
    if reason.at:
        typer.echo(f"    until {reason.at}")
    if reason.waits_for:
        typer.echo(f"    until {reason.waits_for}")
    if reason.do_this:
        typer.echo(f"    {reason.do_this}")
