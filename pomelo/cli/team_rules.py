"""`pomelo team rules`: how often a team writes to the same person or company."""

import re
from typing import Annotated, Final

import msgspec
import typer

from pomelo import teams
from pomelo.api.team import ContactRuleChanges, change_rules
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.teams import Cap, ContactRules

CAP: Final = re.compile(r"(\d{1,4})/(\d{1,3})")
NONE: Final = "none"


class RuleUnreadable(Invalid):
    """A rule is MAILS/DAYS (1 to 1000 mails, 1 to 365 days), such as 3/30, or none."""


class DaysUnreadable(Invalid):
    """Quiet days are a number from 1 to 365, or none."""


def rules(
    team: TeamOption = "",
    *,
    person: Annotated[
        str, typer.Option(metavar="MAILS/DAYS", help="To one person, at most; none ends it.")
    ] = "",
    company: Annotated[
        str, typer.Option(metavar="MAILS/DAYS", help="To one company, at most; none ends it.")
    ] = "",
    one_campaign: Annotated[
        bool | None, typer.Option(help="Whether one campaign at a time writes to a person.")
    ] = None,
    quiet_days: Annotated[
        str, typer.Option(metavar="DAYS", help="Leave a company alone after a reply.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show or change how often people and companies are written to.

    They hold for all campaigns and senders of the team together.

    Examples:
        pomelo team rules
        pomelo team rules --person 3/30 --company 5/7
        pomelo team rules --one-campaign --quiet-days 14
        pomelo team rules --company none
    """
    changes = ContactRuleChanges(
        _cap(person),
        _cap(company),
        msgspec.UNSET if one_campaign is None else one_campaign,
        _days(quiet_days),
    )
    found = run(lambda house: _change(house, team, changes))
    if as_json:
        show_json(found)
    else:
        typer.echo("\n".join(_in_words(found)))


async def _change(house: House, wanted: str, changes: ContactRuleChanges) -> ContactRules:
    async def write(db: Db) -> ContactRules:
        team = (await choose.team(db, wanted)).id
        if changes != ContactRuleChanges():
            await change_rules(db, team, changes)
        return await teams.get_contact_rules(db, team)

    return await house.database.retrying(write)


def _cap(given: str) -> Cap | msgspec.UnsetType | None:
    if not given:
        return msgspec.UNSET
    if given == NONE:
        return None
    found = CAP.fullmatch(given)
    if found is None:
        raise RuleUnreadable
    mails, days = map(int, found.groups())
    try:
        return msgspec.convert({"mails": mails, "days": days}, Cap)
    except msgspec.ValidationError:
        raise RuleUnreadable from None


def _days(given: str) -> int | msgspec.UnsetType | None:
    if not given:
        return msgspec.UNSET
    if given == NONE:
        return None
    try:
        return msgspec.convert(int(given), teams.Days)
    except ValueError:
        raise DaysUnreadable from None


def _in_words(rules: ContactRules) -> list[str]:
    said = [
        f"At most {cap.mails} mails to one {whom} in {cap.days} days."
        for whom, cap in (("person", rules.person), ("company", rules.company))
        if cap
    ]
    if rules.is_one_campaign:
        said.append("One campaign at a time writes to a person.")
    if rules.quiet_days:
        said.append(f"A company is left alone for {rules.quiet_days} days after a reply.")
    return said or ["No rules: each campaign writes as it likes."]
