"""Where steps stand, and what comes after each: pure functions over a campaign's outline.

A branch that is at its end goes on after its condition, if anything stands there.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from pomelo.base.ids import CampaignId, SequenceId, StepId, TeamId
from pomelo.sequences.errors import StepInvalid
from pomelo.sequences.kinds.model import StepType

STEPS_LIMIT: Final = 100
LEVELS_LIMIT: Final = 10


class Outline(msgspec.Struct, frozen=True):
    """A step without its wording.

    Attributes:
        level: How deep its sequence is; 0 is the main one.
        parent_step_id: The condition whose branch its sequence is.
        is_fallback: Which of the two branches.
        id: The step; None where its sequence is empty.
    """

    team_id: TeamId
    campaign_id: CampaignId
    sequence_id: SequenceId
    level: int
    parent_step_id: StepId | None
    is_fallback: bool | None
    id: StepId | None
    type: StepType | None
    position: int | None
    delay_days: int | None
    delay_minutes: int | None
    version: int | None


class Spot(msgspec.Struct, frozen=True):
    """A step at its place.

    Attributes:
        branch: The sequence it is in; None is the main one, as leads say it.
        position: 0-based place in that sequence.
        before: The step before it in that sequence, if there is one.
    """

    step: StepId
    type: StepType
    branch: SequenceId | None
    position: int
    before: StepId | None
    delay_days: int
    delay_minutes: int
    version: int

    @property
    def waits_days(self) -> int:
        """After how many days it is due; a condition is looked at once, and then waits."""
        return 0 if self.type is StepType.CONDITIONAL else self.delay_days

    @property
    def waits_minutes(self) -> int:
        """After how many minutes more."""
        return 0 if self.type is StepType.CONDITIONAL else self.delay_minutes

    @property
    def needs_sender(self) -> bool:
        """Whether it is a mail."""
        return self.type is StepType.EMAIL


class Structure:
    """A campaign's steps by place.

    Args:
        outlines: All of its steps, in any order; sequences without steps among them.
    """

    def __init__(self, outlines: Iterable[Outline]) -> None:
        self._spots: dict[SequenceId | None, list[Spot]] = {}
        self._parents: dict[SequenceId | None, StepId] = {}
        self._branches: dict[tuple[StepId, bool], SequenceId] = {}
        self._of_step: dict[StepId, Spot] = {}
        for one in sorted(outlines, key=lambda one: (one.level, one.position or 0)):
            self._take(one)

    def _take(self, one: Outline) -> None:
        branch = one.sequence_id if one.level else None
        if branch is not None and one.parent_step_id is not None:
            self._parents[branch] = one.parent_step_id
            self._branches[one.parent_step_id, bool(one.is_fallback)] = branch
        spots = self._spots.setdefault(branch, [])
        if one.id is None or one.type is None:
            return
        spot = Spot(
            step=one.id,
            type=one.type,
            branch=branch,
            position=one.position or 0,
            before=spots[-1].step if spots else None,
            delay_days=one.delay_days or 0,
            delay_minutes=one.delay_minutes or 0,
            version=one.version or 1,
        )
        spots.append(spot)
        self._of_step[spot.step] = spot

    def at(self, branch: SequenceId | None, position: int) -> Spot | None:
        """Give what stands at a place."""
        spots = self._spots.get(branch, [])
        return spots[position] if 0 <= position < len(spots) else None

    def length(self, branch: SequenceId | None) -> int:
        """Count the steps of a sequence."""
        return len(self._spots.get(branch, []))

    def after(self, branch: SequenceId | None, position: int) -> Spot | None:
        """Give what comes after a place: the next step, or at a branch's end what follows it."""
        found = self.at(branch, position + 1)
        parent = self._parents.get(branch)
        if found is not None or parent is None:
            return found
        condition = self._of_step[parent]
        return self.after(condition.branch, condition.position)

    def chosen(self, condition: Spot, *, holds: bool) -> Spot | None:
        """Give what comes after a condition that was decided: its branch, or what follows it."""
        branch = self._branches.get((condition.step, not holds))
        first = self.at(branch, 0) if branch is not None else None
        return first or self.after(condition.branch, condition.position)

    def branch_of(self, condition: StepId, *, holds: bool) -> SequenceId | None:
        """Give the sequence that is taken when a condition holds, or when it does not."""
        return self._branches.get((condition, not holds))

    def opens(self, branch: SequenceId | None, position: int) -> bool:
        """Tell whether no mail comes before a place, on any way to it."""
        before = self._spots.get(branch, [])[:position]
        if any(spot.type is StepType.EMAIL for spot in before):
            return False
        parent = self._parents.get(branch)
        if parent is None:
            return True
        condition = self._of_step[parent]
        return self.opens(condition.branch, condition.position)

    @property
    def spots(self) -> list[Spot]:
        """All steps: the main sequence, then branch by branch."""
        return [spot for spots in self._spots.values() for spot in spots]

    @property
    def is_followed_up(self) -> bool:
        """Whether somebody may get a second mail."""
        mails = [spot for spot in self.spots if spot.type is StepType.EMAIL]
        return any(not self.opens(mail.branch, mail.position) for mail in mails)


def usual_delay(step: StepType, position: int) -> int:
    """Give the delay of a step that names none: the first goes at once, others a day later."""
    return 0 if position == 0 and step is not StepType.CONDITIONAL else 1


def place(index: int, count: int) -> int:
    """Give the 0-based place of a new step among `count` others.

    Raises:
        StepInvalid: The index is below -1, or there are 100 steps already.

    Source:
        API reference 3.9: -1 and what is beyond the end append.
    """
    if index < -1:
        raise StepInvalid("The index is 0 or more, or -1 for the end.")
    if count >= STEPS_LIMIT:
        raise StepInvalid(f"A sequence has at most {STEPS_LIMIT} steps.")
    return count if index == -1 else min(index, count)
