"""How often a team writes to the same person or company, whatever its campaigns want."""

from typing import Annotated, Final, TypeAlias

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import TeamId
from pomelo.teams.store import QUERIES

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
Days: TypeAlias = Annotated[int, msgspec.Meta(ge=1, le=365)]


class Cap(msgspec.Struct, frozen=True):
    """So many mails at most in so many days, counted back from any moment."""

    mails: Count
    days: Days


class ContactRules(msgspec.Struct, frozen=True):
    """A team's rules; None is no rule.

    Attributes:
        person: How often one person is written to.
        company: How often all people of one company together are.
        is_one_campaign: Nobody is written to while another campaign is under way with them.
        quiet_days: How long after a reply nobody of that company is written to.
        version: Goes up with every change; 0 = the team never said.
    """

    person: Cap | None = None
    company: Cap | None = None
    is_one_campaign: bool = False
    quiet_days: int | None = None
    version: int = 0

    def __bool__(self) -> bool:
        """Tell whether there is any rule."""
        return bool(self.person or self.company or self.is_one_campaign or self.quiet_days)

    @property
    def watches_companies(self) -> bool:
        """Whether what happens to a person's colleagues counts."""
        return bool(self.company or self.quiet_days)


NO_RULES: Final = ContactRules()


async def get_contact_rules(db: Db, team: TeamId) -> ContactRules:
    """Get a team's rules."""
    found = await QUERIES["find_contact_rules"].row(db, ContactRules, team_id=team)
    return found or NO_RULES


async def set_contact_rules(db: Db, team: TeamId, rules: ContactRules) -> None:
    """Set a team's rules; whom the old ones hold back is looked at again by the workers."""
    person, company = rules.person, rules.company
    await QUERIES["set_contact_rules"].run(
        db,
        team_id=team,
        person_mails=person and person.mails,
        person_days=person and person.days,
        company_mails=company and company.mails,
        company_days=company and company.days,
        is_one_campaign=rules.is_one_campaign,
        quiet_days=rules.quiet_days,
    )
