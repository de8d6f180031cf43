"""Mails that belong to no step, sent one by one: a person's answer, and a test of a step."""

from pomelo.delivery.singles.errors import (
    AddressBounced,
    AddressUnsubscribed,
    AnswerEmpty,
    AnswerTangled,
    AnswerTooLong,
    CampaignWithoutSender,
    NothingToShow,
    Rehearsing,
    SubjectMissing,
    TooManyCopies,
)
from pomelo.delivery.singles.loop import Singles
from pomelo.delivery.singles.model import NewAnswer, Pen, StepTest, StepView, Words
from pomelo.delivery.singles.previews import StepPreview, preview
from pomelo.delivery.singles.trials import send_test
from pomelo.delivery.singles.writing import answer, read_words

__all__ = [
    "AddressBounced",
    "AddressUnsubscribed",
    "AnswerEmpty",
    "AnswerTangled",
    "AnswerTooLong",
    "CampaignWithoutSender",
    "NewAnswer",
    "NothingToShow",
    "Pen",
    "Rehearsing",
    "Singles",
    "StepPreview",
    "StepTest",
    "StepView",
    "SubjectMissing",
    "TooManyCopies",
    "Words",
    "answer",
    "preview",
    "read_words",
    "send_test",
]
