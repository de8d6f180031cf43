"""Teams, their users and the API keys they call with; whoever calls is found here."""

from pomelo.teams.actions import (
    authenticate,
    create,
    create_key,
    get,
    get_user,
    list_all,
    list_keys,
    list_users,
    rename,
    revoke_key,
    set_uncertain,
)
from pomelo.teams.errors import KeyNotFound, TeamNotFound, UserBlocked, UserNotFound
from pomelo.teams.model import ApiKey, Caller, NewKey, Team, Uncertain, User

__all__ = [
    "ApiKey",
    "Caller",
    "KeyNotFound",
    "NewKey",
    "Team",
    "TeamNotFound",
    "Uncertain",
    "User",
    "UserBlocked",
    "UserNotFound",
    "authenticate",
    "create",
    "create_key",
    "get",
    "get_user",
    "list_all",
    "list_keys",
    "list_users",
    "rename",
    "revoke_key",
    "set_uncertain",
]
