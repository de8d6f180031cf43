"""The list of a campaign's leads as a JSON array, a lead a line: for machines, so unguarded."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.exports import store
from pomelo.exports.columns import FIRST_OF_LEADS, LAST_OF_LEADS, PREDEFINED, column_names
from pomelo.exports.model import LeadLine
from pomelo.exports.snapshot import Take
from pomelo.leads import LeadState, WaitsFor, status

ROWS: Final = 200
_encode: Final = msgspec.json.Encoder().encode


async def copy_json(
    db: Db,
    team: TeamId,
    campaign: CampaignId,
    states: Collection[LeadState] | None,
    *,
    take: Take,
) -> None:
    """Copy leads out.

    Args:
        db: What `moment` gave.
        team: Whose campaign.
        campaign: Which.
        states: Only leads in these; None for all.
        take: Is given the pieces, one after the other.
    """
    variables = await store.list_variables(db, team, campaign)
    taken = (*FIRST_OF_LEADS, *PREDEFINED, *LAST_OF_LEADS)
    names = column_names([name for name in variables if name not in PREDEFINED], taken)
    before = b"["
    async for lines in store.walk_leads(db, team, campaign, states, amount=ROWS):
        await take(before + b",\n".join(_encode(as_object(line, names)) for line in lines))
        before = b",\n"
    await take(b"[]" if before == b"[" else b"]")


def as_object(line: LeadLine, names: Mapping[str, str]) -> dict[str, object]:
    """Give a lead under the names of the CSV's columns; its variables keep their type.

    Args:
        line: The lead.
        names: The column of each variable that is not one of the predefined ones.

    Source:
        API reference 2.5.
    """
    bucket = status(
        line.state,
        is_paused=line.is_paused,
        is_scanning=False,
        waits_for_review=line.waits_for is WaitsFor.REVIEW,
        is_over=line.is_over,
    )
    return {
        "emailStatus": line.email_status,
        "email": line.email,
        **{name: line.variables.get(name, "") for name in PREDEFINED},
        **{names[key]: value for key, value in line.variables.items() if key in names},
        "lastState": line.last_state,
        "status": bucket,
        "state": line.state,
        "_id": line.id,
    }
