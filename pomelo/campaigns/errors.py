"""What can go wrong with campaigns."""

from pomelo.base.errors import Conflict, Invalid, NotFound


class CampaignNotFound(NotFound):
    """Campaign not found"""


class CampaignInvalid(Invalid):
    """The campaign's name or labels cannot be kept; choose others."""


class AlreadyRunning(Invalid):
    """You can't start campaigns that are already running."""


class NotRunning(Invalid):
    """You can't pause campaigns that are not running."""


class CampaignArchived(Invalid):
    """This campaign is archived; set archived to false before you start it."""


class SenderMissing(Invalid):
    """This campaign has no sender; name one with sendUserIds or senderIds first."""


class LastSender(Invalid):
    """A running campaign keeps at least one sender; pause it first."""


class ScheduleInUse(Conflict):
    """A campaign has no other schedule; attach another one to it first."""
