"""Leave to begin DATA: what must still be true, at that very moment, for a mail to go."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec
import pytest

from pomelo import activities, campaigns, leads, messages, senders, sequences
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.campaigns import Campaign
from pomelo.leads import Claimed, Lead, Want
from pomelo.messages import Intent, Mark, MessageKind, MessageState, Result
from pomelo.schedules import ScheduleChanges
from pomelo.senders import Sender
from pomelo.sequences import Step
from tests import make

LEASE = timedelta(seconds=60)
WORKER = "wrk_one"


class Scene(msgspec.Struct):
    """A mail of a fresh lead that is about to be sent."""

    db: Db
    sender: Sender
    campaign: Campaign
    step: Step
    lead: Lead
    claimed: Claimed
    intent: Intent

    async def mark(self, now: datetime) -> bool:
        one = Mark(self.intent, deliver_to="", suppression_keys=(self.lead.address_key,))
        given = await messages.mark(self.db, [one], worker=WORKER, now=now, heard_since=now)
        return given == [self.intent.id]


def intent_for(lead: Lead, claimed: Claimed, step: Step) -> Intent:
    return Intent(
        team_id=lead.team_id,
        id=ids.message(),
        kind=MessageKind.SEQUENCE,
        campaign_id=lead.campaign_id,
        lead_id=lead.id,
        sender_id=claimed.sender_id,
        step_id=step.id,
        step_version=1,
        sequence_step=0,
        fence=claimed.fence,
        recipient=lead.email,
        address_key=lead.address_key,
        header_id="<first@piedpiper.example>",
        subject="Hello",
        thread_ids=(),
        links=None,
        raw=b"Hello\r\n",
    )


@pytest.fixture
async def scene(db: Db, now: datetime) -> Scene:
    await db.execute(
        "INSERT INTO installation (secret_fingerprint, created_at) VALUES ('f', now())"
    )
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    campaign = await make.running_campaign(db, team.id, sender)
    step = (await sequences.list_steps(db, team.id, campaign.id))[0]
    lead = await make.lead(db, campaign)
    want = Want(team.id, campaign.id, sender.id, 1)
    await senders.claim_ready(db, worker=WORKER, now=now, until=now + LEASE, amount=1)
    claimed = (await leads.claim_due(db, [want], now=now, until=now + LEASE))[0]
    intent = intent_for(lead, claimed, step)
    assert await messages.begin(db, [intent], now=now) == [intent.id]
    return Scene(db, sender, campaign, step, lead, claimed, intent)


async def test_nothing_in_the_way_gives_leave_once(scene: Scene, now: datetime) -> None:
    assert await scene.mark(now)
    assert not await scene.mark(now)


async def replace_sender(scene: Scene, now: datetime) -> None:
    other = await make.sender(scene.db, scene.lead.team_id, "monica@piedpiper.example")
    await campaigns.set_senders(
        scene.db, scene.lead.team_id, scene.campaign.id, [other.id], now=now
    )


async def delete_sender(scene: Scene, now: datetime) -> None:
    await senders.delete(scene.db, scene.lead.team_id, scene.sender.id, now=now)


async def change_limit(scene: Scene, now: datetime) -> None:
    changes = senders.Changes(limit_per_day=5)
    await senders.change(scene.db, scene.lead.team_id, scene.sender.id, changes, now=now)


async def change_limit_of_team(scene: Scene, now: datetime) -> None:
    await senders.reconsider(scene.db, scene.lead.team_id, now=now)


async def change_hours(scene: Scene, now: datetime) -> None:
    team = scene.lead.team_id
    (hours, *_) = await campaigns.schedules_of(scene.db, team, scene.campaign.id)
    changes = ScheduleChanges(start_time="12:00", end_time="13:00")
    await campaigns.change_schedule(scene.db, team, hours.id, changes, now=now)


async def replace_step(scene: Scene, now: datetime) -> None:
    team, campaign = scene.lead.team_id, scene.campaign
    await campaigns.pause(scene.db, team, campaign.id)
    await make.step(scene.db, campaign, "Another", "<p>Another</p>")
    await sequences.delete_step(scene.db, team, scene.step.sequence_id, scene.step.id)
    await sequences.start_campaign(scene.db, team, campaign.id, now=now)


async def put_step_before(scene: Scene, now: datetime) -> None:
    team, campaign = scene.lead.team_id, scene.campaign
    await campaigns.pause(scene.db, team, campaign.id)
    await scene.db.execute("UPDATE leads SET step_position = 1")
    await sequences.start_campaign(scene.db, team, campaign.id, now=now)


@pytest.mark.parametrize(
    "stop",
    [
        replace_sender, delete_sender, change_limit, change_limit_of_team, change_hours,
        replace_step, put_step_before,
    ],
    ids=lambda f: f.__name__,
)  # fmt: skip
async def test_what_was_changed_since_the_claim_takes_the_leave(
    scene: Scene, now: datetime, stop: Callable[[Scene, datetime], Awaitable[None]]
) -> None:
    await stop(scene, now)

    assert not await scene.mark(now)


@pytest.mark.parametrize(
    ("replies", "read_ago", "may_begin"),
    [
        ("imap", None, False),
        ("imap", timedelta(seconds=1), False),
        ("imap", timedelta(0), True),
        ("pipe", None, True),
        ("none", None, True),
    ],
)
async def test_a_follow_up_gets_leave_only_where_replies_were_read(
    scene: Scene, now: datetime, replies: str, read_ago: timedelta | None, may_begin: bool
) -> None:
    read_at = None if read_ago is None else now - read_ago
    await scene.db.execute("UPDATE leads SET sent_count = 1")
    await scene.db.execute(
        "UPDATE senders SET replies = $1, replies_read_at = $2", replies, read_at
    )

    assert await scene.mark(now) is may_begin


async def test_a_first_mail_needs_no_reading(scene: Scene, now: datetime) -> None:
    await scene.db.execute("UPDATE senders SET replies = 'imap'")

    assert await scene.mark(now)


async def test_after_the_lease_nobody_may_begin(scene: Scene, now: datetime) -> None:
    """Else whoever looks for lost mails would take one that is being sent for one of them."""
    assert not await scene.mark(now + LEASE)


async def test_a_lead_that_was_removed_has_no_mail_begun(scene: Scene, now: datetime) -> None:
    other = await make.lead(scene.db, scene.campaign, "dinesh@piedpiper.com")
    want = Want(other.team_id, scene.campaign.id, scene.sender.id, 1)
    held = (await leads.claim_due(scene.db, [want], now=now, until=now + LEASE))[0]
    await activities.remove(scene.db, scene.lead.team_id, scene.lead.id)

    gone = msgspec.structs.replace(scene.intent, id=ids.message())
    there = intent_for(other, held, scene.step)

    assert await messages.begin(scene.db, [gone, there], now=now) == [there.id]


async def test_a_claim_that_was_lost_begins_no_mail(scene: Scene, now: datetime) -> None:
    await scene.db.execute("DELETE FROM messages; UPDATE leads SET fence = fence + 1")

    assert await messages.begin(scene.db, [scene.intent], now=now) == []


async def test_another_sender_that_takes_over_writes_the_mail_anew(
    scene: Scene, now: datetime
) -> None:
    await messages.finish(scene.db, [deferred(scene.intent, now)])
    await scene.db.execute("UPDATE leads SET fence = fence + 1")
    other = await make.sender(scene.db, scene.lead.team_id, "monica@piedpiper.example")
    anew = msgspec.structs.replace(
        scene.intent, fence=scene.intent.fence + 1, sender_id=other.id, raw=b"Anew\r\n"
    )

    assert await messages.begin(scene.db, [anew], now=now) == [scene.intent.id]

    row = await scene.db.fetchrow("SELECT sender_id, raw, attempts FROM messages")
    assert row is not None
    assert tuple(row) == (other.id, b"Anew\r\n", 2)


async def test_a_mail_that_never_was_tried_is_withdrawn_without_a_trace(scene: Scene) -> None:
    await messages.withdraw(scene.db, [(scene.intent.team_id, scene.intent.id, scene.intent.fence)])

    assert await scene.db.fetchval("SELECT count(*) FROM messages") == 0


async def test_a_mail_that_was_tried_before_keeps_its_tries_when_withdrawn(
    scene: Scene, now: datetime
) -> None:
    await messages.finish(scene.db, [deferred(scene.intent, now)])
    await scene.db.execute("UPDATE leads SET fence = fence + 1")
    again = msgspec.structs.replace(scene.intent, fence=scene.intent.fence + 1)
    await messages.begin(scene.db, [again], now=now)

    await messages.withdraw(scene.db, [(again.team_id, again.id, again.fence)])

    row = await scene.db.fetchrow("SELECT state, attempts FROM messages")
    assert row is not None
    assert tuple(row) == ("deferred", 1)


async def test_mails_of_removed_leads_count_for_the_senders_day(
    scene: Scene, now: datetime
) -> None:
    await scene.mark(now)
    await activities.remove(scene.db, scene.lead.team_id, scene.lead.id)

    (quota,) = await messages.quotas(
        scene.db,
        [(scene.lead.team_id, scene.sender.id, 5)],
        since=now - timedelta(hours=24),
    )

    assert (quota.sent, quota.frees_at) == (1, now + timedelta(hours=24))


def deferred(intent: Intent, now: datetime) -> Result:
    return Result(
        team_id=intent.team_id,
        id=intent.id,
        fence=intent.fence,
        state=MessageState.DEFERRED,
        at=now,
        reply="451 4.7.1 Greylisted",
        reply_class="soft",
        effective_id=None,
    )
