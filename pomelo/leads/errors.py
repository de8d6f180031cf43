"""What can go wrong with leads."""

from pomelo.base.errors import Conflict, Invalid, NotFound


class LeadNotFound(NotFound):
    """Lead not found"""


class AlreadyInCampaign(Invalid):
    """Lead already in the campaign"""


class AlreadyInOtherCampaign(Conflict):
    """Lead already in other campaign"""


class VariablesInvalid(Invalid):
    """The variables cannot be kept; use at most 256, each at most 64 KB."""


class VariablesExist(Invalid):
    """Variables already exist"""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"Variables {', '.join(names)} already exist")


class VariableNotFound(Invalid):
    """Variable not found"""


class AlreadyLaunched(Invalid):
    """Lead is already launched"""


class LeadIsPaused(Invalid):
    """The lead is paused; let it go on before you launch it."""
