"""What is known about a lead whose next step is no mail, and what can be decided about it."""

from datetime import datetime
from typing import TypeAlias

import msgspec

from pomelo.base.ids import (
    CampaignId,
    ContactId,
    LeadId,
    SenderId,
    SequenceId,
    StepId,
    TeamId,
    UserId,
)
from pomelo.leads import ActivityType, Awaited, Hold, WaitsFor
from pomelo.schedules import LeadZones, Window
from pomelo.sequences import ConditionKey, Kind, Spot
from pomelo.tasks import TaskState


class Person(msgspec.Struct, frozen=True):
    """What is a claimed lead's own, as the database has it.

    Attributes:
        released_at: Since when anything could be done for it: its campaign had been started, and
            it had been launched.
        was_called: A call with it was made.
        hours_version: Which hours are its campaign's, counted; read before these are.
        owner: Who has its tasks: its sender's user, else who made the campaign.
        tries: How often the call of this step was tried.
        task: How far this step's task is; None where there is none.
        task_ended_at: When it was done or ignored.
    """

    team_id: TeamId
    lead_id: LeadId
    campaign_id: CampaignId
    sender_id: SenderId | None
    email: str
    variables: dict[str, object]
    due_at: datetime | None
    is_paused: bool
    stopped_by: str | None
    waits_for: str | None
    awaits: Awaited | None
    awaits_until: datetime | None
    opened_at: datetime | None
    clicked_at: datetime | None
    unsubscribed_at: datetime | None
    meeting_booked_at: datetime | None
    released_at: datetime | None
    was_called: bool
    campaign_name: str
    timezone: str
    lead_zones: LeadZones
    hours_version: int
    is_running: bool
    sender_name: str
    sender_email: str
    sender_variables: dict[str, str]
    contact_id: ContactId
    owner: UserId
    tries: int
    task: TaskState | None
    task_ended_at: datetime | None


class Errand(msgspec.Struct, frozen=True):
    """A claimed lead and its step.

    Attributes:
        hold: The claim.
        person: What is the lead's own.
        branch: Where it stands; None is the main sequence.
        position: Where in it.
        spot: The step there; None at the end of all steps.
        kind: What that step says.
        next: What comes after it.
        holds: What comes after a condition that holds.
        fails: What comes after one that does not.
        windows: The campaign's hours, on the lead's own clocks where the campaign says so.
    """

    hold: Hold
    person: Person
    branch: SequenceId | None
    position: int
    spot: Spot | None
    kind: Kind | None
    next: Spot | None
    holds: Spot | None
    fails: Spot | None
    windows: tuple[Window, ...]

    @property
    def step_id(self) -> StepId | None:
        """The step that is due."""
        return self.spot.step if self.spot else None


class Choose(msgspec.Struct, frozen=True):
    """A condition is decided: the lead takes a branch."""

    key: ConditionKey
    does_hold: bool


class Await(msgspec.Struct, frozen=True):
    """A condition may still come true: until then, or for ever."""

    awaits: Awaited
    until: datetime | None


class Later(msgspec.Struct, frozen=True):
    """Not before an instant."""

    until: datetime


class OutOfHours(msgspec.Struct, frozen=True):
    """Not before its campaign's hours, or until these are others."""

    until: datetime


class Park(msgspec.Struct, frozen=True):
    """Not before something has happened."""

    waits_for: WaitsFor


class Stop(msgspec.Struct, frozen=True):
    """The sequence ends for this lead."""

    because: ActivityType


class Free(msgspec.Struct, frozen=True):
    """It changed since it was claimed: hand it back as it is."""


class Divert(msgspec.Struct, frozen=True):
    """Its step is a mail: senders take it."""


class Finish(msgspec.Struct, frozen=True):
    """There is no further step."""


class HandOver(msgspec.Struct, frozen=True):
    """The lead goes to another campaign."""

    campaign_id: CampaignId


class MakeTask(msgspec.Struct, frozen=True):
    """A person is told what to do."""


class GoOn(msgspec.Struct, frozen=True):
    """The step was carried out, then."""

    done_at: datetime


class MakeCall(msgspec.Struct, frozen=True):
    """Another system is called."""


Decision: TypeAlias = (
    Choose
    | Await
    | Later
    | OutOfHours
    | Park
    | Stop
    | Free
    | Divert
    | Finish
    | HandOver
    | MakeTask
    | GoOn
    | MakeCall
)
