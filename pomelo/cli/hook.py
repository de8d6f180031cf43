"""`pomelo hook`: other systems that are told of activities."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final

import typer

from pomelo import hooks
from pomelo.api import hook_shapes
from pomelo.api.dates import parse_date
from pomelo.api.hook_shapes import HookBody, HookQuery, MadeHook, ShownDelivery, ShownHook
from pomelo.base.db import Db
from pomelo.base.errors import NotFound
from pomelo.base.ids import CampaignId, HookDeliveryId, HookId, TeamId
from pomelo.base.secret import Secret
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json, show_table
from pomelo.cli.parts import hook_guard
from pomelo.hooks import DeliveryState, HookNotFound

app: Final = typer.Typer(
    name="hook", help="Hooks: add, list, look into and tell again.", no_args_is_help=True
)
DROPPED: Final = (
    "Note: it was rotated within the last 24 hours; the secret before that one signs no more."
)
HookArgument = Annotated[str, typer.Argument(metavar="ID", help="The hook's id (hoo_…).")]


class NoSuchHook(NotFound):
    """The team has no such hook; `pomelo hook list` shows them."""


@asynccontextmanager
async def _of_team(house: House, wanted: str) -> AsyncIterator[tuple[Db, TeamId]]:
    """Work on a hook of the team that is meant; one that is not there is told as commands do."""
    try:
        async with house.database.transaction() as db:
            yield db, (await choose.team(db, wanted)).id
    except HookNotFound:
        raise NoSuchHook from None


@app.command("list")
def list_all(team: TeamOption = "", as_json: JsonOption = False) -> None:
    """List hooks, and how their receivers are.

    Examples:
        pomelo hook list
    """
    found = run(lambda house: _list(house, team))
    if as_json:
        show_json(found)
        return
    rows = [
        (hook.id, hook.target_url, hook.type or "all", hook.campaign_id or "all", _state(hook))
        for hook in found
    ]
    show_table(
        ("id", "target", "type", "campaign", "state"),
        rows,
        "No hook yet; `pomelo hook add URL` makes one.",
    )


async def _list(house: House, wanted: str) -> list[ShownHook]:
    async with house.database.transaction(readonly=True) as db:
        team = await choose.team(db, wanted)
        return [hook_shapes.shown(hook) for hook in await hooks.list_of_team(db, team.id)]


def _state(hook: ShownHook) -> str:
    if hook.disabled_for:
        return f"disabled ({hook.disabled_for}) since {hook.disabled_at}"
    if hook.fail_counter:
        return f"failed {hook.fail_counter} times since {hook.first_failed_at}"
    return "well"


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to tell it.")],
    kind: Annotated[
        str, typer.Option("--type", help="Only activities of this type; all without.")
    ] = "",
    campaign: Annotated[str, typer.Option(help="Only of this campaign (cam_…).")] = "",
    first: Annotated[
        bool, typer.Option("--first", help="Only the first of its type for a lead and step.")
    ] = False,
    secret: Annotated[str, typer.Option(help="lemlist's word, said in each body.")] = "",
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Tell another system of what happens from now on.

    The signing secret is printed alone, as the last line, and never shown again.

    Examples:
        pomelo hook add https://receiver.company.com/pomelo
        pomelo hook add https://receiver.company.com/replies --type emailsReplied
    """
    body = HookBody(
        target_url=url,
        type=kind or None,
        campaign_id=CampaignId(campaign) or None,
        is_first=first or None,
        secret=Secret(secret),
    )
    _show_made(run(lambda house: _add(house, team, body)), as_json=as_json)


async def _add(house: House, wanted: str, body: HookBody) -> MadeHook:
    new = hook_shapes.new_hook(HookQuery(), body)
    await hooks.check_url(new.target_url, hook_guard(house))
    async with house.database.transaction() as db:
        team = await choose.team(db, wanted)
        made = await hooks.add(db, team.id, new, vault=house.vault, now=house.clock.now())
    return hook_shapes.made(*made)


def _show_made(made: MadeHook, *, as_json: bool) -> None:
    if as_json:
        show_json(made)
    else:
        said = "keep its signing secret, it is shown once"
        typer.echo(f"{made.id} tells {made.target_url}; {said}:", err=True)
        typer.echo(made.signing_secret)


