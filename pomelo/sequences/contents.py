"""What a step may say, and where it goes: checked when it is written and before a start."""

from typing import Final

from pomelo.sequences.errors import StepInvalid
from pomelo.sequences.templates import TemplateInvalid, compile_template

SUBJECT_LIMIT: Final = 400
DELAY_LIMIT_DAYS: Final = 3650
STEPS_LIMIT: Final = 100


def check_content(subject: str, message: str, *, is_first: bool) -> None:
    """Refuse a wording that could not be sent.

    Args:
        subject: A template; a follow-up without one goes into the thread.
        message: A template of HTML.
        is_first: Whether the step opens the sequence.

    Raises:
        StepInvalid: A part is missing or too long.
        TemplateInvalid: A template does not compile; says which, where and why.

    Source:
        API reference 3.9 (400 characters).
    """
    if is_first and not subject.strip():
        raise StepInvalid("The first step needs a subject; only a follow-up can go without one.")
    if len(subject) > SUBJECT_LIMIT:
        raise StepInvalid(f"The subject is longer than {SUBJECT_LIMIT} characters; shorten it.")
    if not message.strip():
        raise StepInvalid("The e-mail has no message; write one.")
    _check_template("subject", subject)
    _check_template("message", message)


def check_delay(days: int) -> int:
    """Refuse a delay that is negative or longer than ten years.

    Raises:
        StepInvalid: It is.
    """
    if not 0 <= days <= DELAY_LIMIT_DAYS:
        raise StepInvalid(f"The delay is a whole number of days from 0 to {DELAY_LIMIT_DAYS}.")
    return days


def usual_delay(position: int) -> int:
    """Give the delay of a step that names none: the first goes at once, others a day later."""
    return 0 if position == 0 else 1


def place(index: int, count: int) -> int:
    """Give the 0-based place of a new step among `count` others.

    Raises:
        StepInvalid: The index is below -1, or there are 100 steps already.

    Source:
        API reference 3.9: -1 and what is beyond the end append.
    """
    if index < -1:
        raise StepInvalid("The index is 0 or more, or -1 for the end.")
    if count >= STEPS_LIMIT:
        raise StepInvalid(f"A sequence has at most {STEPS_LIMIT} steps.")
    return count if index == -1 else min(index, count)


def _check_template(part: str, source: str) -> None:
    try:
        compile_template(source, html=part == "message")
    except TemplateInvalid as error:
        raise TemplateInvalid(f"In the {part}: {error}") from error
