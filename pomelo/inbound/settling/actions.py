"""What a person who has to decide about mails in doubt is told."""

from collections.abc import Collection

from pomelo.base.db import Db
from pomelo.base.ids import MessageId, TeamId
from pomelo.inbound.settling import store
from pomelo.inbound.settling.outlooks import note


async def explain(db: Db, team: TeamId, messages: Collection[MessageId]) -> dict[MessageId, str]:
    """Say of mails in doubt what was found out, and what that is worth.

    Args:
        db: The open transaction.
        team: Whose mails.
        messages: Which; of those that the team does not have nothing is said.

    Returns:
        A sentence for each, or several.
    """
    found = await store.list_outlooks(db, team, messages) if messages else []
    return {one.message_id: note(one) for one in found}
