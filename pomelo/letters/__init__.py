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
from pomelo.letters.dkim import DkimKey, new_pem, read_key, record, sign
from pomelo.letters.headers import HeadersTampered
from pomelo.letters.kept import Letters
from pomelo.letters.targets import target
from pomelo.letters.threads import base_subject

__all__ = [
    "Composed",
    "DkimKey",
    "Envelope",
    "HeadersTampered",
    "Letter",
    "Letters",
    "StepContent",
    "Thread",
    "base_subject",
    "compose",
    "header_id",
    "message_of",
    "new_pem",
    "read_key",
    "record",
    "sign",
    "target",
]
