"""Mails in doubt: looked for in Sent folders, and settled by what proves that they were taken."""

from pomelo.inbound.settling.actions import explain
from pomelo.inbound.settling.loop import Settler

__all__ = ["Settler", "explain"]
