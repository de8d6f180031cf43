"""What can go wrong with schedules."""

from pomelo.base.errors import Invalid, NotFound


class ScheduleNotFound(NotFound):
    """Schedule not found"""


class ScheduleInvalid(Invalid):
    """The schedule's name or secondsToWait cannot be kept; choose another."""
