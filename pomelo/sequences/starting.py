"""Before a campaign starts: its steps can be carried out, and replies are read."""

from datetime import datetime

from pomelo import campaigns
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import CampaignId, TeamId
from pomelo.campaigns import Campaign
from pomelo.sequences import store
from pomelo.sequences.errors import RepliesUnset, StepInvalid, StepMissing
from pomelo.sequences.kinds import check_kind
from pomelo.sequences.model import Step


async def start_campaign(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> Campaign:
    """Start a campaign whose steps can be carried out; those without a number get one.

    Raises:
        CampaignNotFound: The team has none of that id.
        AlreadyRunning: It runs.
        CampaignArchived: It was put away.
        StepMissing: It has no step.
        StepInvalid: A step cannot be carried out; says which and why.
        SenderMissing: It has no sender.
        RepliesUnset: It has a follow-up, and it is not said how a sender's replies are read.

    Source:
        API reference A11.
    """
    campaigns.check_startable(await campaigns.lock(db, team, campaign))
    steps = await store.list_steps(db, team, campaign)
    if not steps:
        raise StepMissing
    around = await store.structure(db, team, campaign)
    branches = {one.id: one.branch for one in await store.list_sequences(db, team, campaign)}
    for step in steps:
        opens = around.opens(branches[step.sequence_id], step.position)
        _check(step, opens=opens, is_only_one=len(branches) == 1)
    await check_replies(db, team, campaign)
    await _number(db, team, campaign, steps)
    return await campaigns.start(db, team, campaign, now=now)


async def check_replies(db: Db, team: TeamId, campaign: CampaignId) -> None:
    """Refuse senders of which nobody said how replies are read, where follow-ups are to come.

    Raises:
        RepliesUnset: It names the first of them.
    """
    around = await store.structure(db, team, campaign)
    if not around.is_followed_up:
        return
    for sender in await campaigns.list_senders(db, team, campaign):
        if sender.replies is None:
            raise RepliesUnset(
                f"This campaign has a follow-up, and it is not said how replies to {sender.email} "
                f"are read; `pomelo sender set {sender.email} --replies imap`, pipe or none says "
                f"it, and so does PATCH /api/senders/{sender.id}."
            )


def _check(step: Step, *, opens: bool, is_only_one: bool) -> None:
    try:
        check_kind(step.type, step.kind, opens=opens)
    except Invalid as error:
        where = "" if is_only_one else f" of the sequence {step.sequence_id}"
        raise StepInvalid(f"Step {step.position + 1}{where} cannot be sent. {error}") from error


async def _number(db: Db, team: TeamId, campaign: CampaignId, steps: list[Step]) -> None:
    amount = sum(step.number is None for step in steps)
    if amount:
        since = await campaigns.count_numbered(db, team, campaign, amount)
        await store.number_steps(db, team, campaign, since)
