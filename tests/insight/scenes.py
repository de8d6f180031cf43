"""What can hold a lead, set up as it is in life."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from pomelo import activities, campaigns, insight, leads, senders, sequences, teams
from pomelo.activities import Fact
from pomelo.campaigns import CampaignChanges
from pomelo.insight import Explained
from pomelo.leads import ActivityType, Lead, WaitsFor
from pomelo.senders import PausedFor
from pomelo.sequences import StepType
from pomelo.teams import ContactRules
from tests import make
from tests.wire import PostOffice

A = ActivityType
RICHARD = "richard@piedpiper.com"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEPS = (("Hello {{firstName}}", "<p>Hi {{firstName}}</p>"), ("", "<p>Again</p>"))


SetUp = Callable[[PostOffice, Lead], Awaitable[None]]


async def explain(post: PostOffice, asked: str) -> Explained:
    now = post.clock.now()
    async with post.database.transaction(readonly=True) as db:
        return await insight.explain(
            db, post.team.id, asked, now=now, heard_since=now - 15 * MINUTE
        )


async def run(post: PostOffice, statement: str, *values: object) -> None:
    async with post.database.transaction() as db:
        await db.execute(statement, *values)


async def happens(post: PostOffice, lead: Lead, kind: ActivityType) -> None:
    async with post.database.transaction() as db:
        fact = Fact(team_id=post.team.id, type=kind, lead_id=lead.id, at=post.clock.now())
        await activities.record(db, [fact])


async def pause(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)


async def step(post: PostOffice, kind: StepType, **fields: Any) -> None:
    """Add a step at the end, without delay."""
    await pause(post)
    async with post.database.transaction() as db:
        await make.other_step(db, post.campaign, kind, delay_days=0, **fields)
        now = post.clock.now()
        await sequences.start_campaign(db, post.team.id, post.campaign.id, now=now)


async def drafted(post: PostOffice, _: Lead) -> None:
    await run(post, "UPDATE campaigns SET started_at = NULL, state = 'paused'")


async def paused(post: PostOffice, _: Lead) -> None:
    await pause(post)


async def team_paused(post: PostOffice, _: Lead) -> None:
    async with post.database.transaction() as db:
        await campaigns.pause_team(db, post.team.id, now=post.clock.now())


async def archived(post: PostOffice, _: Lead) -> None:
    async with post.database.transaction() as db:
        changes = CampaignChanges(is_archived=True)
        await campaigns.change(db, post.team.id, post.campaign.id, changes)


async def senderless(post: PostOffice, _: Lead) -> None:
    await run(post, "DELETE FROM campaign_senders")


async def lead_paused(post: PostOffice, lead: Lead) -> None:
    async with post.database.transaction() as db:
        await activities.pause(db, post.team.id, [lead.id], now=post.clock.now())


def parked(event: WaitsFor) -> Callable[[PostOffice, Lead], Awaitable[None]]:
    async def wait(post: PostOffice, lead: Lead) -> None:
        await run(post, "UPDATE leads SET waits_for = $1 WHERE id = $2", event, lead.id)

    return wait


def ended(kind: ActivityType) -> Callable[[PostOffice, Lead], Awaitable[None]]:
    async def end(post: PostOffice, lead: Lead) -> None:
        await run(post, "UPDATE campaigns SET stop_on_clicked = true, stop_on_meeting = true")
        await happens(post, lead, kind)

    return end


def frozen(reason: PausedFor) -> Callable[[PostOffice, Lead], Awaitable[None]]:
    async def freeze(post: PostOffice, _: Lead) -> None:
        await run(
            post,
            "UPDATE senders SET paused_for = $1, paused_at = $2, may_send_at = 'infinity',"
            " next_at = 'infinity'", reason, post.clock.now(),
        )  # fmt: skip

    return freeze


async def task_open(post: PostOffice, _: Lead) -> None:
    await run(post, "DELETE FROM steps WHERE position = 1")
    await step(post, StepType.MANUAL, title="Call")
    await post.work()


async def waiting(post: PostOffice, _: Lead) -> None:
    await run(post, "DELETE FROM steps WHERE position = 1")
    await step(post, StepType.CONDITIONAL, key="hasPhoneNumber", delay_type="waitUntil")
    await post.work()


async def workerless(post: PostOffice, _: Lead) -> None:
    await run(post, "DELETE FROM workers")


async def bouncing(post: PostOffice, _: Lead) -> None:
    await run(post, "UPDATE senders SET new_leads_stopped_at = $1", post.clock.now())


async def variable_lost(post: PostOffice, lead: Lead) -> None:
    async with post.database.transaction() as db:
        said = {"firstName": None}
        await leads.set_variables(db, post.team.id, lead.id, said, now=post.clock.now())


async def unheard(post: PostOffice, _: Lead) -> None:
    await post.work()
    await run(post, "UPDATE senders SET replies = 'imap', replies_read_at = NULL")
    post.clock.forward(DAY)


async def crossed(post: PostOffice, lead: Lead) -> None:
    """Another campaign has written to the same person, and has long to wait."""
    await pause(post)
    team, now = post.team.id, post.clock.now()
    async with post.database.transaction() as db:
        await teams.set_contact_rules(db, team, ContactRules(is_one_campaign=True))
        other = await make.campaign(db, team, "Other")
        await make.open_always(db, other)
        await make.step(db, other)
        await make.step(db, other, "", "<p>Again</p>", delay_days=60)
        await campaigns.set_senders(db, team, other.id, [post.sender.id], now=now)
        await sequences.start_campaign(db, team, other.id, now=now)
        await make.lead(db, other, lead.email, variables={"firstName": "Richard"})
    await post.work()
    async with post.database.transaction() as db:
        await sequences.start_campaign(db, team, post.campaign.id, now=now)


async def nothing(post: PostOffice, _: Lead) -> None:
    """All is well."""


async def to_the_end(post: PostOffice, _: Lead) -> None:
    await post.work()
    post.clock.forward(DAY)
    await post.work()


async def delayed(post: PostOffice, _: Lead) -> timedelta:
    await post.work()
    return DAY


async def limited(post: PostOffice, _: Lead) -> timedelta:
    await run(post, "UPDATE senders SET limit_per_day = 1")
    await run(post, "UPDATE steps SET delay_days = 0")
    await post.work()
    return DAY


async def ramping(post: PostOffice, _: Lead) -> timedelta:
    await run(post, "UPDATE steps SET delay_days = 0")
    async with post.database.transaction() as db:
        changes = senders.Changes(ramp_per_day=1)
        await senders.change(db, post.team.id, post.sender.id, changes, now=post.clock.now())
    await post.work()
    return DAY


async def gapped(post: PostOffice, _: Lead) -> timedelta:
    await run(post, "UPDATE senders SET gap_seconds = 600")
    await run(post, "UPDATE steps SET delay_days = 0")
    await post.work()
    return 10 * MINUTE


async def resting(post: PostOffice, _: Lead) -> timedelta:
    await run(post, "UPDATE schedules SET seconds_to_wait = 600")
    await run(post, "UPDATE steps SET delay_days = 0")
    await post.work()
    return 10 * MINUTE


async def closed(post: PostOffice, _: Lead) -> timedelta:
    await run(post, "UPDATE schedules SET start_time = '12:00', end_time = '13:00'")
    return 3 * HOUR  # the post office opens at nine


async def day_off(post: PostOffice, _: Lead) -> timedelta:
    now = post.clock.now()  # its hours are all of the day
    await run(post, "UPDATE schedules SET days_off = ARRAY[$1::date]", now.date())
    return now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY - now


async def away(post: PostOffice, lead: Lead) -> timedelta:
    back_at = post.clock.now() + 5 * DAY
    async with post.database.transaction() as db:
        await leads.wait_until_back(db, post.team.id, lead.id, back_at)
    return 5 * DAY
