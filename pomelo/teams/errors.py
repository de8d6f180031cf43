"""What can go wrong with teams, users and keys."""

from pomelo.base.errors import Forbidden, Invalid, NotFound


class TeamNotFound(NotFound):
    """There is no such team; `pomelo team create` makes one."""


class UserNotFound(NotFound):
    """User not found"""


class KeyNameMissing(Invalid):
    """A key needs a name that tells what it is for; give it one that can be seen, such as n8n."""


class KeyNotFound(NotFound):
    """There is no such key; `pomelo key list` shows a team's keys."""


class UserBlocked(Forbidden):
    """User linked to this API key is blocked"""
