"""`pomelo team rules`: how often a team writes to the same person or company."""

import re
from collections.abc import Callable
from typing import Annotated, Final, TypeVar

import msgspec
import typer

from pomelo import teams
from pomelo.api.team import ContactRuleChanges, change_rules, show_rules
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.teams import Cap, ContactRules

CAP: Final = re.compile(r"(\d{1,4})/(\d{1,3})")
NONE: Final = "none"
Rule = TypeVar("Rule")


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
        _said(person, _cap),
        _said(company, _cap),
        msgspec.UNSET if one_campaign is None else one_campaign,
        _said(quiet_days, _days),
    )
    found = run(lambda house: _change(house, team, changes))
    if as_json:
        show_json(show_rules(found))
    else:
        typer.echo("\n".join(_in_words(found)))


async def _change(house: House, wanted: str, changes: ContactRuleChanges) -> ContactRules:
    async def write(db: Db) -> ContactRules:
        team = (await choose.team(db, wanted)).id
        if changes != ContactRuleChanges():
            await change_rules(db, team, changes)
        return await teams.get_contact_rules(db, team)

    return await house.database.retrying(write)


def _said(given: str, read: Callable[[str], Rule]) -> Rule | msgspec.UnsetType | None:
    """Read what was said of a rule; nothing leaves it, `none` takes it away."""
    if not given:
        return msgspec.UNSET
    return None if given == NONE else read(given)


def _cap(given: str) -> Cap:
    found = CAP.fullmatch(given)
    if found is None:
        raise RuleUnreadable
    mails, days = map(int, found.groups())
    try:
        return msgspec.convert({"mails": mails, "days": days}, Cap)
    except msgspec.ValidationError:
        raise RuleUnreadable from None


def _days(given: str) -> int:
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
