"""Errands: steps that are no mail, carried out by campaign and without a sender."""

from pomelo.delivery.errands.loop import Errands
from pomelo.delivery.errands.tasks import change_task, end_tasks

__all__ = ["Errands", "change_task", "end_tasks"]
