"""`pomelo reconcile`: what a campaign has sent, against the Sent folders of its senders."""

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
import typer

from pomelo import inbound
from pomelo.api.answers import Moment, moment
from pomelo.base.ids import CampaignId
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json, show_table
from pomelo.cli.parts import mail_access
from pomelo.inbound import Account, Entry

DIFFERS: Final = 1
FORMATS: Final = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


class ShownEntry(msgspec.Struct, frozen=True, rename="camel"):
    """A mail of the ledger; `messageId` is its Message-ID."""

    id: str = msgspec.field(name="_id")
    message_id: str
    lead_email: str
    sender_email: str
    sent_at: Moment


class ShownStray(msgspec.Struct, frozen=True, rename="camel"):
    """A mail that only a Sent folder knows."""

    message_id: str
    sender_email: str
    why: str


class ShownUnread(msgspec.Struct, frozen=True, rename="camel"):
    """A sender whose Sent folder says nothing."""

    sender_email: str
    why: str


class ShownAccount(msgspec.Struct, frozen=True, rename="camel"):
    """The account, for programs."""

    campaign_id: CampaignId
    matched: int
    in_doubt: int
    missing: list[ShownEntry]
    twice: list[ShownEntry]
    unknown: list[ShownStray]
    unread: list[ShownUnread]


def reconcile(
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id (cam_…).")],
    since: Annotated[
        datetime | None,
        typer.Option(formats=FORMATS, help="Leave out what was sent before, in UTC."),
    ] = None,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Compare what a campaign has sent with what lies in its senders' Sent folders.

    Missing: sent, and not there. Twice: there more than once. Unknown: there, and not in our
    ledger. Ends with 1 when there is any, or when a folder could not be looked into. Changes
    nothing.

    Examples:
        pomelo reconcile cam_5Tq7yQyPQnLcKT2vE
        pomelo reconcile cam_5Tq7yQyPQnLcKT2vE --since 2026-03-01 --json
    """
    from_then = since.replace(tzinfo=UTC) if since else None
    found = run(lambda house: _reconcile(house, team, CampaignId(campaign), from_then))
    if as_json:
        show_json(_shown(found))
    else:
        _show(found)
    if not found.agrees:
        raise typer.Exit(DIFFERS)


async def _reconcile(
    house: House, wanted: str, campaign: CampaignId, since: datetime | None
) -> Account:
    async with house.database.transaction(readonly=True) as db:
        team = await choose.team(db, wanted)
    return await inbound.reconcile(
        house.database,
        team.id,
        campaign,
        since=since,
        access=mail_access(house),
        clock=house.clock,
    )


def _show(account: Account) -> None:
    typer.echo(f"{account.matched} matched, {account.in_doubt} in doubt and not in Sent.")
    rows = [
        *(("missing", *_row(one)) for one in account.missing),
        *(("twice", *_row(one)) for one in account.twice),
        *(("unknown", one.sender_email, None, one.name, one.why) for one in account.unknown),
        *(("not read", one.sender_email, None, None, one.why) for one in account.unread),
    ]
    show_table(("", "from", "to", "Message-ID", "sent"), rows, "There is no difference.")


def _row(one: Entry) -> tuple[str, str, str, str]:
    return (one.sender_email, one.recipient, one.header_id, moment(one.handed_over_at))


def _shown(account: Account) -> ShownAccount:
    return ShownAccount(
        campaign_id=account.campaign_id,
        matched=account.matched,
        in_doubt=account.in_doubt,
        missing=[_entry(one) for one in account.missing],
        twice=[_entry(one) for one in account.twice],
        unknown=[ShownStray(one.name, one.sender_email, one.why) for one in account.unknown],
        unread=[ShownUnread(one.sender_email, one.why) for one in account.unread],
    )


def _entry(one: Entry) -> ShownEntry:
    return ShownEntry(
        one.id, one.header_id, one.recipient, one.sender_email, moment(one.handed_over_at)
    )
