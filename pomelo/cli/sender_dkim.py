"""`pomelo sender dkim`: let a sender's mails be signed where its mail host does not sign."""

from pathlib import Path
from typing import Annotated

import typer

from pomelo import senders
from pomelo.base import addresses
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.letters import new_pem, read_key, record

USUAL = "pomelo1"


def dkim(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The sender.")],
    *,
    selector: Annotated[str, typer.Option(help="Names the key in DNS.")] = USUAL,
    key_file: Annotated[
        Path | None, typer.Option(help="A PEM file; by default a new RSA key is made.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Sign no more.")] = False,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Sign a sender's mails with DKIM, and say which DNS record publishes the key.

    Providers such as Gmail and Microsoft 365 sign by themselves: leave it off there.

    Examples:
        pomelo sender dkim jared@piedpiper.com
        pomelo sender dkim jared@piedpiper.com --selector mail --key-file dkim.pem
        pomelo sender dkim jared@piedpiper.com --off
    """
    parsed = addresses.parse(address)
    pem = "" if off else key_file.read_text("ascii") if key_file else new_pem()
    published = None if off else record(read_key(pem, parsed.domain, selector))
    chosen = "" if off else selector
    run(lambda house: _set(house, team, address, selector=chosen, pem=pem))
    if as_json:
        name, text = published or ("", "")
        show_json({"selector": chosen, "name": name, "text": text})
    elif published is None:
        typer.echo(f"Mails of {address} are not signed any more.")
    else:
        typer.echo("Publish this TXT record; receivers check the signature with it:")
        typer.echo(f"\n{published[0]}\n{published[1]}")


async def _set(house: House, team: str, wanted: str, *, selector: str, pem: str) -> None:
    async with house.database.transaction() as db:
        found = await choose.sender(db, (await choose.team(db, team)).id, wanted)
        await senders.set_dkim(
            db, found.team_id, found.id, selector=selector, pem=pem, vault=house.vault
        )
