"""What can be measured from outside: one registry, read by GET /metrics."""

from collections.abc import Callable
from functools import cache
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

REGISTRY: Final = CollectorRegistry(auto_describe=True)
CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_ROWS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500)

REQUESTS: Final = Counter(
    "pomelo_requests", "Requests answered.", ("operation", "status"), registry=REGISTRY
)
REQUEST_SECONDS: Final = Histogram(
    "pomelo_request_seconds",
    "From a request's headers to the last byte handed over.",
    ("operation",),
    buckets=_SECONDS,
    registry=REGISTRY,
)
GROUP_COMMIT_ROWS: Final = Histogram(
    "pomelo_group_commit_rows",
    "Writes that shared one transaction.",
    ("group",),
    buckets=_ROWS,
    registry=REGISTRY,
)
SENDS: Final = Counter(
    "pomelo_sends",
    "Mails by what became of them, in this process.",
    ("outcome",),
    registry=REGISTRY,
)
HITS_LOST: Final = Counter(
    "pomelo_hits_lost", "Opens and clicks that were answered and not recorded.", registry=REGISTRY
)
WAITING: Final = Gauge(
    "pomelo_leads_waiting", "Leads with a next step that nothing holds.", registry=REGISTRY
)
OLDEST_DUE: Final = Gauge(
    "pomelo_oldest_due_seconds",
    "How long the longest due step of a running campaign has been due.",
    registry=REGISTRY,
)
UNHEARD: Final = Gauge(
    "pomelo_senders_unheard",
    "Senders read by IMAP whose replies were not read of late; their follow-ups wait.",
    registry=REGISTRY,
)
PAUSED: Final = Gauge(
    "pomelo_senders_paused",
    "Senders that do not send, by why; new_leads: that write to nobody new.",
    ("reason",),
    registry=REGISTRY,
)
UNCERTAIN: Final = Gauge(
    "pomelo_messages_uncertain", "Mails whose fate a person must say.", registry=REGISTRY
)

HOOK_TRIES: Final = Counter(
    "pomelo_hook_tries",
    "Attempts to tell a hook something by what came of them, in this process.",
    ("outcome",),
    registry=REGISTRY,
)
HOOKS_WAITING: Final = Gauge(
    "pomelo_hook_deliveries_waiting", "What hooks are still to be told.", registry=REGISTRY
)


def count_request(operation: str, status: int, seconds: float) -> None:
    """Count an answered request.

    Args:
        operation: The operation's id; `none` for an unknown address.
        status: The answer's status.
        seconds: How long it took.
    """
    count, observe = _request(operation, status)
    count()
    observe(seconds)


@cache
def _request(operation: str, status: int) -> tuple[Callable[[], None], Callable[[float], None]]:
    """Look the two label sets up once; there are as many as operations and statuses."""
    counter = REQUESTS.labels(operation, str(status))
    return counter.inc, REQUEST_SECONDS.labels(operation).observe


def group_size(group: str) -> Callable[[int], None]:
    """Give what a group commit tells its batch sizes to."""
    return GROUP_COMMIT_ROWS.labels(group).observe


def page() -> bytes:
    """Write everything measured, in Prometheus' text format."""
    return generate_latest(REGISTRY)
