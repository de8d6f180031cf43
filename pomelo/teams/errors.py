"""What can go wrong with teams, users and keys."""

from pomelo.base.errors import Forbidden, NotFound


class TeamNotFound(NotFound):
    """There is no such team; `pomelo team create` makes one."""


class UserNotFound(NotFound):
    """User not found"""


class KeyNotFound(NotFound):
    """There is no such key; `pomelo key list` shows a team's keys."""


class UserBlocked(Forbidden):
    """User linked to this API key is blocked"""
