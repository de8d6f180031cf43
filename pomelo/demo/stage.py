"""What a team does before it sends, told through the API: senders, campaigns, people."""

from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import quote

import msgspec

from pomelo.demo.people import Row
from pomelo.demo.web import Api, Refused

SENDERS: Final = (
    ("Nora Quince", "nora@pomelo-growers.example"),
    ("Oskar Plum", "oskar@pomelo-growers.example"),
    ("Pia Medlar", "pia@pomelo-growers.example"),
    ("Ravi Citron", "ravi@pomelo-growers.example"),
)
IMAP_PASSWORD: Final = "as ripe as can be"  # noqa: S105 - it opens nothing but the demo's mailboxes
LIMIT_PER_DAY: Final = 100
MAIN: Final = "Pomelos for everybody"
GUESTS: Final = "Guests of the fair"
NEXT: Final = "Next season"

FIRST_SUBJECT: Final = "Pomelos for {{companyName | default: 'your team' | truncate: 60}}"
FIRST: Final = """
<p>Hello {{firstName | default: 'there'}},</p>
{% if icebreaker %}<p>{{icebreaker | truncate: 300}}</p>{% endif %}
<p>we grow pomelos, and offices have them brought by bicycle.
<a href="https://pomelo-growers.example/tour?from={{companyName | default: '' | url_encode}}">See
how they grow</a>.</p>
"""
# Without a subject it goes into the thread of the first.
SECOND: Final = """
<p>Hello again {{firstName | default: ''}}, the <a href="https://pomelo-growers.example/prices">prices
of this month</a> are out.</p>
"""

# People of two smaller campaigns: some are reviewed by hand, some wait in a draft.
REVIEWED: Final = ("guest1@fair.example", "guest2@fair.example")
SKIPPED: Final = ("guest3@fair.example", "guest4@fair.example")
LEFT: Final = ("guest5@fair.example", "guest6@fair.example")
DRAFTED: Final = ("later1@season.example", "later2@season.example", "later3@season.example")


class Made(msgspec.Struct, frozen=True):
    """Something that was made, by its id."""

    id: str = msgspec.field(name="_id")


class MadeSender(msgspec.Struct, frozen=True):
    """A mailbox that was added."""

    id: str


class MadeCampaign(msgspec.Struct, frozen=True, rename="camel"):
    """A campaign that was made, with its sequence and its schedule."""

    id: str = msgspec.field(name="_id")
    sequence_id: str
    schedule_ids: tuple[str, ...]


class Campaigns(msgspec.Struct, frozen=True):
    """The three campaigns of mails, by their ids."""

    main: str
    guests: str
    next: str


class Ports(msgspec.Struct, frozen=True):
    """Where the mail servers listen: the people's for SMTP, the senders' for IMAP."""

    smtp: int = 0
    imap: int = 0


class _Sender(msgspec.Struct, frozen=True):
    """A mailbox as it stands."""

    replies_read_at: str | None = msgspec.field(name="repliesReadAt", default=None)


class Refusal(msgspec.Struct, frozen=True):
    """A row that became no lead, and the server's words."""

    row: Row
    status: int
    sentence: str


async def add_senders(api: Api, ports: Ports) -> list[str]:
    """Add the team's mailboxes, which are read by IMAP, and give their ids."""
    ids: list[str] = []
    for name, address in SENDERS:
        account = {
            "sender_name": name,
            "sender_email": address,
            "smtp_host": "127.0.0.1",
            "smtp_port": ports.smtp,
            "smtp_login": "",
            "smtp_secure": False,
            "imap_host": "127.0.0.1",
            "imap_port": ports.imap,
            "imap_login": address,
            "imap_password": IMAP_PASSWORD,
            "imap_secure": False,
        }
        made = await api.post(MadeSender, "/api/user/email-accounts", account)
        await api.patch(f"/api/senders/{made.id}", {"limitPerDay": LIMIT_PER_DAY})
        ids.append(made.id)
    return ids


async def are_read(api: Api) -> bool:
    """Tell whether the server has looked into all mailboxes, so that it hears of new mail."""
    return all(one.replies_read_at for one in await api.get(list[_Sender], "/api/senders"))


async def make_campaigns(api: Api, senders: Sequence[str]) -> Campaigns:
    """Make the three campaigns of mails; nothing is sent before they are started."""
    main = await _make_campaign(api, MAIN, senders)
    guests = await _make_campaign(api, GUESTS, senders, auto_review=False)
    later = await _make_campaign(api, NEXT, senders)
    return Campaigns(main.id, guests.id, later.id)


async def _make_campaign(
    api: Api, name: str, senders: Sequence[str], *, auto_review: bool = True
) -> MadeCampaign:
    """Make a campaign of two mails, a day apart."""
    made = await make_empty(api, name, senders, auto_review=auto_review)
    for delay, (subject, message) in enumerate([(FIRST_SUBJECT, FIRST), ("", SECOND)]):
        step = {"type": "email", "delay": delay, "subject": subject, "message": message}
        await api.post(Made, f"/api/sequences/{made.sequence_id}/steps", step)
    return made


async def make_empty(
    api: Api, name: str, senders: Sequence[str], *, auto_review: bool = True
) -> MadeCampaign:
    """Make a campaign without a step, that may send at any hour."""
    made = await api.post(MadeCampaign, "/api/campaigns", {"name": name, "autoReview": auto_review})
    hours = {
        "start": "00:00",
        "end": "00:00",
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "timezone": "UTC",
        "secondsToWait": 0,
    }
    await api.patch(f"/api/schedules/{made.schedule_ids[0]}", hours)
    await api.patch(f"/api/campaigns/{made.id}", {"senderIds": list(senders)})
    return made


async def add_people(
    api: Api, campaign: str, rows: Sequence[Row], on_row: Callable[[int], None]
) -> list[Refusal]:
    """Add every row as a lead, and give those that the server refused.

    Args:
        api: The API.
        campaign: Where to.
        rows: The file.
        on_row: Told how many rows are done.
    """
    refused: list[Refusal] = []
    for done, row in enumerate(rows, 1):
        try:
            await api.post(Made, lead_path(campaign, row.email), row.variables)
        except Refused as refusal:
            refused.append(Refusal(row, refusal.status, refusal.sentence))
        on_row(done)
    return refused


async def add_others(api: Api, campaigns: Campaigns) -> None:
    """Add the people of the two smaller campaigns."""
    for email in (*REVIEWED, *SKIPPED, *LEFT):
        await api.post(Made, lead_path(campaigns.guests, email))
    for email in DRAFTED:
        await api.post(Made, lead_path(campaigns.next, email))


async def review(api: Api, campaigns: Campaigns) -> None:
    """Launch some guests and skip some; their campaign is not started, so nothing goes out."""
    scope = f"?campaignId={campaigns.guests}"
    for email in REVIEWED:
        await api.text(f"/api/leads/review/{quote(email)}{scope}", "POST")
    for email in SKIPPED:
        await api.text(f"/api/leads/skip/{quote(email)}{scope}", "POST")


def lead_path(campaign: str, email: str) -> str:
    """Give a lead's address in the API."""
    return f"/api/campaigns/{campaign}/leads/{quote(email, safe='')}"
