"""From a step's wording to the exact bytes of a mail: headers, links, pixel and text part."""

from pomelo.letters.answers import Written, clean, html_of, write
from pomelo.letters.compose import (
    Composed,
    Envelope,
    Letter,
    StepContent,
    Thread,
    compose,
    header_id,
    show,
)
from pomelo.letters.dkim import DkimKey, new_pem, read_key, record, sign
from pomelo.letters.headers import HeadersTampered
from pomelo.letters.kept import Letters
from pomelo.letters.known import Occasion, Writer, filled, known, seed
from pomelo.letters.pages.nesting import is_tangled
from pomelo.letters.previews import Preview, preview
from pomelo.letters.targets import Target, target

__all__ = [
    "Composed",
    "DkimKey",
    "Envelope",
    "HeadersTampered",
    "Letter",
    "Letters",
    "Occasion",
    "Preview",
    "StepContent",
    "Target",
    "Thread",
    "Writer",
    "Written",
    "clean",
    "compose",
    "filled",
    "header_id",
    "html_of",
    "is_tangled",
    "known",
    "new_pem",
    "preview",
    "read_key",
    "record",
    "seed",
    "show",
    "sign",
    "target",
    "write",
]