@app.command()
def remove(hook: HookArgument, team: TeamOption = "") -> None:
    """Tell another system nothing more, and forget what it was told.

    Examples:
        pomelo hook remove hoo_5Tq7yQyPQnLcKT2vE
    """
    run(lambda house: _remove(house, team, HookId(hook)))
    typer.echo(f"{hook} is told nothing more.")


async def _remove(house: House, wanted: str, hook: HookId) -> None:
    async with _of_team(house, wanted) as (db, team):
        await hooks.remove(db, team, hook)


@app.command()
def rotate(hook: HookArgument, team: TeamOption = "", as_json: JsonOption = False) -> None:
    """Give a hook another signing secret; for 24 hours the one before signs beside it.

    Examples:
        pomelo hook rotate hoo_5Tq7yQyPQnLcKT2vE
    """
    made, is_dropped = run(lambda house: _rotate(house, team, HookId(hook)))
    if is_dropped:
        typer.echo(DROPPED, err=True)
    _show_made(made, as_json=as_json)


async def _rotate(house: House, wanted: str, hook: HookId) -> tuple[MadeHook, bool]:
    """Give the new secret, and whether one of the last day signs no more."""
    now = house.clock.now()
    async with _of_team(house, wanted) as (db, team):
        before = [
            one.old_signs_until for one in await hooks.list_of_team(db, team) if one.id == hook
        ]
        made = await hooks.rotate(db, team, hook, vault=house.vault, now=now)
    return hook_shapes.made(*made), any(until and until > now for until in before)


@app.command()
def deliveries(
    hook: HookArgument,
    state: Annotated[
        DeliveryState | None, typer.Option(help="waiting, delivered or failed; all without.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many, newest first.")] = 50,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """List what a hook was told in the last days, and how that went.

    Examples:
        pomelo hook deliveries hoo_5Tq7yQyPQnLcKT2vE
        pomelo hook deliveries hoo_5Tq7yQyPQnLcKT2vE --state waiting
    """
    found = run(lambda house: _deliveries(house, team, HookId(hook), state, limit=limit))
    if as_json:
        show_json(found)
        return
    rows = [
        (one.id, one.type, one.state, one.attempts, one.status or one.fault or "", one.created_at)
        for one in found
    ]
    titles = ("id", "type", "state", "attempts", "last answer", "created")
    show_table(titles, rows, f"Nothing is {state}." if state else "It was told nothing yet.")


async def _deliveries(
    house: House, wanted: str, hook: HookId, state: DeliveryState | None, *, limit: int
) -> list[ShownDelivery]:
    async with _of_team(house, wanted) as (db, team):
        found = await hooks.list_deliveries(db, team, hook, state=state, offset=0, limit=limit)
    return [hook_shapes.delivery(one) for one in found]


@app.command()
def replay(
    hook: HookArgument,
    delivery: Annotated[
        list[str] | None, typer.Option(help="This one (hdl_…), arrived or not; repeatable.")
    ] = None,
    since: Annotated[
        str, typer.Option(help="All that was told since then (Unix seconds or ISO 8601).")
    ] = "",
    team: TeamOption = "",
) -> None:
    """Tell a hook things again: without options, all that has not arrived.

    A hook that was disabled is enabled by it.

    Examples:
        pomelo hook replay hoo_5Tq7yQyPQnLcKT2vE
        pomelo hook replay hoo_5Tq7yQyPQnLcKT2vE --since 2026-01-31T09:00:00Z
    """
    named = [HookDeliveryId(one) for one in delivery] if delivery else None
    queued = run(lambda house: _replay(house, team, HookId(hook), named, since=since))
    typer.echo(f"{queued} will be told again.")


async def _replay(
    house: House, wanted: str, hook: HookId, named: list[HookDeliveryId] | None, *, since: str
) -> int:
    async with _of_team(house, wanted) as (db, team):
        return await hooks.replay(
            db,
            team,
            hook,
            deliveries=named,
            since=parse_date(since),
            now=house.clock.now(),
        )
