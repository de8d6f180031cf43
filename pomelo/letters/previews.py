"""A step's mail before it is sent: what it says, what is missing, and what is amiss."""

import msgspec

from pomelo.letters.answers import clean
from pomelo.letters.compose import Envelope, Letter, StepContent, compose
from pomelo.letters.known import filled
from pomelo.letters.pages.flaws import flaws
from pomelo.tracking import Signer


class Preview(msgspec.Struct, frozen=True):
    """A mail as a lead would get it.

    Attributes:
        subject: As a person reads it; what is missing stands in brackets, as everywhere here.
        html: Harmless HTML, links as they lead.
        text: The text part.
        missing: Variables that are shown and have no value.
        warnings: Facts that harm it, each a sentence.
    """

    subject: str
    html: str
    text: str
    missing: tuple[str, ...]
    warnings: tuple[str, ...]


def preview(content: StepContent, envelope: Envelope, signer: Signer) -> Preview:
    """Write a step's mail even if values are missing.

    Args:
        content: The step; what it tracks is left out.
        envelope: To whom it would go.
        signer: As in `compose`.

    Raises:
        TemplateInvalid: It cannot be written for anybody.
        VariableMissing: Too much is missing.
        OutputTooLarge: A part is larger than 1 MB.
    """
    bare = msgspec.structs.replace(content, track_opens=False, track_clicks=False)
    letter = Letter.compile(bare)
    mail, missing = filled(
        envelope.values,
        lambda values: compose(letter, msgspec.structs.replace(envelope, values=values), signer),
    )
    return Preview(
        subject=mail.subject,
        html=clean(mail.html)[0],
        text=mail.text,
        missing=missing,
        warnings=flaws(mail.html, is_wordless=letter.is_wordless),
    )
