"""Who of a team sends for which campaigns, on the wire."""

from typing import Final

import msgspec

from pomelo.api.call import Call
from pomelo.api.campaign_shapes import TeamSender
from pomelo.api.campaign_views import show_senders
from pomelo.api.contract import AnyOperation, Operation, Permission
from pomelo.campaigns import Status

SECTION: Final = "Team"


class SendersQuery(msgspec.Struct, frozen=True):
    """Which campaigns of the senders."""

    state: Status | None = None


async def list_all(call: Call[SendersQuery, None]) -> list[TeamSender]:
    """Answer which users send for which campaigns."""
    async with call.state.database.transaction(readonly=True) as db:
        return await show_senders(db, call.caller.team, call.query.state)


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/team/senders",
        run=list_all,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List who sends for which campaigns",
        query=SendersQuery,
        answer=list[TeamSender],
    ),
)
