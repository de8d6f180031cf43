"""What contact rules ask about a lead."""

from datetime import datetime
from typing import TypeAlias

import msgspec

from pomelo.base.ids import CampaignId, LeadId, TeamId

Ref: TypeAlias = tuple[TeamId, LeadId]


class Known(msgspec.Struct, frozen=True):
    """A lead as contact rules know it.

    Attributes:
        person: What all spellings of its address share.
        company: Its company's domain; "" = it shares none with anybody.
        has_turn: They held it before or let it go, so nobody else's turn comes first.
    """

    team_id: TeamId
    lead_id: LeadId
    person: str
    company: str
    has_turn: bool

    @property
    def person_key(self) -> str:
        """What its other leads share. Sorts before all companies."""
        return f"contact {self.team_id} {self.person}"

    @property
    def company_key(self) -> str:
        """What its colleagues share; somebody without any is a company of their own."""
        return f"employer {self.team_id} {self.company or self.person}"


class Touched(msgspec.Struct, frozen=True):
    """When mails went to a person or company.

    Attributes:
        key: Whom (`Known.person_key`, `Known.company_key`).
        mails: When mails that count may have gone, oldest first.
        planned: When those are to go that were held back for it, the first one first.
        replied_at: When somebody last answered.
    """

    key: str
    mails: list[datetime]
    planned: list[datetime] = []
    replied_at: datetime | None = None


class Parked(msgspec.Struct, frozen=True):
    """A lead that waits until no other campaign talks to its person."""

    team_id: TeamId
    campaign_id: CampaignId
    id: LeadId
