"""Copies of what was sent, put into the Sent folder where the mail server keeps none."""

from pomelo.inbound.copies.loop import Copier
from pomelo.inbound.copies.store import list_given_up

__all__ = ["Copier", "list_given_up"]
