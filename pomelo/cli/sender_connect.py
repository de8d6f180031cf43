"""`pomelo sender connect`: a mailbox at Google or Microsoft, used by leave, not by password."""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Final, TypeAlias

import typer

from pomelo import senders
from pomelo.api.sender_shapes import MailSender
from pomelo.api.sender_views import show
from pomelo.base import addresses
from pomelo.base.clock import monotonic
from pomelo.base.errors import Conflict
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.loopback import Loopback, listening
from pomelo.cli.output import JsonOption, show_json
from pomelo.cli.parts import oauth
from pomelo.cli.sender_add import AddressArgument, NameOption, UserOption
from pomelo.inbound import read_elsewhere
from pomelo.senders import CALLBACK_PATH, Brought, OAuth, Provider, Started, Way, Wish

PATIENCE_SECONDS: Final = 300
TICK_SECONDS: Final = 1.0

ProviderArgument: TypeAlias = Annotated[
    Provider, typer.Argument(metavar="PROVIDER", help="google or microsoft.")
]
LoginOption: TypeAlias = Annotated[
    str, typer.Option(help="The account there, where it is not the address (an alias).")
]
PortOption: TypeAlias = Annotated[
    int, typer.Option(min=0, max=65535, help="Where this machine waits; by default anywhere.")
]
PatienceOption: TypeAlias = Annotated[
    int, typer.Option("--wait", min=1, max=600, help="Seconds to wait for the browser.")
]


class NobodyCame(Conflict):
    """No browser came back in time, so nothing has changed; run the command again."""


def connect(
    provider: ProviderArgument,
    address: AddressArgument,
    *,
    login: LoginOption = "",
    name: NameOption = "",
    port: PortOption = 0,
    wait: PatienceOption = PATIENCE_SECONDS,
    user: UserOption = "",
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Connect a mailbox at Google or Microsoft: you agree in a browser, no password is needed.

    A sender of that address is connected anew and keeps its settings; else it is added. The
    browser must reach this machine as 127.0.0.1; one on another machine needs the port forwarded.

    Examples:
        pomelo sender connect google jared@piedpiper.com --name "Jared Dunn"
        ssh -L 8401:127.0.0.1:8401 HOST pomelo sender connect google a@pp.com --port 8401
    """
    wish = partial(
        Wish, provider=provider, address=addresses.parse(address), login=login, name=name
    )
    connected = run(lambda house: _connect(house, team, user, wish, port=port, wait=wait))
    if as_json:
        show_json(connected)
    else:
        typer.echo(
            f"Connected {connected.email} ({connected.id}). "
            f"Next: pomelo sender check {connected.email}"
        )


async def _connect(
    house: House, team: str, user: str, wish: Callable[..., Wish], *, port: int, wait: int
) -> MailSender:
    registered = oauth(house)
    async with listening(port) as loopback:
        started = await _start(house, team, user, wish, registered=registered, port=loopback.port)
        typer.echo(f"Open this address in your browser and agree:\n\n{started.url}\n", err=True)
        brought = await _wait(loopback, started.state, wait)
    now = house.clock.now()
    sender = await senders.finish_connecting(
        house.database,
        Brought(started.state, brought.get("code", ""), error=brought.get("error", "")),
        also=read_elsewhere,
        oauth=registered,
        vault=house.vault,
        now=now,
    )
    async with house.database.transaction() as db:
        return (await show(db, [sender], now=now))[0]


async def _start(
    house: House,
    team: str,
    user: str,
    wish: Callable[..., Wish],
    *,
    registered: OAuth,
    port: int,
) -> Started:
    async with house.database.transaction() as db:
        owner = await choose.user(db, (await choose.team(db, team)).id, user)
        meant = wish(user_id=owner.id)
        client = registered.client(meant.provider)
        senders.check_here((client.smtp, client.imap), house.clock.speed)
        return await senders.start_connecting(
            db,
            owner.team_id,
            meant,
            Way(f"http://{client.loopback}:{port}{CALLBACK_PATH}"),
            oauth=registered,
            vault=house.vault,
            now=house.clock.now(),
        )


async def _wait(loopback: Loopback, state: str, seconds: int) -> Mapping[str, str]:
    """Wait for the browser, and let a person see for how long."""
    is_watched, give_up_at = sys.stderr.isatty(), monotonic() + seconds
    while (left := give_up_at - monotonic()) > 0:
        if is_watched:
            typer.echo(f"\rWaiting for the browser, {left:.0f} s left … ", err=True, nl=False)
        if brought := await loopback.wait(state, seconds=min(left, TICK_SECONDS)):
            if is_watched:
                typer.echo("", err=True)
            return brought
    raise NobodyCame
