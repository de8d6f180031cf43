"""Mail that comes back: replies, bounces, out-of-office, complaints, unsubscribe mail."""

from pomelo.inbound.actions import Received, receive
from pomelo.inbound.bounces import kind_of_bounce
from pomelo.inbound.checkup import (
    IMAP_SUBJECT,
    MAIL_SUBJECT,
    CheckFinding,
    CheckUnderWay,
    Checkup,
    LastCheck,
    Level,
    Report,
    Timing,
    examine,
    list_last,
)
from pomelo.inbound.classify import understand
from pomelo.inbound.copies import Copier, list_given_up
from pomelo.inbound.imap import find_imap_fault
from pomelo.inbound.mailboxes import Mailboxes, Pace, list_troubled, read_anew, read_elsewhere
from pomelo.inbound.model import (
    BouncedRecipient,
    Candidate,
    MailKind,
    MatchRule,
    Parsed,
    Understood,
    Unreadable,
)
from pomelo.inbound.published import Answer, AskNames, ask_names
from pomelo.inbound.reader import Reader
from pomelo.inbound.reconciling import Account, Entry, reconcile
from pomelo.inbound.settling import Settler, explain

__all__ = [
    "IMAP_SUBJECT",
    "MAIL_SUBJECT",
    "Account",
    "Answer",
    "AskNames",
    "BouncedRecipient",
    "Candidate",
    "CheckFinding",
    "CheckUnderWay",
    "Checkup",
    "Copier",
    "Entry",
    "LastCheck",
    "Level",
    "MailKind",
    "Mailboxes",
    "MatchRule",
    "Pace",
    "Parsed",
    "Reader",
    "Received",
    "Report",
    "Settler",
    "Timing",
    "Understood",
    "Unreadable",
    "ask_names",
    "examine",
    "explain",
    "find_imap_fault",
    "kind_of_bounce",
    "list_given_up",
    "list_last",
    "list_troubled",
    "read_anew",
    "read_elsewhere",
    "receive",
    "reconcile",
    "understand",
]
