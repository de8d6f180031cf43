"""A due step is carried out: a mail is composed and sent, and what became of it is kept."""

from pomelo.delivery.contacting import TurnsCleaner, rule
from pomelo.delivery.desk import Desk
from pomelo.delivery.drafts import fault_of
from pomelo.delivery.errands import Errands, change_task, end_tasks
from pomelo.delivery.gate import decide
from pomelo.delivery.health import brake
from pomelo.delivery.loop import Deliverer, shifts
from pomelo.delivery.model import Decision, Facts, HoldBack, InDoubt, Stop, WaitFor
from pomelo.delivery.plan import Shift
from pomelo.delivery.settle import resolve, suppressed
from pomelo.delivery.singles import (
    AddressBounced,
    AddressUnsubscribed,
    AnswerEmpty,
    AnswerTangled,
    AnswerTooLong,
    CampaignWithoutSender,
    NewAnswer,
    NothingToShow,
    Pen,
    Rehearsing,
    Singles,
    StepPreview,
    StepTest,
    StepView,
    SubjectMissing,
    TooManyCopies,
    answer,
    preview,
    read_words,
    send_test,
)
from pomelo.delivery.store import backlog, load

__all__ = [
    "AddressBounced",
    "AddressUnsubscribed",
    "AnswerEmpty",
    "AnswerTangled",
    "AnswerTooLong",
    "CampaignWithoutSender",
    "Decision",
    "Deliverer",
    "Desk",
    "Errands",
    "Facts",
    "HoldBack",
    "InDoubt",
    "NewAnswer",
    "NothingToShow",
    "Pen",
    "Rehearsing",
    "Shift",
    "Singles",
    "StepPreview",
    "StepTest",
    "StepView",
    "Stop",
    "SubjectMissing",
    "TooManyCopies",
    "TurnsCleaner",
    "WaitFor",
    "answer",
    "backlog",
    "brake",
    "change_task",
    "decide",
    "end_tasks",
    "fault_of",
    "load",
    "preview",
    "read_words",
    "resolve",
    "rule",
    "send_test",
    "shifts",
    "suppressed",
]
