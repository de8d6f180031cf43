"""Shapes of sequences, their steps, and every wording a step ever had."""

from datetime import datetime

import msgspec

from pomelo.base.ids import CampaignId, SequenceId, StepId, TeamId
from pomelo.sequences.kinds import Kind, StepType, kind_of


class Sequence(msgspec.Struct, frozen=True):
    """Steps in order.

    Attributes:
        level: 0 for a campaign's main sequence.
        parent_step_id: The condition whose branch it is.
        parent_id: The sequence of that condition.
        parent_position: The condition's 0-based place there.
        is_fallback: Whether it is taken when the condition does not hold.
    """

    team_id: TeamId
    id: SequenceId
    campaign_id: CampaignId
    level: int
    parent_step_id: StepId | None
    parent_id: SequenceId | None
    parent_position: int | None
    is_fallback: bool | None
    created_at: datetime

    @property
    def branch(self) -> SequenceId | None:
        """Give it as leads name it: the main sequence has no name there."""
        return self.id if self.level else None


class Step(msgspec.Struct, frozen=True):
    """A step as it is sent now.

    Attributes:
        position: 0-based place in the sequence.
        delay_days: Days after the step before; of the first one, after the lead came in; of a
            condition, how long it may take to come true.
        delay_minutes: So many minutes more.
        number: Its number in the statistics, from 1; None before the campaign's first start.
        subject: What a mail says; see `kind` for all that a step says.
        message: The same.
        content: The same, by the names of `kinds.model`.
    """

    team_id: TeamId
    id: StepId
    sequence_id: SequenceId
    campaign_id: CampaignId
    type: StepType
    position: int
    delay_days: int
    delay_minutes: int
    number: int | None
    template_id: str
    version: int
    subject: str
    message: str
    content: dict[str, object]
    created_at: datetime

    @property
    def kind(self) -> Kind:
        """What it says."""
        return kind_of(
            self.type, {"subject": self.subject, "message": self.message, **self.content}
        )


class StepVersion(msgspec.Struct, frozen=True):
    """A wording of a step; never changed, kept for ever."""

    team_id: TeamId
    step_id: StepId
    version: int
    campaign_id: CampaignId
    subject: str
    message: str
    content: dict[str, object]
    created_at: datetime


class NewStep(msgspec.Struct, frozen=True):
    """A step to be added.

    Attributes:
        type: What it does.
        kind: What it says.
        index: 0-based place; negative or beyond the end appends.
        delay_days: None for the usual: at once for the first step, a day for others.
        delay_minutes: So many minutes more.
    """

    type: StepType
    kind: Kind
    index: int = -1
    delay_days: int | None = None
    delay_minutes: int = 0


class StepChanges(msgspec.Struct, frozen=True):
    """New values of a step; what is None, or not among the fields, stays."""

    fields: dict[str, object] = {}
    delay_days: int | None = None
    delay_minutes: int | None = None


class MainSequence(msgspec.Struct, frozen=True):
    """Which sequence is a campaign's main one."""

    campaign_id: CampaignId
    id: SequenceId
