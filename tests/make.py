"""People and things for tests: `await make.lead(db, …)` makes what a lead needs as well."""

from datetime import UTC, datetime
from typing import Any

from pomelo import activities, campaigns, leads, schedules, senders, sequences, teams
from pomelo.base import addresses
from pomelo.base.db import Db
from pomelo.base.ids import SequenceId, TeamId
from pomelo.base.vault import Vault, new_key
from pomelo.campaigns import Campaign, NewCampaign
from pomelo.leads import ActivityType, Lead, LeadState, NewLead
from pomelo.schedules import Schedule, ScheduleValues
from pomelo.senders import NewSender, Replies, Sender, Server, TlsMode
from pomelo.sequences import Mail, NewStep, Step, StepType, kind_of
from pomelo.teams import Team, User

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
KEY = new_key()
VAULT = Vault(KEY)


async def team(db: Db, name: str = "Pied Piper") -> Team:
    return (await team_and_user(db, name))[0]


async def team_and_user(db: Db, name: str = "Pied Piper") -> tuple[Team, User]:
    return await teams.create(
        db, name, user_name="Jared Dunn", user_email="jared@piedpiper.example", now=NOW
    )


async def sender(db: Db, team: TeamId, email: str = "jared@piedpiper.example") -> Sender:
    """A mailbox whose server would be on this machine."""
    owner = (await teams.list_users(db, team))[0]
    new = NewSender(
        owner.id,
        addresses.parse(email),
        Server("127.0.0.1", 2525, TlsMode.NONE),
        replies=Replies.PIPE,
    )
    return await senders.add(db, team, new, vault=VAULT, now=NOW)


async def schedule(db: Db, team: TeamId, values: ScheduleValues | None = None) -> Schedule:
    owner = (await teams.list_users(db, team))[0]
    return await schedules.create(db, team, owner.id, values or ScheduleValues(), now=NOW)


async def campaign(
    db: Db, team: TeamId, name: str = "Campaign1", *, auto_review: bool = True
) -> Campaign:
    """A draft with its default schedule and an empty main sequence."""
    owner = (await teams.list_users(db, team))[0]
    new = NewCampaign(name=name, auto_review=auto_review)
    made = await campaigns.create(db, team, owner.id, new, now=NOW)
    await sequences.create_main(db, team, made.id, now=NOW)
    return made


async def step(
    db: Db,
    campaign: Campaign,
    subject: str = "Hello {{firstName}}",
    message: str = "<p>Hi {{firstName}}</p>",
    *,
    index: int = -1,
    delay_days: int | None = None,
) -> Step:
    main = (await sequences.list_sequences(db, campaign.team_id, campaign.id))[0]
    new = NewStep(StepType.EMAIL, Mail(subject, message), index=index, delay_days=delay_days)
    return await sequences.add_step(db, campaign.team_id, main.id, new, now=NOW)


async def other_step(
    db: Db,
    campaign: Campaign,
    step_type: StepType,
    sequence: SequenceId | None = None,
    *,
    delay_days: int | None = None,
    delay_minutes: int = 0,
    **fields: Any,
) -> Step:
    """A step of any kind at the end of a sequence, the main one unless another is named."""
    main = (await sequences.list_sequences(db, campaign.team_id, campaign.id))[0]
    new = NewStep(
        step_type, kind_of(step_type, fields), delay_days=delay_days, delay_minutes=delay_minutes
    )
    return await sequences.add_step(db, campaign.team_id, sequence or main.id, new, now=NOW)


async def branches(db: Db, condition: Step) -> tuple[SequenceId, SequenceId]:
    """A condition's branches: where it holds, and where not."""
    found = await sequences.list_sequences(db, condition.team_id, condition.campaign_id)
    mine = {bool(one.is_fallback): one.id for one in found if one.parent_step_id == condition.id}
    return mine[False], mine[True]


async def running_campaign(
    db: Db, team: TeamId, sender: Sender, name: str = "Campaign1"
) -> Campaign:
    """A campaign of one step that was started."""
    made = await campaign(db, team, name)
    await step(db, made)
    await campaigns.set_senders(db, team, made.id, [sender.id], now=NOW)
    return await sequences.start_campaign(db, team, made.id, now=NOW)


async def open_always(db: Db, made: Campaign, *, wait: int = 0) -> None:
    """Open a campaign's hours all day and every day, so that no test minds what day it is."""
    (own,) = await campaigns.schedules_of(db, made.team_id, made.id)
    await db.execute(
        "UPDATE schedules SET start_time = '00:00', end_time = '00:00', timezone = 'UTC',"
        " weekdays = '{1,2,3,4,5,6,7}', seconds_to_wait = $2 WHERE id = $1", own.id, wait,
    )  # fmt: skip


async def lead(
    db: Db,
    campaign: Campaign,
    email: str = "richard@piedpiper.com",
    *,
    variables: dict[str, object] | None = None,
    state: LeadState = LeadState.IMPORTED,
) -> Lead:
    """A person in a campaign; another state is reached as it is in life, by what happens."""
    new = NewLead(campaign.team_id, campaign.id, addresses.parse(email), variables or {})
    added = (await leads.add(db, [new], now=NOW))[0]
    assert isinstance(added, Lead)
    if state is LeadState.IMPORTED:
        return added
    fact = activities.Fact(team_id=added.team_id, type=FACTS[state], lead_id=added.id, at=NOW)
    await activities.record(db, [fact])
    return await leads.get(db, added.team_id, added.id)


# What brings a lead to each state.
FACTS = {
    LeadState.SCANNED: ActivityType.SCANNED,
    LeadState.REVIEWED: ActivityType.REVIEWED,
    LeadState.SKIPPED: ActivityType.SKIPPED,
    LeadState.CONTACTED: ActivityType.EMAILS_SENT,
    LeadState.HOOKED: ActivityType.EMAILS_OPENED,
    LeadState.ATTRACTED: ActivityType.EMAILS_CLICKED,
    LeadState.WARMED: ActivityType.EMAILS_REPLIED,
    LeadState.INTERESTED: ActivityType.MANUAL_INTERESTED,
    LeadState.NOT_INTERESTED: ActivityType.MANUAL_NOT_INTERESTED,
    LeadState.EMAILS_BOUNCED: ActivityType.EMAILS_BOUNCED,
    LeadState.EMAILS_UNSUBSCRIBED: ActivityType.EMAILS_UNSUBSCRIBED,
}
