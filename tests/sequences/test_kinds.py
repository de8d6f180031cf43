"""What a step may say, and the place it gets."""

import pytest

from pomelo.sequences import StepInvalid, TemplateInvalid
from pomelo.sequences.kinds import Mail, StepType, check_delay, check_kind, place, usual_delay

PLACES = [
    # index, steps there are, place
    (-1, 0, 0),
    (-1, 3, 3),
    (0, 3, 0),
    (2, 3, 2),
    (3, 3, 3),
    (99, 3, 3),
]


@pytest.mark.parametrize(("index", "count", "position"), PLACES)
def test_what_is_beyond_the_end_appends(index: int, count: int, position: int) -> None:
    assert place(index, count) == position


@pytest.mark.parametrize(("index", "count"), [(-2, 0), (0, 100), (-1, 100)])
def test_a_place_that_cannot_be_given(index: int, count: int) -> None:
    with pytest.raises(StepInvalid):
        place(index, count)


def test_the_first_step_goes_at_once_and_others_a_day_later() -> None:
    assert [usual_delay(StepType.EMAIL, position) for position in range(3)] == [0, 1, 1]


@pytest.mark.parametrize("days", [-1, 3651, 2**40])
def test_a_delay_has_bounds(days: int) -> None:
    with pytest.raises(StepInvalid):
        check_delay(days)


REFUSED = [
    # subject, message, whether it is the first, what the sentence says
    ("", "<p>Hi</p>", True, "first step needs a subject"),
    ("   ", "<p>Hi</p>", True, "first step needs a subject"),
    ("x" * 401, "<p>Hi</p>", True, "longer than 400"),
    ("Hello", "", True, "no message"),
    ("Hello", " \n", False, "no message"),
]


@pytest.mark.parametrize(("subject", "message", "is_first", "sentence"), REFUSED)
def test_a_part_that_is_missing_or_too_long(
    subject: str, message: str, is_first: bool, sentence: str
) -> None:
    with pytest.raises(StepInvalid, match=sentence):
        check_kind(StepType.EMAIL, Mail(subject, message), opens=is_first)


def test_a_follow_up_goes_into_the_thread_without_a_subject() -> None:
    check_kind(StepType.EMAIL, Mail("", "<p>Any news?</p>"), opens=False)


def test_a_broken_template_is_named_with_its_line() -> None:
    with pytest.raises(TemplateInvalid, match=r"^In the message: Line 2 of the template: "):
        check_kind(StepType.EMAIL, Mail("Hello", "<p>Hi</p>\n{{ firstName"), opens=True)
    with pytest.raises(TemplateInvalid, match=r"^In the subject: Line 1 of the template: "):
        check_kind(StepType.EMAIL, Mail("{% for x in y %}", "<p>Hi</p>"), opens=True)
