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
from pomelo.teams.contact_rules import (
    Cap,
    ContactRules,
    Days,
    get_contact_rules,
    set_contact_rules,
)
from pomelo.teams.errors import KeyNameMissing, KeyNotFound, TeamNotFound, UserBlocked, UserNotFound
from pomelo.teams.model import ApiKey, Caller, NewKey, Team, Uncertain, User
from pomelo.teams.store import lock, set_has_hooks, set_limit, set_new_leads_percent, set_paused

__all__ = [
    "ApiKey",
    "Caller",
    "Cap",
    "ContactRules",
    "Days",
    "KeyNameMissing",
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
    "get_contact_rules",
    "get_user",
    "list_all",
    "list_keys",
    "list_users",
    "lock",
    "rename",
    "revoke_key",
    "set_contact_rules",
    "set_has_hooks",
    "set_limit",
    "set_new_leads_percent",
    "set_paused",
    "set_uncertain",
]
