"""The list of domains, ground floor first: the order in which their tables are made."""

from typing import Final

DOMAINS: Final = (
    "base",
    "teams",
    "senders",
    "schedules",
    "contacts",
    "unsubscribes",
    "campaigns",
    "sequences",
    "leads",
    "messages",
    "tasks",
    "activities",
    "tracking",
    "delivery",
    "inbound",
    "bulk",
    "exports",
    "hooks",
    "inbox",
    "api",
)
