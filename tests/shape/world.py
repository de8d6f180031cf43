"""Two teams that each have one of everything, and all their rows."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pomelo import (
    activities,
    bulk,
    campaigns,
    exports,
    hooks,
    inbox,
    leads,
    senders,
    sequences,
    tasks,
    unsubscribes,
)
from pomelo.activities import Fact
from pomelo.base import addresses, ids
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.ids import ActivityId, BulkEditId, MessageId, TaskId, TeamId
from pomelo.base.secret import Secret
from pomelo.bulk import Action, NewEdit
from pomelo.campaigns import Campaign, NewCampaign
from pomelo.hooks import Hook, NewHook
from pomelo.hooks.telling import tell
from pomelo.leads import ActivityType, Lead, NewLead
from pomelo.senders import NewSender, Sender, Server, TlsMode
from pomelo.tasks import Task, TaskType
from tests import make
from tests.api import client
from tests.api.client import Caller
from tests.conftest import EMPTY_ALL
from tests.shape import tables

# What no answer, no log and no column may ever show.
SMTP_PASSWORD: Final = "canary-of-smtp-correct-horse"
IMAP_PASSWORD: Final = "canary-of-imap-battery-staple"
HOOK_SECRET: Final = "canary-of-hook-tr0ub4dor"

# What a name in a path, query or body stands for, in a shape of its own each.
Things = dict[str, str]
ID: Final = re.compile(r"([a-z]{3})_\w{17}")

ROWS: Final = " UNION ALL ".join(
    f"SELECT '{table}' || t::text FROM {table} t" for table in tables.owners()
)
UNCERTAIN: Final = """
INSERT INTO messages (team_id, id, campaign_id, lead_id, sender_id, step_id, step_version,
  sequence_step, state, fence, recipient, address_key, header_id, subject, data_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, 1, 0, 'uncertain', 1, $7, $7, $2, 'Hello', $8, $8)
