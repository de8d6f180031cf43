"""What becomes of claimed leads that are not sent to now, and of mails in doubt."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

import msgspec

from pomelo import activities, campaigns, leads, messages, teams, unsubscribes
from pomelo.base import addresses
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, MessageId, TeamId
from pomelo.delivery import contacting
from pomelo.delivery.contacting import NOTHING_RULED, Ruling
from pomelo.delivery.desk import Desk
from pomelo.delivery.drafts import Draft
from pomelo.delivery.model import (
    Decision,
    Divert,
    Facts,
    Finished,
    HoldBack,
    Skip,
    Stop,
    WaitFor,
)
from pomelo.delivery.outcomes import fact, hold_of, next_step, same_step, wake_errands
from pomelo.delivery.singles import endings
from pomelo.leads import ActivityType, HeldBy, NextStep, Ruled, WaitsFor
from pomelo.messages import SINGLE, Doubtful, MessageKind, MessageState, Resolution
from pomelo.teams import Uncertain

NextDue = Callable[[Facts, datetime], datetime | None]
# Decided because the address was on the team's list; somebody may take it off meanwhile.
BY_THE_LIST: Final = (Stop(ActivityType.EMAILS_UNSUBSCRIBED), WaitFor(WaitsFor.SUPPRESSED))


async def decisions(
    desk: Desk,
    decided: Sequence[tuple[Facts, Decision]],
    next_due: NextDue,
    ruling: Ruling = NOTHING_RULED,
) -> None:
    """Write what the gate decided; no refused lead stays due.

    Args:
        desk: The worker's tools.
        decided: Leads and what becomes of them; nothing of them is to be sent now.
        next_due: Gives when the step after a lead's present one is due, if that one was
            carried out at an instant.
        ruling: By which rules.
    """
    if not decided:
        return
    now = desk.clock.now()
    async with desk.database.transaction() as db:
        held = set(await leads.lock_held(db, [hold_of(f) for f, _ in decided]))
        ours = [(f, d) for f, d in decided if hold_of(f) in held]
        decided = [(f, d) for f, d in ours if d not in BY_THE_LIST]
        decided += await _still_suppressed(db, [one for one in ours if one[1] in BY_THE_LIST])
        stopped = [(f, d) for f, d in decided if isinstance(d, Stop)]
        await activities.record(db, [fact(f, None, d.because, now=now) for f, d in stopped])
        await leads.park(
            db, [(hold_of(f), d.waits_for) for f, d in decided if isinstance(d, WaitFor)]
        )
        held_back = [(f, d) for f, d in decided if isinstance(d, HoldBack)]
        await leads.hold_by_rule(db, [_ruled(f, d) for f, d in held_back])
        spaced = [f for f, d in held_back if d.by is HeldBy.DOMAIN_GAP]
        await contacting.keep_turns(db, ruling.spacing.given(spaced))
        diverted = [f for f, d in decided if isinstance(d, Divert)]
        await leads.divert(db, [hold_of(f) for f in diverted])
        ended = [(f, d) for f, d in decided if isinstance(d, Finished | Skip)]
        onward = [(f, _onward(f, d, next_due)) for f, d in ended]
        await leads.schedule_next(db, [step for _, step in onward])
        errands = [(f, step.due_at) for f, step in onward if not step.needs_sender]
        await wake_errands(db, [*errands, *((f, now) for f in diverted)])
        await leads.free(db, [hold_of(f) for f, _ in ours])


def _ruled(facts: Facts, held: HoldBack) -> Ruled:
    spaced_by = facts.sender_id if held.by is HeldBy.DOMAIN_GAP else None
    return Ruled(hold_of(facts), held.until, held.version, held.by, spaced_by)


async def _still_suppressed(
    db: Db, decided: Sequence[tuple[Facts, Decision]]
) -> list[tuple[Facts, Decision]]:
    """Ask again, now that the leads are locked: whoever leaves the list comes before or after."""
    found = await suppressed(db, [facts for facts, _ in decided])
    return [(facts, decision) for facts, decision in decided if facts.lead_id in found]


class Addressed(Protocol):
    """A lead and its address."""

    @property
    def team_id(self) -> TeamId:
        """Whose it is."""

    @property
    def lead_id(self) -> LeadId:
        """Which."""

    @property
    def email(self) -> str:
        """Where it is written to."""


async def suppressed(db: Db, facts: Sequence[Addressed]) -> dict[LeadId, str]:
    """Find under which source leads' addresses are on their team's unsubscribe list."""
    keys = {f.lead_id: addresses.suppression_keys(addresses.parse(f.email)) for f in facts}
    wanted = [(f.team_id, key) for f in facts for key in keys[f.lead_id]]
    found = await unsubscribes.matching(db, wanted)
    return {
        f.lead_id: found[f.team_id, key]
        for f in facts
        for key in keys[f.lead_id]
        if (f.team_id, key) in found
    }


def _onward(facts: Facts, decision: Finished | Skip, next_due: NextDue) -> NextStep:
    if isinstance(decision, Skip):
        onward = next_step(facts, next_due(facts, decision.done_at))
        return msgspec.structs.replace(onward, sender_id=decision.sender_id)
    return same_step(facts, None)


async def free(desk: Desk, held_leads: Sequence[Facts]) -> None:
    """Hand claimed leads back as they are."""
    if held_leads:
        async with desk.database.transaction() as db:
            await leads.free(db, [hold_of(facts) for facts in held_leads])


async def withdraw(desk: Desk, drafts: Sequence[Draft]) -> None:
    """Take back intents that never came to DATA, and hand their leads back."""
    if not drafts:
        return
    async with desk.database.transaction() as db:
        refs = [(d.intent.team_id, d.intent.id, d.intent.fence) for d in drafts]
        await leads.free(db, [hold_of(d.facts) for d in drafts])
        await messages.withdraw(db, refs)


async def too_late(desk: Desk, written: Draft) -> None:
    """Take leave back: more than a second went by, so the mail is tried again."""
    async with desk.database.transaction() as db:
        await leads.free(db, [hold_of(written.facts)])
        await messages.put_back(db, written.intent)


async def wake_heard(db: Db, *, heard_since: datetime, now: datetime) -> int:
    """Let leads go on that waited for a mailbox that has been read; gives in how many teams."""
    woken = await leads.unpark_heard(db, heard_since=heard_since)
    for team, freed in woken.items():
        await campaigns.wake(db, team, freed, at=now)
    return len(woken)


async def sweep(db: Db, *, now: datetime) -> int:
    """Find mails whose worker died between data_at and outcome; gives how many.

    Whatever came back for such a mail (a reply, a bounce, a fetched picture) proves that it
    was delivered. Else, by the team's choice, it becomes uncertain, its lead waiting for a
    person, or goes again with the same identity and bytes.
    """
    lost = await messages.list_lost(db, now=now)
    if not lost:
        return 0
    refs = [(mail.team_id, mail.lead_id, mail.id) for mail in lost]
    proven = set(await activities.list_answered(db, refs))
    for mail in lost:
        await _settle_lost(db, mail, is_proven=mail.id in proven, now=now)
    return len(lost)


async def _settle_lost(db: Db, mail: Doubtful, *, is_proven: bool, now: datetime) -> None:
    policy = (await teams.get(db, mail.team_id)).uncertain
    if is_proven:
        await messages.settle(db, mail.team_id, mail.id, MessageState.SENT)
        await _count_as_sent(db, mail.id, now)
    elif mail.kind is MessageKind.REHEARSAL:  # holds back no real mail
        await messages.doubt(db, [mail])
    elif policy is Uncertain.RESEND:
        await _send_again(db, mail)
    else:
        await messages.doubt(db, [mail])
        await leads.hold_for(db, mail.team_id, [mail.lead_id], WaitsFor.UNCERTAIN, now=now)


async def _send_again(db: Db, mail: Doubtful) -> None:
    """Let the very same mail go again; only who sent it can, for it may have arrived."""
    await leads.keep_sender(db, mail.team_id, mail.lead_id, mail.sender_id)
    await messages.send_again(db, mail)


async def resolve(
    db: Db, team: TeamId, message: MessageId, resolution: Resolution, *, now: datetime
) -> Doubtful:
    """End a doubt, as a person decides: it arrived, or send it again.

    Raises:
        MessageNotFound: The team has no such message.
        MessageNotDoubtful: Its fate is known by now.
    """
    mail = await messages.lock_doubtful(db, team, message)
    if mail is None:
        raise messages.MessageNotFound
    if mail.state is not MessageState.UNCERTAIN:
        raise messages.MessageNotDoubtful
    if mail.kind in SINGLE:
        await endings.resolve(db, mail, resolution, now=now)
        return mail
    freed = await leads.unpark(db, team, [mail.lead_id], WaitsFor.UNCERTAIN, now=now)
    await campaigns.wake(db, team, freed, at=now)
    if resolution is Resolution.RESEND:
        await _send_again(db, mail)
    else:
        await messages.settle(db, team, message, MessageState.SENT)
        await _count_as_sent(db, message, now)
    return mail


async def _count_as_sent(db: Db, message: MessageId, now: datetime) -> None:
    """Record the mail as sent; the gate then finds its step done and goes on."""
    sent = (await messages.list_by_ids(db, [message]))[0]
    if sent.kind is MessageKind.REHEARSAL:
        return
    await activities.record(
        db,
        [
            activities.Fact(
                team_id=sent.team_id,
                type=leads.ActivityType.EMAILS_SENT,
                lead_id=sent.lead_id,
                message_id=sent.id,
                sender_id=sent.sender_id,
                step_id=sent.step_id,
                sequence_step=sent.sequence_step,
                at=now,
            )
        ],
    )
