"""A due step is carried out: a mail is composed and sent, and what became of it is kept."""

from pomelo.delivery.desk import Desk
from pomelo.delivery.drafts import values_of
from pomelo.delivery.errands import Errands, change_task, end_tasks
from pomelo.delivery.health import brake
from pomelo.delivery.loop import Deliverer
from pomelo.delivery.settle import resolve
from pomelo.delivery.singles import (
    AddressBounced,
    AnswerEmpty,
    AnswerTooLong,
    CampaignWithoutSender,
    NewAnswer,
    Pen,
    Rehearsing,
    Singles,
    StepTest,
    SubjectMissing,
    TooManyCopies,
    answer,
    send_test,
)
from pomelo.delivery.store import backlog

__all__ = [
    "AddressBounced",
    "AnswerEmpty",
    "AnswerTooLong",
    "CampaignWithoutSender",
    "Deliverer",
    "Desk",
    "Errands",
    "NewAnswer",
    "Pen",
    "Rehearsing",
    "Singles",
    "StepTest",
    "SubjectMissing",
    "TooManyCopies",
    "answer",
    "backlog",
    "brake",
    "change_task",
    "end_tasks",
    "resolve",
    "send_test",
    "values_of",
]
