"""What the worker's gate would answer about a lead, and what its step's text lacks."""

from datetime import datetime

from pomelo import campaigns, delivery, sequences
from pomelo.base.db import Db
from pomelo.base.ids import SenderId
from pomelo.delivery import Decision, Facts
from pomelo.insight.causes import Cause
from pomelo.insight.model import Hold, House, LeadFacts
from pomelo.insight.rules import ENDED, PARKED
from pomelo.insight.sending import hours_hold
from pomelo.leads import Claimed, HeldBy
from pomelo.messages import MessageKind
from pomelo.senders import SenderNotFound


async def ask_gate(
    db: Db,
    lead: LeadFacts,
    house: House,
    *,
    sender: SenderId | None,
    now: datetime,
    heard_since: datetime,
) -> list[Hold]:
    """Ask the gate as if the lead were claimed; gives what it would be refused for.

    Args:
        db: The open transaction; nothing is written.
        lead: A lead whose next step is a mail.
        house: Whether mails are rehearsed.
        sender: Who would write to it; None = nobody can, and one of its campaign is asked for.
        now: When its sender would come to it.
        heard_since: At or after this instant its sender's mailbox must have been read.
    """
    facts = await _facts(db, lead, house, sender)
    if facts is None:
        return []
    suppressed = await delivery.suppressed(db, [facts])
    decision = delivery.decide(
        facts,
        suppressed_by=suppressed.get(lead.id),
        ruling=await delivery.rule(db, [facts], now=now),
        is_rehearsal=bool(house.deliver_to),
        now=now,
        heard_since=heard_since,
    )
    return await _holds(db, facts, decision, now)


async def _holds(db: Db, facts: Facts, decision: Decision, now: datetime) -> list[Hold]:
    """Give what a lead is refused for, or why its step could not be written."""
    match decision:
        case delivery.WaitFor(waits_for=event):
            return [Hold(PARKED[event])]
        case delivery.HoldBack(by=HeldBy.WINDOW):
            return hours_hold(facts.hours, now)
        case delivery.HoldBack(until=until, by=rule):
            return [Hold(Cause(rule), at=until)]
        case delivery.Stop(because=happened):
            return [Hold(ENDED[happened])]
        case delivery.InDoubt():
            return [Hold(Cause.UNCERTAIN)]
        case _:
            return await _failing(db, facts, now)


async def ask_text(db: Db, lead: LeadFacts, house: House, *, now: datetime) -> list[Hold]:
    """Say why a lead's step cannot be written; nothing where it could be by now."""
    facts = await _facts(db, lead, house, None)
    return [] if facts is None else await _failing(db, facts, now)


async def _facts(db: Db, lead: LeadFacts, house: House, sender: SenderId | None) -> Facts | None:
    sender = lead.sender_id or sender
    if sender is None:
        senders = await campaigns.list_senders(db, lead.team_id, lead.campaign_id)
        sender = senders[0].id if senders else None
    if sender is None or lead.due_at is None:
        return None
    claimed = Claimed(
        team_id=lead.team_id,
        id=lead.id,
        campaign_id=lead.campaign_id,
        sender_id=sender,
        sequence_id=lead.sequence_id,
        step_position=lead.step_position,
        fence=lead.fence,
        due_at=lead.due_at,
    )
    kind = MessageKind.REHEARSAL if house.deliver_to else MessageKind.SEQUENCE
    found = await delivery.load(db, [claimed], kind)
    return found[0] if found else None


async def _failing(db: Db, facts: Facts, now: datetime) -> list[Hold]:
    """Tell why the step's mail could not be written."""
    if facts.step_id is None or facts.step_version is None:
        return []
    key = (facts.team_id, facts.step_id, facts.step_version)
    wording = next(iter(await sequences.contents(db, [key])), None)
    if wording is None:
        return []
    try:
        fault = await delivery.fault_of(db, facts, wording, now=now)
    except SenderNotFound:
        return [Hold(Cause.SENDER_GONE)]
    return [Hold(Cause.TEMPLATE_FAILING, detail=f": {fault}")] if fault else []
