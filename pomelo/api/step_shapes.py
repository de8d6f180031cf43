"""Steps on the wire: what is asked of one, and how it is shown."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final

import msgspec

from pomelo.base.ids import CampaignId, SequenceId, StepId
from pomelo.sequences import (
    Call,
    Condition,
    ConditionKey,
    DelayType,
    Handover,
    Kind,
    Mail,
    Method,
    RecordMode,
    Sequence,
    Step,
    StepInvalid,
    StepType,
    Task,
    kind_of,
)

DELAY: Final = (
    "Whole days; 0 for the first step and 1 for others when left out. Of a condition with "
    "`within`: how long it may take to come true"
)
MINUTES: Final = "Ours: so many minutes more than `delay`"
HEADERS: Final = "Ours: headers of a call, each a template"
# What a condition is called in the answers, where it holds and where not.
LABELS: Final = {
    ConditionKey.HAS_EMAIL_ADDRESS: ("Has an e-mail address", "Has no e-mail address"),
    ConditionKey.HAS_LINKEDIN_URL: ("Has a LinkedIn URL", "Has no LinkedIn URL"),
    ConditionKey.HAS_PHONE_NUMBER: ("Has a phone number", "Has no phone number"),
    ConditionKey.EMAILS_OPENED: ("Opened an e-mail", "Opened no e-mail"),
    ConditionKey.EMAILS_CLICKED: ("Clicked a link", "Clicked no link"),
    ConditionKey.EMAILS_UNSUBSCRIBED: ("Unsubscribed", "Did not unsubscribe"),
    ConditionKey.MEETING_BOOKED: ("Booked a meeting", "Booked no meeting"),
    ConditionKey.AIRCALL_DONE: ("Was called", "Was not called"),
}


class StepFields(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What a step may say; each type knows some of it. Texts are Liquid templates."""

    subject: Annotated[
        str | None, msgspec.Meta(description="Empty in a follow-up: it goes into the thread")
    ] = None
    message: Annotated[
        str | None,
        msgspec.Meta(description="HTML of a mail, text of a task, body of a call"),
    ] = None
    alt_message: str | None = None
    title: str | None = None
    method: Method | None = None
    url: str | None = None
    headers: Annotated[dict[str, str] | None, msgspec.Meta(description=HEADERS)] = None
    condition_key: ConditionKey | None = None
    delay_type: DelayType | None = None
    campaign_id: CampaignId | None = None
    images: list[str] | None = None
    videos: list[str] | None = None
    skill_name: str | None = None
    endorse_any_fallback: bool | None = None
    record_mode: RecordMode | None = None

    @property
    def given(self) -> dict[str, object]:
        """Give what is there, by the names of the kinds of step."""
        fields = {name: getattr(self, name) for name in StepFields.__struct_fields__}
        fields["key"] = fields.pop("condition_key")
        return {name: value for name, value in fields.items() if value is not None}


class StepBody(StepFields, frozen=True, rename="camel", kw_only=True):
    """A step to be added."""

    type: StepType
    index: Annotated[int, msgspec.Meta(description="0-based; -1 or too large appends")] = -1
    delay: Annotated[int | None, msgspec.Meta(description=DELAY)] = None
    delay_minutes: Annotated[int, msgspec.Meta(description=MINUTES)] = 0

    @property
    def kind(self) -> Kind:
        """Read what the step says.

        Raises:
            StepInvalid: What its type needs is missing.
        """
        try:
            return kind_of(self.type, self.given)
        except msgspec.ValidationError:
            needed = NEEDED.get(self.type, "other fields; compare it with the reference at /docs")
            raise StepInvalid(f"A step of the type {self.type} needs {needed}.") from None


NEEDED: Final = {
    StepType.API: "method and url",
    StepType.SEND_TO_ANOTHER_CAMPAIGN: "campaignId",
    StepType.CONDITIONAL: "conditionKey",
}


class StepPatch(StepFields, frozen=True, rename="camel", kw_only=True):
    """What may be changed of a step; what is left out or null stays. `type` is repeated."""

    type: StepType
    delay: int | None = None
    delay_minutes: int | None = None


class ShownBranch(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """A branch of a condition; `fallback` is taken where it does not hold."""

    sequence_id: SequenceId
    label: str
    key: ConditionKey | None = None
    delay: int | None = None
    delay_type: DelayType | None = None
    fallback: bool = False


class ShownStep(msgspec.Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """A step: `index` counts from 1, `sequenceStep` from 0, `delay` is in days."""

    id: StepId = msgspec.field(name="_id")
    type: StepType
    delay: int
    delay_minutes: int = 0
    email_template_id: str
    index: int
    sequence_id: SequenceId
    sequence_step: int
    subject: str | None = None
    message: str | None = None
    alt_message: str | None = None
    title: str | None = None
    method: Method | None = None
    url: str | None = None
    headers: dict[str, str] | None = None
    condition_key: ConditionKey | None = None
    delay_type: DelayType | None = None
    campaign_id: CampaignId | None = None
    images: tuple[str, ...] | None = None
    videos: tuple[str, ...] | None = None
    skill_name: str | None = None
    endorse_any_fallback: bool | None = None
    record_mode: RecordMode | None = None
    conditions: list[ShownBranch] | None = None


def show(step: Step, branches: Mapping[bool, SequenceId] | None = None) -> ShownStep:
    """Write a step as the API does.

    Args:
        step: The step.
        branches: Of a condition: its sequences, by whether they are the fallback.
    """
    return ShownStep(
        id=step.id,
        type=step.type,
        delay=step.delay_days,
        delay_minutes=step.delay_minutes,
        email_template_id=step.template_id,
        index=step.position + 1,
        sequence_id=step.sequence_id,
        sequence_step=step.position,
        **_said(step, branches or {}),
    )


def _said(step: Step, branches: Mapping[bool, SequenceId]) -> dict[str, Any]:
    match step.kind:
        case Mail(subject=subject, message=message):
            return {"subject": subject, "message": message}
        case Task() as task:
            # What a task does not say is left out.
            said = {name: value or None for name, value in msgspec.structs.asdict(task).items()}
            return {**said, "message": task.message}
        case Call(method=method, url=url, headers=headers, message=message):
            return {"method": method, "url": url, "headers": headers, "message": message}
        case Handover(campaign_id=campaign):
            return {"campaign_id": campaign}
        case Condition(key=key, delay_type=delay_type):
            return {
                "condition_key": key,
                "delay_type": delay_type,
                "conditions": _branches(step, key, delay_type, branches),
            }


def _branches(
    step: Step, key: ConditionKey, delay_type: DelayType, branches: Mapping[bool, SequenceId]
) -> list[ShownBranch]:
    holds, fails = LABELS[key]
    delay = step.delay_days if delay_type is DelayType.WITHIN else None
    return [
        ShownBranch(
            sequence_id=branches[False], label=holds, key=key, delay=delay, delay_type=delay_type
        ),
        ShownBranch(sequence_id=branches[True], label=fails, fallback=True),
    ]


def branches_of(sequences: Iterable[Sequence]) -> dict[StepId, dict[bool, SequenceId]]:
    """Give the branches of each condition, by whether they are the fallback."""
    found: dict[StepId, dict[bool, SequenceId]] = {}
    for one in sequences:
        if one.parent_step_id is not None:
            found.setdefault(one.parent_step_id, {})[bool(one.is_fallback)] = one.id
    return found
