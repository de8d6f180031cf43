"""What can go wrong with bulk edits."""

from pomelo.base.errors import Conflict, Invalid, NotFound


class EditNotFound(NotFound):
    """There is no such bulk edit; GET /api/campaigns/{campaignId}/bulk lists a campaign's."""


class EditEnded(Conflict):
    """This bulk edit has ended, so there is nothing to cancel; do the opposite instead."""


class SenderElsewhere(Invalid):
    """The campaign has no such sender; name one of its own in to, or none for any of them."""
