"""Mail that comes back: replies, bounces, out-of-office, complaints, unsubscribe mail."""

from pomelo.inbound.actions import Received, receive
from pomelo.inbound.bounces import kind_of_bounce
from pomelo.inbound.classify import understand
from pomelo.inbound.imap import find_imap_fault
from pomelo.inbound.model import (
    BouncedRecipient,
    Candidate,
    MailKind,
    MatchRule,
    Parsed,
    Understood,
    Unreadable,
)
from pomelo.inbound.reader import Reader

__all__ = [
    "BouncedRecipient",
    "Candidate",
    "MailKind",
    "MatchRule",
    "Parsed",
    "Reader",
    "Received",
    "Understood",
    "Unreadable",
    "find_imap_fault",
    "kind_of_bounce",
    "receive",
    "understand",
]
