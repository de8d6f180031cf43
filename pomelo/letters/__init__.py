"""From a step's wording to the exact bytes of a mail: headers, links, pixel and text part."""

from pomelo.letters.compose import (
    Composed,
    Envelope,
    Letter,
    StepContent,
    Thread,
    compose,
    header_id,
    message_of,
)
from pomelo.letters.headers import HeadersTampered
from pomelo.letters.threads import base_subject

__all__ = [
    "Composed",
    "Envelope",
    "HeadersTampered",
    "Letter",
    "StepContent",
    "Thread",
    "base_subject",
    "compose",
    "header_id",
    "message_of",
]
