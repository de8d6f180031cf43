"""Opens and clicks: signed links, who fetched them, and what that means for a lead."""

from pomelo.tracking.hits import AGENT_LETTERS, Hit, record
from pomelo.tracking.recorder import Recorder
from pomelo.tracking.robots import Visit, machine
from pomelo.tracking.tokens import (
    CHECK,
    CLICK,
    MESSAGE,
    OPEN,
    UNSUBSCRIBE,
    Signer,
    message_of,
    token_of,
)

__all__ = [
    "AGENT_LETTERS",
    "CHECK",
    "CLICK",
    "MESSAGE",
    "OPEN",
    "UNSUBSCRIBE",
    "Hit",
    "Recorder",
    "Signer",
    "Visit",
    "machine",
    "message_of",
    "record",
    "token_of",
]
