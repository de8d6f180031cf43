"""Which team, user, sender or lead a command means, when it says so in a word or not at all."""

from typing import Annotated, Final, TypeAlias

import typer

from pomelo import leads, senders, teams
from pomelo.base import addresses
from pomelo.base.db import Db
from pomelo.base.errors import Invalid, NotFound
from pomelo.base.ids import LeadId, SenderId, TeamId
from pomelo.leads import Lead, LeadNotFound
from pomelo.senders import Sender
from pomelo.teams import Team, TeamNotFound, User

TeamOption: TypeAlias = Annotated[
    str,
    typer.Option("--team", help="The team's id or name; not needed while there is only one."),
]
SenderArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="The sender's address, or its id (usm_…).")
]
ID_PREFIX: Final = "usm_"
LEAD_PREFIX: Final = "lea_"


class NoTeam(NotFound):
    """There is no team yet; `pomelo key create --name NAME` makes the first one."""


class TeamUnclear(Invalid):
    """There are several teams; say which with --team, `pomelo team list` shows them."""


class NoSuchSender(NotFound):
    """The team has no such sender; `pomelo sender list` shows them."""


class NoSuchUser(NotFound):
    """The team has no user of that address; `pomelo team list --json` shows them."""


class NoSuchLead(NotFound):
    """The team has no such lead; give its id (lea_…) or its address."""


class NoSuchStep(NotFound):
    """No campaign of that lead has such a step; take its id (stp_…) from the sequence."""


async def team(db: Db, wanted: str) -> Team:
    """Find the team that is meant.

    Args:
        db: The open transaction.
        wanted: Its id or name; empty = the only one.

    Raises:
        NoTeam, TeamUnclear, TeamNotFound: None, or not exactly one, is meant.
    """
    everyone = await teams.list_all(db)
    if not everyone:
        raise NoTeam
    meant = [one for one in everyone if wanted in ("", one.id, one.name)]
    if not meant:
        raise TeamNotFound
    if len(meant) > 1:
        raise TeamUnclear
    return meant[0]


async def user(db: Db, team: TeamId, email: str) -> User:
    """Find the user of an address; without one, the team's first.

    Raises:
        NoSuchUser: The team has none of that address.
    """
    for one in await teams.list_users(db, team):
        if email.lower() in ("", one.email.lower()):
            return one
    raise NoSuchUser


async def sender_of(db: Db, wanted_team: str, wanted: str) -> Sender:
    """Find a sender of the team that is meant.

    Raises:
        NoTeam, TeamUnclear, TeamNotFound: None, or not exactly one, is meant.
        NoSuchSender: That team has none such.
        AddressInvalid: It is neither an address nor an id.
    """
    return await sender(db, (await team(db, wanted_team)).id, wanted)


async def sender(db: Db, team: TeamId, wanted: str) -> Sender:
    """Find a sender by address or id.

    Raises:
        NoSuchSender: The team has none.
        AddressInvalid: It is neither an address nor an id.
    """
    if wanted.startswith(ID_PREFIX):
        found = await senders.find(db, team, SenderId(wanted))
    else:
        found = await senders.find_by_key(db, team, addresses.parse(wanted).key)
    if found is None:
        raise NoSuchSender
    return found


async def people(db: Db, team: TeamId, lead: str) -> list[Lead]:
    """List the leads that an id or an address names.

    Raises:
        NoSuchLead: There is none.
        AddressInvalid: It is neither.
    """
    if lead.startswith(LEAD_PREFIX):
        try:
            return [await leads.get(db, team, LeadId(lead))]
        except LeadNotFound:
            raise NoSuchLead from None
    found = await leads.list_of_key(db, team, addresses.parse(lead).key)
    if not found:
        raise NoSuchLead
    return found
