"""`pomelo send-test`: a step's mail as one lead would get it, to somebody's own address."""

from contextlib import suppress
from typing import Annotated

import typer

from pomelo import delivery
from pomelo.api.send_tests import TestSent
from pomelo.base import addresses
from pomelo.base.addresses import Address
from pomelo.base.ids import StepId
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.delivery import Pen, StepTest
from pomelo.sequences import StepNotFound


def send_test(
    step: Annotated[str, typer.Argument(metavar="STEP", help="The step's id (stp_…).")],
    lead: Annotated[str, typer.Option(help="A lead of its campaign: its id (lea_…) or address.")],
    to: Annotated[str, typer.Option(metavar="ADDRESS", help="Who gets the mail.")],
    *,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Send a step to yourself, exactly as a lead would get it.

    Only To differs, and a header (X-Pomelo-Test) names the lead. Nothing moves: its picture and
    links are its own, and who fetches them changes nothing for the lead. A running worker sends it
    within seconds.

    Examples:
        pomelo send-test stp_5Tq7yQyPQnLcKT2vE --lead richard@piedpiper.com --to me@hooli.com
    """
    wanted = addresses.parse(to)
    sent = run(lambda house: _send(house, team, StepId(step), lead=lead, to=wanted))
    if as_json:
        show_json(sent)
    else:
        typer.echo(f"The test to {to} is queued ({sent.message_id}); a worker sends it now.")


async def _send(house: House, wanted: str, step: StepId, *, lead: str, to: Address) -> TestSent:
    pen, now = Pen(house.vault, house.public_url), house.clock.now()
    async with house.database.transaction() as db:
        team = (await choose.team(db, wanted)).id
        for person in await choose.people(db, team, lead):
            wish = StepTest(person.campaign_id, step, person.id, to)
            with suppress(StepNotFound):  # it may be a step of another campaign of theirs
                return TestSent(True, await delivery.send_test(db, pen, team, wish, now=now))
    raise choose.NoSuchStep
