"""Whether senders can be trusted: what their last checks found, and copies that were given up."""

import asyncio
from collections.abc import Sequence
from typing import Final

from pomelo import inbound, senders
from pomelo.base.db import Db
from pomelo.base.errors import PomeloError
from pomelo.cli.checkup.finding import Finding, doubt, good, wrong
from pomelo.cli.house import House
from pomelo.cli.parts import checkup
from pomelo.inbound import CheckFinding, Checkup, LastCheck, Level
from pomelo.senders import Sender

AT_ONCE: Final = 8
WAIT_SECONDS: Final = 60.0


async def check_senders(house: House) -> None:
    """Check every sender anew, with a test mail to each; what cannot be checked stays as it was."""
    async with house.database.transaction(readonly=True) as db:
        everyone = await senders.list_everywhere(db)
    places, checking = asyncio.Semaphore(AT_ONCE), checkup(house)
    await asyncio.gather(*(_check(house, one, checking, places) for one in everyone))


async def _check(
    house: House, sender: Sender, checking: Checkup, places: asyncio.Semaphore
) -> None:
    async with places:
        try:
            await inbound.examine(
                house.database,
                sender.team_id,
                sender.id,
                checkup=checking,
                wait=WAIT_SECONDS,
                now=house.clock.now(),
            )
        except PomeloError:  # deleted meanwhile, or its secrets are unreadable: told elsewhere
            return


async def examine_trust(db: Db) -> list[Finding]:
    """Say what is amiss by the last check of each sender, and which copies were given up."""
    last = await inbound.list_last(db)
    if not last:
        return []
    unchecked = [one.email for one in last if one.checked_at is None]
    amiss = [_amiss(found, those) for found, those in _by_fault(last).items()]
    never = [doubt("checks", _never(unchecked))] if unchecked else []
    well = [] if amiss or never else [good("checks", "Every sender is well by its last check.")]
    return [*never, *amiss, *well, *await _copies(db)]


def _never(emails: list[str]) -> str:
    return f"Never checked: {', '.join(emails)}; `pomelo sender check ADDRESS` tries everything."


def _by_fault(last: Sequence[LastCheck]) -> dict[CheckFinding, list[LastCheck]]:
    """Tell a fault once, however many senders of a domain have it."""
    found: dict[CheckFinding, list[LastCheck]] = {}
    for one in last:
        for finding in one.findings:
            if finding.level is not Level.PASS:
                found.setdefault(finding, []).append(one)
    return found


def _amiss(found: CheckFinding, those: Sequence[LastCheck]) -> Finding:
    first = those[0]
    who = first.email if len(those) == 1 else f"{first.email} and {len(those) - 1} more"
    when = f" (checked {first.checked_at:%Y-%m-%d %H:%M} UTC)" if first.checked_at else ""
    text = f"{who}, {found.subject}{when}: {found.text} {found.why} {found.what_to_do}"
    return (wrong if found.level is Level.FAIL else doubt)("checks", text)


async def _copies(db: Db) -> list[Finding]:
    return [
        doubt(
            "copies",
            f"{one.mails} mails of {one.email} are in no Sent folder: {one.trouble}",
        )
        for one in await inbound.list_given_up(db)
    ]
