"""How often people and companies are written to: the team's rules, asked before each mail."""

from pomelo.delivery.contacting.cleaning import TurnsCleaner
from pomelo.delivery.contacting.ruling import NOTHING_RULED, Ruling
from pomelo.delivery.contacting.store import hold_quotas, keep_turns, note_written, rule
from pomelo.delivery.contacting.waking import Waker

__all__ = [
    "NOTHING_RULED",
    "Ruling",
    "TurnsCleaner",
    "Waker",
    "hold_quotas",
    "keep_turns",
    "note_written",
    "rule",
]
