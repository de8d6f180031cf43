"""What is measured with: a team, its key, its mailboxes, and campaigns that may always send."""

from datetime import datetime
from typing import Final

import msgspec

from pomelo import campaigns, senders, sequences, teams
from pomelo.base import addresses
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SenderId, TeamId, UserId
from pomelo.campaigns import NewCampaign
from pomelo.cli.house import House
from pomelo.schedules import ScheduleChanges
from pomelo.senders import NewSender, Replies, Server, TlsMode
from pomelo.sequences import Mail, NewStep, StepType

SUBJECT: Final = "A question about {{companyName}}"
# Four variables with and without a filter, a condition, two links, one of them of the lead's.
MESSAGE: Final = """
<p>Hello {{firstName | default: 'there'}},</p>
{% if icebreaker %}<p>{{icebreaker}}</p>{% endif %}
<p>I saw what {{companyName}} does in {{city | default: 'your city'}}, and wondered how you
answer the mails that come in on a Monday. We built something for that, and <a
href="https://pomelo.example/tour?from={{companyName | url_encode}}">four minutes show how it
works</a>.</p>
<p>Would a short call on Thursday be possible? If not, <a href="https://pomelo.example/read">this
page</a> says the same in writing.</p>
<p>Kind regards, {{senderName}}</p>
"""
# What every lead has beside its address.
VARIABLES: Final[dict[str, object]] = {
    "firstName": "Richard",
    "lastName": "Hendricks",
    "companyName": "Pied Piper",
    "jobTitle": "Chief executive",
    "city": "Palo Alto",
    "icebreaker": "The talk you gave about compression in May stayed in my mind.",
}


class Stock(msgspec.Struct, frozen=True):
    """A team to measure with."""

    team: TeamId
    user: UserId
    key: str


async def make_team(house: House, user: str = "bench") -> Stock:
    """Make a team with a key and one user."""
    now = house.clock.now()
    async with house.database.transaction() as db:
        team, made = await teams.create(
            db, "Bench", user_name="Bench", user_email=f"{user}@pomelo.example", now=now
        )
        key = await teams.create_key(db, team.id, user=made.id, name="bench", now=now)
    return Stock(team.id, made.id, key.text)


async def make_senders(house: House, stock: Stock, amount: int, port: int) -> list[SenderId]:
    """Make mailboxes without limit or gap at a server of this machine."""
    server, now = Server("127.0.0.1", port, TlsMode.NONE), house.clock.now()
    made = []
    async with house.database.transaction() as db:
        for number in range(amount):
            address = addresses.parse(f"sender{number}@bench.example")
            new = NewSender(
                stock.user,
                address,
                server,
                name="Nora Quince",
                limit_per_day=0,
                replies=Replies.PIPE,
            )
            made.append((await senders.add(db, stock.team, new, vault=house.vault, now=now)).id)
    return made


async def make_campaign(house: House, stock: Stock, by: list[SenderId]) -> CampaignId:
    """Make a campaign of one mail that may send at any hour, without a pause; a draft yet."""
    now = house.clock.now()
    async with house.database.transaction() as db:
        made = await campaigns.create(db, stock.team, stock.user, NewCampaign("Bench"), now=now)
        sequence = await sequences.create_main(db, stock.team, made.id, now=now)
        step = NewStep(StepType.EMAIL, Mail(SUBJECT, MESSAGE))
        await sequences.add_step(db, stock.team, sequence, step, now=now)
        if by:
            await campaigns.set_senders(db, stock.team, made.id, by, now=now)
        await _open_always(db, stock.team, made.id, now)
    return made.id


async def _open_always(db: Db, team: TeamId, campaign: CampaignId, now: datetime) -> None:
    used = await campaigns.schedules_of(db, team, campaign)
    always = ScheduleChanges(
        seconds_to_wait=0,
        timezone="UTC",
        start_time="00:00",
        end_time="00:00",
        weekdays=(1, 2, 3, 4, 5, 6, 7),
    )
    for schedule in used:
        await campaigns.change_schedule(db, team, schedule.id, always, now=now)
