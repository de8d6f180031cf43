"""Opens and clicks: signed links, who fetched them, and what that means for a lead."""

from pomelo.tracking.hits import Hit, record
from pomelo.tracking.robots import Visit, machine
from pomelo.tracking.tokens import CLICK, MESSAGE, OPEN, UNSUBSCRIBE, Signer

__all__ = [
    "CLICK",
    "MESSAGE",
    "OPEN",
    "UNSUBSCRIBE",
    "Hit",
    "Signer",
    "Visit",
    "machine",
    "record",
]
