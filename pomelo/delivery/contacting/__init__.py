"""How often people and companies are written to: the team's rules, asked before each mail."""

from pomelo.delivery.contacting.ruling import NOTHING_RULED, Ruling
from pomelo.delivery.contacting.store import hold_quotas, rule
from pomelo.delivery.contacting.waking import Waker

__all__ = ["NOTHING_RULED", "Ruling", "Waker", "hold_quotas", "rule"]
