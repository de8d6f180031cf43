"""A test of a step: the very mail that a lead would get, to somebody's own address."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pomelo import campaigns, leads, letters, messages, senders, sequences
from pomelo.base import addresses, ids
from pomelo.base.addresses import Address
from pomelo.base.db import Db
from pomelo.base.ids import MessageId, TeamId
from pomelo.campaigns import Campaign
from pomelo.delivery.drafts import envelope_of, thread_after
from pomelo.delivery.singles import store
from pomelo.delivery.singles.errors import CampaignWithoutSender
from pomelo.delivery.singles.model import Pen, StepTest
from pomelo.delivery.singles.writing import check_addresses, signed
from pomelo.leads import Lead, LeadNotFound
from pomelo.letters import Composed, Letter, StepContent, Thread
from pomelo.messages import MessageKind, SingleMail
from pomelo.senders import Sender
from pomelo.sequences import Step, StepNotFound


class _Trial(msgspec.Struct, frozen=True):
    """What a test is made of."""

    pen: Pen
    campaign: Campaign
    lead: Lead
    sender: Sender
    to: Address
    now: datetime

    def letter(self, step: Step) -> Letter:
        """Compile a step as its campaign sends it."""
        opens, clicks = self.campaign.track_opens, self.campaign.track_clicks
        return Letter.compile(StepContent(step.subject, step.message, opens, clicks))

    def header(self, message: MessageId) -> str:
        """Make a mail's Message-ID."""
        domain = addresses.parse(self.sender.email).domain
        return letters.header_id(message, domain, self.pen.signer)

    def compose(self, letter: Letter, message: MessageId, thread: Thread | None) -> Composed:
        """Write a step's mail."""
        envelope = envelope_of(
            self.sender,
            self.lead,
            message=message,
            header=self.header(message),
            thread=thread,
            base_url=self.pen.public_url,
            now=self.now,
        )
        elsewhere = msgspec.structs.replace(envelope, test_to=self.to.wire)
        return letters.compose(letter, elsewhere, self.pen.signer)


async def send_test(db: Db, pen: Pen, team: TeamId, wish: StepTest, *, now: datetime) -> MessageId:
    """Send a step to somebody's own address, as a lead would get it; a worker carries it.

    Only To differs, and `X-Pomelo-Test` names the lead. Its links and picture are its own:
    whoever fetches them, unsubscribing included, changes nothing for the lead. No state moves.

    Args:
        db: The open transaction.
        pen: What it takes to write.
        team: Whose campaign.
        wish: Which step, as which lead, to whom.
        now: When it happens.

    Raises:
        CampaignNotFound, StepNotFound, LeadNotFound: There is none in this team and campaign.
        CampaignWithoutSender: Nobody would write it.
        AddressBounced: A mail to that address has come back.
        TemplateInvalid, VariableMissing, OutputTooLarge: It cannot be written for this lead.
    """
    await check_addresses(db, team, [wish.to.wire])
    trial = await _trial(db, pen, team, wish, now=now)
    steps = await sequences.list_steps(db, team, wish.campaign_id)
    step = next((one for one in steps if one.id == wish.step_id), None)
    if step is None:
        raise StepNotFound
    mail = _mail(trial, step, await _thread(db, trial, steps, step))
    mail = msgspec.structs.replace(mail, raw=await signed(db, pen, trial.sender, mail.raw))
    await messages.insert_single(db, mail, now=now)
    await store.enqueue(db, team, mail.id, copies=(), shown={}, now=now)
    return mail.id


def _mail(trial: _Trial, step: Step, thread: Thread | None) -> SingleMail:
    message, letter = ids.message(), trial.letter(step)
    composed = trial.compose(letter, message, thread)
    header = trial.header(message)
    return SingleMail(
        team_id=trial.lead.team_id,
        id=message,
        kind=MessageKind.TEST,
        campaign_id=trial.lead.campaign_id,
        lead_id=trial.lead.id,
        sender_id=trial.sender.id,
        sequence_step=step.position,
        recipient=trial.to.wire,
        address_key=trial.to.key,
        header_id=header,
        subject=composed.subject,
        thread_ids=(header,),
        links=composed.links or tuple(link or "" for link in letter.static_links),
        raw=composed.raw,
    )


async def _trial(db: Db, pen: Pen, team: TeamId, wish: StepTest, *, now: datetime) -> _Trial:
    campaign = await campaigns.get(db, team, wish.campaign_id)
    lead = await leads.get(db, team, wish.lead_id)
    if lead.campaign_id != campaign.id:
        raise LeadNotFound
    writers = [one.id for one in await campaigns.list_senders(db, team, campaign.id)]
    if lead.sender_id is None and not writers:
        raise CampaignWithoutSender
    sender = await senders.get(db, team, lead.sender_id or writers[0])
    return _Trial(pen, campaign, lead, sender, wish.to, now)


async def _thread(db: Db, trial: _Trial, steps: Sequence[Step], step: Step) -> Thread | None:
    """Give the thread that the lead would find it in; if there is none yet, its subject."""
    if step.position == 0:
        return None
    before = await store.find_before(db, trial.lead.team_id, trial.lead.id, step.position)
    if before is not None:
        return thread_after(before)
    earlier = [one for one in steps if one.sequence_id == step.sequence_id and one.subject]
    first = next((one for one in reversed(earlier) if one.position < step.position), None)
    if first is None:
        return Thread("", (), "")
    composed = trial.compose(trial.letter(first), ids.message(), None)
    return Thread("", (), composed.subject)
