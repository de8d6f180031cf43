"""A due step is carried out: a mail is composed and sent, and what became of it is kept."""

from pomelo.delivery.desk import Desk
from pomelo.delivery.loop import Deliverer
from pomelo.delivery.settle import resolve
from pomelo.delivery.store import backlog

__all__ = [
    "Deliverer",
    "Desk",
    "backlog",
    "resolve",
]
