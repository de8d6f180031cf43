"""A mail that was sent to a lead, made in the database as a worker makes it."""

from datetime import timedelta

import msgspec

from pomelo import activities, inbound, leads, messages, unsubscribes
from pomelo.activities import Filter, Shown
from pomelo.base import addresses, ids
from pomelo.base.db import Db
from pomelo.base.ids import StepId
from pomelo.campaigns import Campaign
from pomelo.inbound import Parsed, Received
from pomelo.inbound.effects import fact
from pomelo.inbound.parse import parse
from pomelo.leads import ActivityType, Lead, LeadState
from pomelo.letters import header_id
from pomelo.messages import Intent, Mark, Message, MessageKind, MessageState, Result
from pomelo.senders import Sender
from pomelo.sequences import list_steps
from pomelo.teams import Team
from pomelo.tracking import CLICK, MESSAGE, Signer
from tests import make
from tests.inbound import letters

SIGNER = Signer(make.VAULT.signing_secret())
SENT_AT = make.NOW
LEASE = timedelta(minutes=1)
# Long enough after the mail that an answer is nobody's machine.
NOW = SENT_AT + timedelta(hours=2)
SUBJECT = "Cider press capacity"


class Sent(msgspec.Struct, frozen=True):
    """A mail with everything that it took."""

    team: Team
    sender: Sender
    campaign: Campaign
    lead: Lead
    message: Message

    def answer(self, name: str, **values: str) -> bytes:
        """Give a mail of the collection, as an answer to this one."""
        signed = {
            "header_id": self.message.header_id,
            "token": SIGNER.sign(MESSAGE, self.message.id),
            "link_token": SIGNER.sign(CLICK, self.message.id, 1),
            "sender": self.sender.email,
            "lead": self.lead.email,
        }
        return letters.letter(name, **(signed | values))

    async def receive(
        self, db: Db, raw: bytes | Parsed, *, after: timedelta = NOW - SENT_AT
    ) -> Received:
        """Let a mail come to the sender's mailbox."""
        mail = parse(raw) if isinstance(raw, bytes) else raw
        return await inbound.receive(
            db, self.team.id, self.sender.id, mail, signer=SIGNER, now=SENT_AT + after
        )

    async def state(self, db: Db) -> LeadState:
        return (await leads.get(db, self.team.id, self.lead.id)).state

    async def told(self, db: Db) -> list[Shown]:
        """What happened to the lead, oldest first."""
        asked = Filter(lead=self.lead.id)
        return (await activities.list_page(db, self.team.id, asked, offset=0, limit=50))[::-1]

    async def types(self, db: Db) -> list[ActivityType]:
        return [one.type for one in await self.told(db)]

    async def suppressed_by(self, db: Db) -> str | None:
        """The source under which the lead's address is on the unsubscribe list."""
        entry = await unsubscribes.find(db, self.team.id, self.lead.address_key)
        return entry.source if entry else None

    async def kept(self, db: Db) -> list[tuple[str, str]]:
        """Kind and rule of each mail that was kept."""
        rows = await db.fetch(
            "SELECT kind, matched_by FROM inbound_mails WHERE team_id = $1", self.team.id
        )
        return [(row[0], row[1]) for row in rows]

    async def reload(self, db: Db) -> Message:
        return (await messages.list_by_ids(db, [self.message.id]))[0]


async def sent(
    db: Db,
    *,
    state: MessageState = MessageState.SENT,
    kind: MessageKind = MessageKind.SEQUENCE,
    effective_id: str | None = None,
    lead: str = letters.LEAD,
) -> Sent:
    """A sender, a running campaign, a lead and the mail that was sent to it."""
    await db.execute(
        "INSERT INTO installation (secret_fingerprint, created_at) VALUES ($1, now())"
        " ON CONFLICT DO NOTHING",
        make.VAULT.fingerprint(),
    )
    team = await make.team(db)
    sender = await make.sender(db, team.id, letters.SENDER)
    campaign = await make.running_campaign(db, team.id, sender)
    return await to(
        db, team, sender, campaign, lead, state=state, kind=kind, effective_id=effective_id
    )


async def to(
    db: Db,
    team: Team,
    sender: Sender,
    campaign: Campaign,
    address: str,
    *,
    state: MessageState = MessageState.SENT,
    kind: MessageKind = MessageKind.SEQUENCE,
    effective_id: str | None = None,
) -> Sent:
    """One more lead of a campaign, and the mail that was sent to it."""
    lead = await make.lead(db, campaign, address)
    step = (await list_steps(db, team.id, campaign.id))[0]
    intent = _intent(lead, sender, step.id, kind)
    await db.execute("UPDATE leads SET leased_until = $1 WHERE id = $2", SENT_AT + LEASE, lead.id)
    await db.execute("UPDATE senders SET claimed_by = 'wrk_one' WHERE id = $1", sender.id)
    await messages.begin(db, [intent], now=SENT_AT)
    keys = addresses.suppression_keys(addresses.parse(lead.email))
    mark = Mark(intent, "", keys)
    assert await messages.mark(db, [mark], worker="wrk_one", now=SENT_AT, heard_since=SENT_AT)
    await db.execute("UPDATE senders SET claimed_by = NULL WHERE id = $1", sender.id)
    begun = (await messages.list_by_ids(db, [intent.id]))[0]
    if state is not MessageState.SENDING:
        await book(db, begun, state, effective_id)
    found = (await messages.list_by_ids(db, [intent.id]))[0]
    return Sent(team, sender, campaign, lead, found)


def _intent(lead: Lead, sender: Sender, step: StepId, kind: MessageKind) -> Intent:
    message = ids.message()
    return Intent(
        team_id=lead.team_id,
        id=message,
        kind=kind,
        campaign_id=lead.campaign_id,
        lead_id=lead.id,
        sender_id=sender.id,
        step_id=step,
        step_version=1,
        sequence_step=0,
        fence=0,
        recipient=lead.email,
        address_key=lead.address_key,
        header_id=header_id(message, "pomelo.example", SIGNER),
        subject=SUBJECT,
        thread_ids=(),
        links=None,
        raw=b"",
    )


async def book(
    db: Db,
    message: Message,
    state: MessageState = MessageState.SENT,
    effective_id: str | None = None,
) -> None:
    """The server has answered, or the line broke: what a worker writes then."""
    result = Result(message.team_id, message.id, 0, state, SENT_AT, effective_id=effective_id)
    assert await messages.finish(db, [result])
    if state is MessageState.SENT and message.kind is MessageKind.SEQUENCE:
        sent = fact(message, ActivityType.EMAILS_SENT, {}, SENT_AT)
        assert await activities.record(db, [sent])


def untraced(subject: str, text: str = "May is free.", writer: str = letters.LEAD) -> bytes:
    """A mail that keeps nothing of ours."""
    return f"From: <{writer}>\r\nSubject: {subject}\r\n\r\n{text}\r\n".encode()
