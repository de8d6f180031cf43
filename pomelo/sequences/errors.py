"""What can go wrong with sequences and steps."""

from pomelo.base.errors import Invalid, NotFound


class SequenceNotFound(NotFound):
    """Sequence not found"""


class StepNotFound(NotFound):
    """Step not found"""


class CampaignWithoutSequence(Invalid):
    """Campaign has no sequence"""


class StepInvalid(Invalid):
    """This step cannot be kept; compare it with the reference at /docs."""


class StepMissing(Invalid):
    """This campaign has no step; add one to its sequence before you start it."""


class AddingWhileRunning(Invalid):
    """You cannot add a step because the campaign is running; pause it first."""


class ChangingWhileRunning(Invalid):
    """You cannot change what a condition asks, or where leads are sent, while the campaign runs; pause it first."""  # noqa: E501


class DeletingWhileRunning(Invalid):
    """You cannot delete this step because the campaign is running"""


class RepliesUnset(Invalid):
    """It is not said how a sender's replies are read; set its replies to imap, pipe or none."""
