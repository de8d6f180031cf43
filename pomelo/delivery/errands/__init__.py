"""Errands: steps that are no mail, carried out by campaign and without a sender."""

from pomelo.delivery.errands.loop import Errands

__all__ = ["Errands"]
