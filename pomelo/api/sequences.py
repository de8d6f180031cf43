"""Sequences on the wire: a campaign's steps, and how they come, change and go."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from pomelo import activities, campaigns, leads, sequences, tasks
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.step_shapes import ShownStep, StepBody, StepPatch, branches_of, show
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import CampaignId, SequenceId, StepId
from pomelo.campaigns import CampaignNotFound
from pomelo.letters import Letter, StepContent
from pomelo.sequences import (
    AddingWhileRunning,
    CampaignWithoutSequence,
    ChangingWhileRunning,
    Condition,
    DeletingWhileRunning,
    NewStep,
    Sequence,
    SequenceNotFound,
    Step,
    StepChanges,
    StepInvalid,
    StepNotFound,
    StepType,
    TemplateInvalid,
)

SECTION: Final = "Sequences"


class KindFixed(Invalid):
    """A step keeps its type; delete it and add another one instead."""


class ShownSequence(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A sequence; level 0 is the main one, others are branches of a step of their parent."""

    id: SequenceId = msgspec.field(name="_id")
    steps: list[ShownStep]
    level: int
    parent_id: SequenceId | None = None
    conditional_step_index: Annotated[
        int | None, msgspec.Meta(description="The condition's `sequenceStep` in the parent")
    ] = None


class Done(msgspec.Struct, frozen=True):
    """It is done."""

    ok: bool = True


async def list_of_campaign(call: Call[NoQuery, None]) -> dict[SequenceId, ShownSequence]:
    """Answer a campaign's sequences with their steps."""
    campaign, team = CampaignId(call.path["campaignId"]), call.caller.team
    async with call.state.database.transaction(readonly=True) as db:
        await campaigns.get(db, team, campaign)
        found = await sequences.list_sequences(db, team, campaign)
        steps = await sequences.list_steps(db, team, campaign)
    branches = branches_of(found)
    return {
        one.id: ShownSequence(
            id=one.id,
            steps=[show(s, branches.get(s.id)) for s in steps if s.sequence_id == one.id],
            level=one.level,
            parent_id=one.parent_id,
            conditional_step_index=one.parent_position,
        )
        for one in found
    }


async def add_step(call: Call[NoQuery, StepBody]) -> ShownStep:
    """Add a step; leads beyond its place stay at the step they have come to."""
    body, team = call.body, call.caller.team
    new = NewStep(
        type=body.type,
        kind=body.kind,
        index=body.index,
        delay_days=body.delay,
        delay_minutes=body.delay_minutes,
    )

    async def work(db: Db) -> ShownStep:
        sequence = await sequences.get_sequence(db, team, _sequence(call.path))
        step = await sequences.add_step(db, team, sequence.id, new, now=call.now)
        _check(step)
        place = (step.campaign_id, sequence.branch, step.position)
        await leads.shift_positions(db, team, *place, by=1)
        await leads.end_waiting(db, team, *place, now=call.now)
        await leads.refit(db, team, step.campaign_id)
        return await _shown(db, step)

    return await call.state.database.retrying(work)


async def change_step(call: Call[NoQuery, StepPatch]) -> ShownStep:
    """Change a step's wording or delay; leads that failed at the old wording try again."""
    body = call.body
    changes = StepChanges(body.given, body.delay, body.delay_minutes)
    team, sequence, step_id = call.caller.team, _sequence(call.path), _step(call.path)

    async def work(db: Db) -> ShownStep:
        found = await sequences.get_sequence(db, team, sequence)
        was = await _find(db, found, step_id)
        if was is not None and was.type is not body.type:
            raise KindFixed
        step = await sequences.change_step(db, team, sequence, step_id, changes, now=call.now)
        _check(step)
        if was is not None and isinstance(step.kind, Condition) and step.kind != was.kind:
            place = (step.campaign_id, found.branch, step.position)
            await leads.end_waiting(db, team, *place, now=call.now)
        await activities.mend_campaign(db, team, step.campaign_id, now=call.now)
        return await _shown(db, step)

    return await call.state.database.retrying(work)


