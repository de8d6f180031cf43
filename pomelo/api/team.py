"""The team on the wire: itself, its users with their mailboxes, and its channels."""

from datetime import datetime
from typing import Annotated, Final

import msgspec

from pomelo import campaigns, senders, teams
from pomelo.api.answers import Moment, moment
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import TeamId, UserId
from pomelo.teams import (
    Cap,
    ContactRules,
    Days,
    Team,
    TeamNotFound,
    Uncertain,
    User,
)

SECTION: Final = "Team"
LIMIT_AT_MOST: Final = 10_000_000


class TeamNameMissing(Invalid):
    """A team needs a name; send one of 1 to 200 characters that can be seen."""


class Version(msgspec.Struct, frozen=True):
    """How much of the team."""

    version: Annotated[str, msgspec.Meta(description="`v2` for the users as well")] = ""


class ShownContactRules(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """How often the team writes to the same person or company; null is no rule."""

    person: Cap | None
    company: Cap | None
    one_campaign: bool
    quiet_days: int | None


class ContactRuleChanges(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """Which contact rules to change; null takes a rule away, what is not named stays."""

    person: Cap | msgspec.UnsetType | None = msgspec.UNSET
    company: Cap | msgspec.UnsetType | None = msgspec.UNSET
    one_campaign: bool | msgspec.UnsetType = msgspec.UNSET
    quiet_days: Days | msgspec.UnsetType | None = msgspec.UNSET


class TeamUser(msgspec.Struct, frozen=True, rename="camel"):
    """A user in the list of a team."""

    user_id: UserId
    name: str
    email: str
    role: str


class ShownTeam(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A team; `users` with `version=v2` only. From `uncertain` on it is Pomelo's own."""

    id: TeamId = msgspec.field(name="_id")
    name: str
    user_ids: list[UserId]
    created_by: UserId
    created_at: Moment
    beta: tuple[str, ...] = ()
    invited_users: tuple[str, ...] = ()
    custom_domain: str = ""
    uncertain: Uncertain
    paused: bool
    new_leads_percent: int
    limit_per_day: int
    contact_rules: ShownContactRules
    users: list[TeamUser] | msgspec.UnsetType = msgspec.UNSET


class TeamChanges(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What may be changed of a team."""

    name: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    uncertain: Uncertain | None = None
    paused: bool | None = None
    new_leads_percent: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    limit_per_day: Annotated[int, msgspec.Meta(ge=0, le=LIMIT_AT_MOST)] | None = None
    contact_rules: ContactRuleChanges | None = None


async def get(call: Call[Version, None]) -> ShownTeam:
    """Answer the caller's team."""
    async with call.state.database.transaction(readonly=True) as db:
        return await show(db, call.caller.team, has_users=call.query.version == "v2")


async def change(call: Call[NoQuery, TeamChanges]) -> ShownTeam:
    """Change the caller's team."""
    team, now = call.caller.team, call.state.clock.now()

    async def write(db: Db) -> ShownTeam:
        await apply(db, team, call.body, now=now)
        return await show(db, team, has_users=False)

    return await call.state.database.retrying(write)


async def apply(db: Db, team: TeamId, changes: TeamChanges, *, now: datetime) -> None:
    """Change what is named of a team."""
    if changes.name is not None:
        await teams.rename(db, team, checked_name(changes.name))
    if changes.uncertain is not None:
        await teams.set_uncertain(db, team, changes.uncertain)
    if changes.paused is not None:
        await switch(db, team, paused=changes.paused, now=now)
    if changes.new_leads_percent is not None:
        await teams.set_new_leads_percent(db, team, changes.new_leads_percent)
    if changes.limit_per_day is not None:
        await teams.set_limit(db, team, changes.limit_per_day)
        await senders.reconsider(db, team, now=now)
    if changes.contact_rules is not None:
        await change_rules(db, team, changes.contact_rules)


async def switch(db: Db, team: TeamId, *, paused: bool, now: datetime) -> None:
    """Pause a team or let it go on; one that is so already stays so."""
    await (campaigns.pause_team if paused else campaigns.resume_team)(db, team, now=now)


async def change_rules(db: Db, team: TeamId, changes: ContactRuleChanges) -> None:
    """Change some of a team's contact rules."""
    await teams.lock(db, team)  # two changes at once are both kept
    old = await teams.get_contact_rules(db, team)
    new = {
        ("is_one_campaign" if name == "one_campaign" else name): value
        for name, value in msgspec.structs.asdict(changes).items()
        if value is not msgspec.UNSET
    }
    await teams.set_contact_rules(db, team, msgspec.structs.replace(old, **new))


def checked_name(given: str) -> str:
    """Give a team's name as it is kept.

    Raises:
        TeamNameMissing: Nothing of it can be seen, or it holds a control character.
    """
    name = given.strip()
    if not name or not name.isprintable():
        raise TeamNameMissing
    return name


async def show(db: Db, team: TeamId, *, has_users: bool) -> ShownTeam:
    """Show a team as it is now."""
    users = await teams.list_users(db, team)
    rules = await teams.get_contact_rules(db, team)
    return _shown(await teams.get(db, team), users, rules, has_users=has_users)


def _shown(team: Team, users: list[User], rules: ContactRules, *, has_users: bool) -> ShownTeam:
    """Show a team; its first user made it."""
    listed = [TeamUser(user.id, user.name, user.email, user.role) for user in users]
    return ShownTeam(
        id=team.id,
        name=team.name,
        user_ids=[user.id for user in users],
        created_by=users[0].id,
        created_at=moment(team.created_at),
        uncertain=team.uncertain,
        paused=team.paused_at is not None,
        new_leads_percent=team.new_leads_percent,
        limit_per_day=team.limit_per_day,
        contact_rules=show_rules(rules),
        users=listed if has_users else msgspec.UNSET,
    )


def show_rules(rules: ContactRules) -> ShownContactRules:
    """Show a team's contact rules."""
    return ShownContactRules(
        person=rules.person,
        company=rules.company,
        one_campaign=rules.is_one_campaign,
        quiet_days=rules.quiet_days,
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/team",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get the team",
        text="The team whose key this is.",
        query=Version,
        answer=ShownTeam,
        errors=(TeamNotFound,),
    ),
    Operation(
        method="PATCH",
        path="/api/team",
        run=change,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Change the team",
        text=(
            "Pomelo's own. `uncertain` says what becomes of a mail whose fate is unknown, because "
            "the connection broke after all of it had been sent: `hold` keeps it for a person "
            "(see GET /api/messages), `resend` sends it again, three times at most. `paused` holds "
            "every campaign of the team at once: no step of any lead is begun, whatever a person "
            "sends by hand still goes, and replies are still heard; `paused: false` lets each go "
            "on where it was. Follow-ups go before new leads, but `newLeadsPercent` of what a "
            "sender may send in 24 hours is kept for new leads while any wait. `limitPerDay` is "
            "what all senders together may send in 24 hours (0: no limit). `contactRules` hold for "
            "all campaigns together: at most so many `mails` in so many `days` to one `person` "
            "or to all of a `company` (its `companyDomain`, else the domain of the address unless "
            "anybody can have a mailbox there); with `oneCampaign` nobody is written to while "
            "another campaign is under way with them; `quietDays` after a reply nobody of that "
            "company is written to. Whom the old rules held back is looked at within seconds."
        ),
        body=TeamChanges,
        answer=ShownTeam,
        errors=(TeamNotFound, TeamNameMissing),
        example={"uncertain": "hold"},
    ),
)
