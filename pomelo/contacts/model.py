"""The shape of a contact."""

from datetime import datetime

import msgspec

from pomelo.base.ids import ContactId, TeamId


class Contact(msgspec.Struct, frozen=True):
    """A person of a team, whatever campaigns they are in."""

    team_id: TeamId
    id: ContactId
    email: str
    address_key: str
    created_at: datetime
