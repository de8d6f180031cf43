"""The one table of operations; a section that is not in it is not served."""

from typing import Final

from pomelo.api import (
    activities,
    campaigns,
    email_accounts,
    exports,
    lead_lookups,
    lead_marks,
    lead_updates,
    lead_variables,
    leads,
    messages,
    meta,
    schedules,
    senders,
    sequences,
    team,
    team_senders,
    tracking,
    unsubscribe_variables,
    unsubscribes,
)
from pomelo.api.contract import AnyOperation

OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    *campaigns.OPERATIONS,
    *sequences.OPERATIONS,
    *schedules.OPERATIONS,
    *leads.OPERATIONS,
    *lead_updates.OPERATIONS,
    *lead_lookups.OPERATIONS,
    *lead_marks.OPERATIONS,
    *lead_variables.OPERATIONS,
    *activities.OPERATIONS,
    *unsubscribes.OPERATIONS,
    *unsubscribe_variables.OPERATIONS,
    *team.OPERATIONS,
    *team_senders.OPERATIONS,
    *email_accounts.OPERATIONS,
    *senders.OPERATIONS,
    *exports.OPERATIONS,
    *messages.OPERATIONS,
    *tracking.OPERATIONS,
    *meta.OPERATIONS,
)
