"""What is unsafe about a set-up, for those who never run the doctor: GET /health shows it."""

from pomelo.cli.checkup.database import examine_promises
from pomelo.cli.checkup.finding import Level
from pomelo.cli.checkup.machine import examine_secrets
from pomelo.cli.house import House


async def unsafe(house: House) -> tuple[str, ...]:
    """Give a sentence for each thing that could lose mail or give secrets away."""
    async with house.database.transaction(readonly=True) as db:
        found = [*examine_secrets(house), *await examine_promises(db)]
    return tuple(one.text for one in found if one.level is not Level.PASS)
