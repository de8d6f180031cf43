import pytest

from pomelo.letters.threads import Thread, references
from pomelo.messages import base_subject
from tests.letters.mails import FIRST_NAMES, header, letter, mail, parsed


def test_a_follow_up_goes_into_the_thread() -> None:
    thread = Thread(
        in_reply_to="<two@x.test>", references=("<one@x.test>",), subject="AW: Re[2]: Question"
    )

    composed = mail(letter(subject=""), thread=thread)

    assert composed.subject == header(composed.raw, "Subject") == "Re: Question"
    assert header(composed.raw, "In-Reply-To") == "<two@x.test>"
    assert header(composed.raw, "References") == "<one@x.test> <two@x.test>"
    assert parsed(composed.raw).keys() == [
        *FIRST_NAMES[:5], "In-Reply-To", "References", *FIRST_NAMES[5:],
    ]  # fmt: skip


def test_references_keep_the_first_and_the_last_nineteen() -> None:
    ids_before = tuple(f"<{number}@x.test>" for number in range(40))

    kept = references(Thread(in_reply_to="<40@x.test>", references=ids_before, subject="x"))

    assert kept == ("<0@x.test>", *(f"<{number}@x.test>" for number in range(22, 41)))


def test_an_id_from_outside_that_is_none_is_left_out() -> None:
    thread = Thread(
        in_reply_to="<a@b>\r\nBcc: <c@d>", references=("<ž@x>", "< a@b>", "", "<ok@x>"), subject="x"
    )

    raw = mail(letter(), thread=thread).raw

    assert "In-Reply-To" not in parsed(raw)
    assert header(raw, "References") == "<ok@x>"


@pytest.mark.parametrize(
    ("subject", "base"),
    [
        ("Hello", "Hello"),
        ("Re: Hello", "Hello"),
        ("RE : Fwd: re: Hello (fwd)", "Hello"),
        ("Antw: WG: Hello", "Hello"),
        ("Re[4]: SV: Hello", "Hello"),
        ("回复：Hello", "Hello"),
        ("Regarding: Hello", "Regarding: Hello"),
        ("", ""),
        ("Re: " * 5000, ""),
    ],
)
def test_marks_of_replies_are_taken_off(subject: str, base: str) -> None:
    assert base_subject(subject) == base
