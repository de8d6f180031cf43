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
from pomelo.delivery.singles.model import Pen, StepTest, StepView
from pomelo.delivery.singles.writing import check_addresses, signed
from pomelo.leads import Lead, LeadNotFound
from pomelo.letters import Envelope, Letter, Occasion, StepContent, Thread
from pomelo.messages import MessageKind, SingleMail
from pomelo.senders import Sender
from pomelo.sequences import Step, StepNotFound


class Trial(msgspec.Struct, frozen=True):
    """What a test or a preview is made of: who would write, and to whom."""

    pen: Pen
    campaign: Campaign
    lead: Lead
    sender: Sender
    now: datetime

    def content(self, step: Step) -> StepContent:
        """Give what a step says, as its campaign sends it."""
        opens, clicks = self.campaign.track_opens, self.campaign.track_clicks
        return StepContent(step.subject, step.message, opens, clicks)

    def header(self, message: MessageId) -> str:
        """Make a mail's Message-ID."""
        domain = addresses.parse(self.sender.email).domain
        return letters.header_id(message, domain, self.pen.signer)

    def occasion(self, step: Step) -> Occasion:
        """Tell at which step it is written, and when."""
        return Occasion(letters.seed(self.lead.id, step.id), self.now, self.campaign.timezone)

    def envelope(self, step: Step, message: MessageId, thread: Thread | None) -> Envelope:
        """Address a step's mail."""
        return envelope_of(
            self.sender,
            self.lead,
            message=message,
            header=self.header(message),
            thread=thread,
            base_url=self.pen.public_url,
            occasion=self.occasion(step),
        )


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
        AddressUnsubscribed: Whoever reads it wants no mails.
        TemplateInvalid, VariableMissing, OutputTooLarge: It cannot be written for this lead.
    """
    await check_addresses(db, team, [wish.to.wire], is_test=True)
    trial, steps, step = await prepare(db, pen, team, wish, now=now)
    mail = _mail(trial, step, wish.to, await thread_of(db, trial, steps, step))
    mail = msgspec.structs.replace(mail, raw=await signed(db, pen, trial.sender, mail.raw))
    await messages.insert_single(db, mail, now=now)
    await store.enqueue(db, team, mail.id, copies=(), shown={}, now=now)
    return mail.id


def _mail(trial: Trial, step: Step, to: Address, thread: Thread | None) -> SingleMail:
    message, letter = ids.message(), Letter.compile(trial.content(step))
    envelope = msgspec.structs.replace(trial.envelope(step, message, thread), test_to=to.wire)
    composed = letters.compose(letter, envelope, trial.pen.signer)
    header = trial.header(message)
    return SingleMail(
        team_id=trial.lead.team_id,
        id=message,
        kind=MessageKind.TEST,
        campaign_id=trial.lead.campaign_id,
        lead_id=trial.lead.id,
        sender_id=trial.sender.id,
        sequence_step=step.position,
        recipient=to.wire,
        address_key=to.key,
        header_id=header,
        subject=composed.subject,
        thread_ids=(header,),
        links=composed.links or tuple(link or "" for link in letter.static_links),
        raw=composed.raw,
    )


async def prepare(
    db: Db, pen: Pen, team: TeamId, wish: StepView, *, now: datetime
) -> tuple[Trial, list[Step], Step]:
    """Read who would write a step, and to whom; with all steps of its campaign.

    Raises:
        CampaignNotFound, StepNotFound, LeadNotFound: There is none in this team and campaign.
        CampaignWithoutSender: Nobody would write it.
    """
    campaign = await campaigns.get(db, team, wish.campaign_id)
    lead = await leads.get(db, team, wish.lead_id)
    if lead.campaign_id != campaign.id:
        raise LeadNotFound
    steps = await sequences.list_steps(db, team, campaign.id)
    step = next((one for one in steps if one.id == wish.step_id), None)
    if step is None:
        raise StepNotFound
    return Trial(pen, campaign, lead, await _writer(db, lead), now), steps, step


async def _writer(db: Db, lead: Lead) -> Sender:
    """Get who writes to a lead, or would."""
    writers = [one.id for one in await campaigns.list_senders(db, lead.team_id, lead.campaign_id)]
    if lead.sender_id is None and not writers:
        raise CampaignWithoutSender
    return await senders.get(db, lead.team_id, lead.sender_id or writers[0])


async def thread_of(db: Db, trial: Trial, steps: Sequence[Step], step: Step) -> Thread | None:
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
    earlier_mail = trial.envelope(first, ids.message(), None)
    shown = letters.preview(trial.content(first), earlier_mail, trial.pen.signer)
    return Thread("", (), shown.subject)
