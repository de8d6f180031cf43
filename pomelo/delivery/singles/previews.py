"""Any step as one lead would get it, shown and not sent, with what is missing and amiss."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from pomelo import letters
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import TeamId
from pomelo.delivery.drafts import writer_of
from pomelo.delivery.errands.calling import Request, key_of, written
from pomelo.delivery.errands.tasks import wording
from pomelo.delivery.singles.errors import NothingToShow
from pomelo.delivery.singles.model import Pen, StepView
from pomelo.delivery.singles.trials import Trial, prepare, thread_of
from pomelo.letters import Preview
from pomelo.sequences import Call, Mail, Step, StepType, Task

Text = TypeVar("Text")


class TaskPreview(msgspec.Struct, frozen=True):
    """A task as its person would get it."""

    title: str
    message: str


class StepPreview(msgspec.Struct, frozen=True):
    """A step as one lead would get it; of mail, task and call there is one.

    Attributes:
        type: What kind of step.
        missing: Variables that are shown and have no value.
    """

    type: StepType
    missing: tuple[str, ...]
    sender_name: str
    sender_email: str
    mail: Preview | None = None
    task: TaskPreview | None = None
    call: Request | None = None


async def preview(db: Db, pen: Pen, team: TeamId, wish: StepView, *, now: datetime) -> StepPreview:
    """Show a step as one lead would get it.

    Raises:
        CampaignNotFound, StepNotFound, LeadNotFound: There is none in this team and campaign.
        CampaignWithoutSender: Nobody would write it.
        NothingToShow: Its kind says nothing.
        TemplateInvalid, VariableMissing, OutputTooLarge: It cannot be written for this lead.
    """
    trial, steps, step = await prepare(db, pen, team, wish, now=now)
    match step.kind:
        case Mail():
            thread = await thread_of(db, trial, steps, step)
            envelope = trial.envelope(step, ids.message(), thread)
            mail = letters.preview(trial.content(step), envelope, trial.pen.signer)
            return _shown(trial, step, mail.missing, mail=mail)
        case Task(title=title, message=message):
            task, missing = _filled(trial, step, lambda values: _task(title, message, values))
            return _shown(trial, step, missing, task=task)
        case Call() as said:
            key = key_of(trial.lead.id, step.id)
            call, missing = _filled(trial, step, lambda values: written(said, values, key))
            return _shown(trial, step, missing, call=call)
        case _:
            raise NothingToShow


def _shown(
    trial: Trial,
    step: Step,
    missing: tuple[str, ...],
    *,
    mail: Preview | None = None,
    task: TaskPreview | None = None,
    call: Request | None = None,
) -> StepPreview:
    sender = trial.sender
    return StepPreview(step.type, missing, sender.name, sender.email, mail, task, call)


def _task(title: str, message: str, values: Mapping[str, object]) -> TaskPreview:
    return TaskPreview(wording(title, values), wording(message, values))


def _filled(
    trial: Trial, step: Step, write: Callable[[Mapping[str, object]], Text]
) -> tuple[Text, tuple[str, ...]]:
    values = letters.known(
        trial.lead.variables,
        trial.lead.email,
        trial.lead.campaign_name,
        writer=writer_of(trial.sender),
        occasion=trial.occasion(step),
    )
    return letters.filled(values, write)