"""


@dataclass(frozen=True)
class Side:
    """A team: who calls for it, and one of everything it has."""

    caller: Caller
    things: Things


@asynccontextmanager
async def side(database: Database, name: str) -> AsyncIterator[Side]:
    """Make a team with one of everything."""
    now = Clock().now()
    async with client.caller(database, name, now) as caller:
        async with database.transaction() as db:
            things = await _things(db, caller, name.replace(" ", "").lower() + ".com", now)
        yield Side(caller, things)


async def _things(db: Db, caller: Caller, domain: str, now: datetime) -> Things:
    team = caller.team.id
    mailbox = await _sender(db, caller, domain, now)
    draft = await _campaign(db, caller, "Draft", mailbox, now)
    running = await _campaign(db, caller, "Running", mailbox, now)
    await sequences.start_campaign(db, team, running.id, now=now)
    hook = await _hook(db, team, now)
    lead = await _lead(db, draft, f"richard@{domain}", now)
    await tell(db, now=now)
    step = (await sequences.list_steps(db, team, draft.id))[0]
    listed = addresses.parse(f"erlich@{domain}")
    await unsubscribes.add(db, team, [listed], source=unsubscribes.Source.API, now=now)
    export = await exports.start(db, team, draft.id, now=now)
    message = ids.message()
    mail = (team, message, draft.id, lead.id, mailbox.id, step.id, lead.email, now)
    await db.execute(UNCERTAIN, *mail)
    activity = await _sent(db, lead, message, mailbox, now)
    label = await inbox.add_label(db, team, f"Label of {domain}", now=now)
    return {
        "campaignId": draft.id,
        "runningId": running.id,
        "sequenceId": step.sequence_id,
        "stepId": step.id,
        "scheduleId": (await make.schedule(db, team)).id,
        "leadId": lead.id,
        "email": lead.email,
        "newcomer": f"bertram@{domain}",
        "contactId": lead.contact_id,
        "value": listed.given,
        "messageId": message,
        "senderId": mailbox.id,
        "exportId": export.id,
        "bulkEditId": await _bulk_edit(db, caller, draft, now),
        "hookId": hook.id,
        "deliveryId": await db.fetchval("SELECT id FROM hook_deliveries WHERE team_id = $1", team),
        "userId": caller.user.id,
        "activityId": activity,
        "labelId": label.id,
        "taskId": await _task(db, caller, lead, now),
    }


async def _sent(
    db: Db, lead: Lead, message: MessageId, mailbox: Sender, now: datetime
) -> ActivityId:
    """Let the lead be written to, so that there is a conversation."""
    fact = Fact(
        team_id=lead.team_id,
        type=ActivityType.EMAILS_SENT,
        lead_id=lead.id,
        message_id=message,
        sender_id=mailbox.id,
        at=now,
    )
    (activity,) = await activities.record(db, [fact])
    assert activity is not None
    return activity.id


async def _sender(db: Db, caller: Caller, domain: str, now: datetime) -> Sender:
    new = NewSender(
        caller.user.id,
        addresses.parse(f"jared@{domain}"),
        Server("127.0.0.1", 2525, TlsMode.NONE, f"jared@{domain}", SMTP_PASSWORD),
        Server("127.0.0.1", 2526, TlsMode.NONE, f"jared@{domain}", IMAP_PASSWORD),
    )
    return await senders.add(db, caller.team.id, new, vault=make.VAULT, now=now)


async def _bulk_edit(db: Db, caller: Caller, campaign: Campaign, now: datetime) -> BulkEditId:
    """An edit that still runs, though there is nobody to be edited."""
    new = NewEdit(campaign.id, Action.RESUME)
    edit = await bulk.start(db, caller.team.id, new, caller.user.id, now=now)
    await db.execute(
        "UPDATE bulk_edits SET status = 'running', ended_at = NULL WHERE id = $1", edit.id
    )
    return edit.id


async def _task(db: Db, caller: Caller, lead: Lead, now: datetime) -> TaskId:
    task = Task(
        team_id=lead.team_id,
        id=tasks.new_id(),
        type=TaskType.PHONE,
        title="Call",
        message="",
        lead_id=lead.id,
        campaign_id=lead.campaign_id,
        contact_id=lead.contact_id,
        step_id=None,
        sequence_step=None,
        assigned_to=caller.user.id,
        due_at=now,
        created_at=now,
    )
    return (await tasks.add(db, task)).id


async def _hook(db: Db, team: TeamId, now: datetime) -> Hook:
    new = NewHook(target_url="http://127.0.0.1/", secret=Secret(HOOK_SECRET))
    hook, _ = await hooks.add(db, team, new, vault=make.VAULT, now=now)
    return hook


async def _campaign(db: Db, caller: Caller, name: str, mailbox: Sender, now: datetime) -> Campaign:
    team, new = caller.team.id, NewCampaign(name=name, auto_review=False)
    made = await campaigns.create(db, team, caller.user.id, new, now=now)
    await sequences.create_main(db, team, made.id, now=now)
    await make.step(db, made)
    await campaigns.set_senders(db, team, made.id, [mailbox.id], now=now)
    return made


async def _lead(db: Db, campaign: Campaign, email: str, now: datetime) -> Lead:
    variables: dict[str, object] = {"firstName": "Richard", "colour": "green"}
    new = NewLead(campaign.team_id, campaign.id, addresses.parse(email), variables)
    added = (await leads.add(db, [new], now=now))[0]
    assert isinstance(added, Lead)
    fact = Fact(team_id=added.team_id, type=ActivityType.SCANNED, lead_id=added.id, at=now)
    await activities.record(db, [fact])
    return added


@asynccontextmanager
async def two_teams(database: Database) -> AsyncIterator[tuple[Side, Side]]:
    """Make who calls, and whose things they must not reach."""
    async with (
        side(database, "Hooli") as caller,
        side(database, "Pied Piper") as others,
    ):
        yield caller, others


def unknown(things: Things) -> Things:
    """Give things of the same forms that nobody has."""
    return {
        name: ids.new(found.group(1)) if (found := ID.fullmatch(value)) else f"{name}@nobody.com"
        for name, value in things.items()
    }


async def rows(database: Database) -> set[str]:
    """Dump every row of every table."""
    async with database.transaction(readonly=True) as db:
        return {row[0] for row in await db.fetch(ROWS)}


async def forget(database: Database) -> None:
    """Empty every table."""
    async with database.transaction() as db:
        await db.execute(EMPTY_ALL)
