"""Sequences on the wire: a campaign's steps, and how they come, change and go."""

from collections.abc import Mapping
from typing import Annotated, Final

import msgspec

from pomelo import activities, campaigns, leads, sequences
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import CampaignId, SequenceId, StepId
from pomelo.campaigns import CampaignNotFound
from pomelo.letters import Letter, StepContent
from pomelo.sequences import (
    AddingWhileRunning,
    CampaignWithoutSequence,
    DeletingWhileRunning,
    NewStep,
    SequenceNotFound,
    Step,
    StepChanges,
    StepInvalid,
    StepNotFound,
    StepType,
    TemplateInvalid,
)

SECTION: Final = "Sequences"
DELAY: Final = "Whole days; 0 for the first step and 1 for others when left out"


class KindUnavailable(Invalid):
    """Steps of this type are not available yet; use the type email."""


class KindFixed(Invalid):
    """A step keeps its type; delete it and add another one instead."""


class StepBody(msgspec.Struct, frozen=True, rename="camel"):
    """A step to be added. Subject and message are Liquid templates, the message is HTML."""

    type: StepType
    index: Annotated[int, msgspec.Meta(description="0-based; -1 or too large appends")] = -1
    delay: Annotated[int | None, msgspec.Meta(description=DELAY)] = None
    subject: Annotated[
        str, msgspec.Meta(description="Empty in a follow-up: it goes into the thread")
    ] = ""
    message: str = ""


class StepPatch(msgspec.Struct, frozen=True, rename="camel"):
    """What may be changed of a step; what is left out or null stays. `type` is repeated."""

    type: StepType
    delay: int | None = None
    subject: str | None = None
    message: str | None = None


class ShownStep(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A step: `index` counts from 1, `sequenceStep` from 0, `delay` is in days."""

    id: StepId = msgspec.field(name="_id")
    type: StepType
    delay: int
    email_template_id: str
    index: int
    sequence_id: SequenceId
    sequence_step: int
    subject: str
    message: str


class ShownSequence(msgspec.Struct, frozen=True):
    """A sequence; level 0 is the main one."""

    id: SequenceId = msgspec.field(name="_id")
    steps: list[ShownStep]
    level: int


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
    return {
        one.id: ShownSequence(
            one.id, [show(step) for step in steps if step.sequence_id == one.id], one.level
        )
        for one in found
    }


async def add_step(call: Call[NoQuery, StepBody]) -> ShownStep:
    """Add a step; leads stay at the step they have come to."""
    body, team = call.body, call.caller.team
    if body.type is not StepType.EMAIL:
        raise KindUnavailable(f"Steps of the type {body.type} are not available yet; use email.")
    new = NewStep(body.subject, body.message, index=body.index, delay_days=body.delay)

    async def work(db: Db) -> Step:
        step = await sequences.add_step(db, team, _sequence(call.path), new, now=call.now)
        _check(step)
        await leads.shift_positions(db, team, step.campaign_id, beyond=step.position, by=1)
        return step

    return show(await call.state.database.retrying(work))


async def change_step(call: Call[NoQuery, StepPatch]) -> ShownStep:
    """Change a step's wording or delay; leads that failed at the old wording try again."""
    body = call.body
    if body.type is not StepType.EMAIL:
        raise KindFixed
    changes = StepChanges(body.subject, body.message, body.delay)
    team, step_id = call.caller.team, _step(call.path)

    async def work(db: Db) -> Step:
        step = await sequences.change_step(
            db, team, _sequence(call.path), step_id, changes, now=call.now
        )
        _check(step)
        await activities.mend_campaign(db, team, step.campaign_id, now=call.now)
        return step

    return show(await call.state.database.retrying(work))


def _check(step: Step) -> None:
    """Refuse a wording whose mail could not be written for anybody; the change is undone."""
    Letter.compile(
        StepContent(subject=step.subject, message=step.message, track_opens=True, track_clicks=True)
    )


async def delete_step(call: Call[NoQuery, None]) -> Done:
    """Delete a step; leads that waited for it go on with the one after."""
    team = call.caller.team

    async def work(db: Db) -> None:
        gone = await sequences.delete_step(db, team, _sequence(call.path), _step(call.path))
        await leads.shift_positions(db, team, gone.campaign_id, beyond=gone.position, by=-1)

    await call.state.database.retrying(work)
    return Done()


def show(step: Step) -> ShownStep:
    """Write a step as the API does."""
    return ShownStep(
        id=step.id,
        type=step.type,
        delay=step.delay_days,
        email_template_id=step.template_id,
        index=step.position + 1,
        sequence_id=step.sequence_id,
        sequence_step=step.position,
        subject=step.subject,
        message=step.message,
    )


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
            "step; those whose next step was at its place get it. Templates are checked here."
        ),
        body=StepBody,
        answer=ShownStep,
        errors=(
            SequenceNotFound,
            AddingWhileRunning,
            KindUnavailable,
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
            "Also while the campaign runs: a new wording counts for mails from now on, a new "
            "delay for leads that come to the step from now on."
        ),
        body=StepPatch,
        answer=ShownStep,
        errors=(SequenceNotFound, StepNotFound, KindFixed, StepInvalid, TemplateInvalid),
        example={"type": "email", "subject": "Hi {{firstName}}"},
    ),
    Operation(
        method="DELETE",
        path="/api/sequences/{sequenceId}/steps/{stepId}",
        run=delete_step,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Delete a step",
        text="Only while the campaign does not run. Mails of it that were sent live on.",
        answer=Done,
        errors=(SequenceNotFound, StepNotFound, DeletingWhileRunning),
    ),
)
