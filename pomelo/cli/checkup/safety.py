"""What is unsafe about a set-up, for those who never run the doctor: the log says it.

GET /health, which anybody may ask, says only that there is something.
"""

from typing import Final

from pomelo.base import log
from pomelo.cli.checkup.database import examine_promises
from pomelo.cli.checkup.finding import Level
from pomelo.cli.checkup.machine import examine_secrets
from pomelo.cli.house import House

LOG: Final = log.get("server")


async def warn_if_unsafe(house: House) -> bool:
    """Log a sentence for each thing that could lose mail or give secrets away.

    Returns:
        Whether there was any.
    """
    async with house.database.transaction(readonly=True) as db:
        found = [*examine_secrets(house), *await examine_promises(db)]
    unsafe = [one.text for one in found if one.level is not Level.PASS]
    for sentence in unsafe:
        LOG.warning("unsafe_setup", reason=sentence)
    return bool(unsafe)
