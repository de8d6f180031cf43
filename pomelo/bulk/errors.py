"""What can go wrong with bulk edits."""

from pomelo.base.errors import Conflict, Invalid, NotFound


class EditNotFound(NotFound):
    """There is no such bulk edit; GET /api/campaigns/{campaignId}/bulk lists a campaign's."""


class EditEnded(Conflict):
    """This bulk edit has ended, so there is nothing to cancel; do the opposite instead."""


class SenderElsewhere(Invalid):
    """The campaign has no such sender; give the id (usm_…) of one of its own in to, or none."""


class SenderUnasked(Invalid):
    """Only the action move takes a sender in to; leave it out."""