async def _find(db: Db, sequence: Sequence, asked: StepId) -> Step | None:
    steps = await sequences.list_steps(db, sequence.team_id, sequence.campaign_id)
    return next((step for step in steps if step.id == asked), None)


async def _shown(db: Db, step: Step) -> ShownStep:
    found = await sequences.list_sequences(db, step.team_id, step.campaign_id)
    return show(step, branches_of(found).get(step.id))


def _check(step: Step) -> None:
    """Refuse a wording whose mail could not be written for anybody; the change is undone."""
    if step.type is not StepType.EMAIL:
        return
    Letter.compile(
        StepContent(subject=step.subject, message=step.message, track_opens=True, track_clicks=True)
    )


async def delete_step(call: Call[NoQuery, None]) -> Done:
    """Delete a step; leads that waited for it go on with the one after, its tasks are over."""
    team = call.caller.team

    async def work(db: Db) -> None:
        sequence = await sequences.get_sequence(db, team, _sequence(call.path))
        await leads.leave_step(db, team, _step(call.path), now=call.now)
        gone = await sequences.delete_step(db, team, sequence.id, _step(call.path))
        place = (gone.campaign_id, sequence.branch, gone.position)
        await leads.shift_positions(db, team, *place, by=-1)
        await leads.refit(db, team, gone.campaign_id)
        await tasks.close_of_lost_steps(db, team, gone.campaign_id, now=call.now)

    await call.state.database.retrying(work)
    return Done()


def _sequence(path: Mapping[str, str]) -> SequenceId:
    return SequenceId(path["sequenceId"])


def _step(path: Mapping[str, str]) -> StepId:
    return StepId(path["stepId"])


EXAMPLE: Final = {
    "type": "email",
    "delay": 0,
    "subject": "Hello {{firstName}}",
    "message": "<p>Hi {{firstName}}, how is {{companyName}}?</p>",
}
OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/sequences",
        run=list_of_campaign,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get a campaign's sequences",
        text="An object: each sequence under its id.",
        answer=dict[str, ShownSequence],
        errors=(CampaignNotFound, CampaignWithoutSequence),
    ),
    Operation(
        method="POST",
        path="/api/sequences/{sequenceId}/steps",
        run=add_step,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Add a step",
        text=(
            "Only while the campaign does not run. Leads that have come further stay at their "
            "step; those whose next step was at its place get it, also those that wait there for a "
            "task or a condition. Templates are checked here. A "
            "`conditional` step gets two sequences, its branches: add steps to those. A lead that "
            "comes to a branch's end goes on after the condition, if a step stands there."
        ),
        body=StepBody,
        answer=ShownStep,
        errors=(
            SequenceNotFound,
            AddingWhileRunning,
            StepInvalid,
            TemplateInvalid,
        ),
        example=EXAMPLE,
    ),
    Operation(
        method="PATCH",
        path="/api/sequences/{sequenceId}/steps/{stepId}",
        run=change_step,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Change a step",
        text=(
            "Also while the campaign runs: a new wording counts for what is done from now on, a "
            "new delay for leads that come to the step from now on. What a condition asks, and "
            "where leads are sent, changes only while it does not run; leads that wait at a "
            "condition wait for the new one, as if they had just come to it."
        ),
        body=StepPatch,
        answer=ShownStep,
        errors=(
            SequenceNotFound,
            StepNotFound,
            KindFixed,
            ChangingWhileRunning,
            StepInvalid,
            TemplateInvalid,
        ),
        example={"type": "email", "subject": "Hi {{firstName}}"},
    ),
    Operation(
        method="DELETE",
        path="/api/sequences/{sequenceId}/steps/{stepId}",
        run=delete_step,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Delete a step",
        text=(
            "Only while the campaign does not run. Mails of it that were sent live on. A condition "
            "takes its branches with it; leads in them go on after it. Open tasks of what "
            "is gone are closed."
        ),
        answer=Done,
        errors=(SequenceNotFound, StepNotFound, DeletingWhileRunning),
    ),
)
