"""What is promised of understanding mail, on all planted mails."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pomelo.inbound.model import MailKind
from tests.inbound.corpus import corpus
from tests.inbound.corpus.page import page
from tests.inbound.corpus.scoring import (
    AUTOMATIC,
    BAR,
    Verdict,
    failures,
    judge,
    of_kinds,
    share,
    taken_for,
)
from tests.inbound.corpus.words import languages

PAGE = Path(__file__).parents[2] / "docs/inbound.md"

Good = Callable[[Verdict], bool]


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return [judge(planted) for planted in corpus()]


def test_the_corpus_is_large_and_of_every_kind_and_many_languages() -> None:
    kinds = Counter(planted.kind for planted in corpus())

    assert len(corpus()) >= 1_500
    assert set(kinds) == set(MailKind) - {MailKind.UNREADABLE}
    assert len(languages()) >= 12
    assert len({planted.raw for planted in corpus()}) == len(corpus())


def test_the_same_corpus_is_made_each_time() -> None:
    again = corpus.__wrapped__()

    assert again == corpus()


def test_bounces_and_automatic_answers_are_right_in_99_of_100(verdicts: list[Verdict]) -> None:
    for kind in AUTOMATIC:
        wrong = [one.planted.name for one in of_kinds(verdicts, {kind}) if not one.is_right]

        assert share(of_kinds(verdicts, {kind}), lambda one: one.is_right) >= BAR, wrong


def test_no_persons_answer_is_taken_for_a_machines(verdicts: list[Verdict]) -> None:
    assert taken_for(verdicts, AUTOMATIC) == []


def test_no_wish_to_unsubscribe_is_invented(verdicts: list[Verdict]) -> None:
    invented = [
        one.planted.name
        for one in verdicts
        if one.kind is MailKind.UNSUBSCRIBE and one.planted.kind is not MailKind.UNSUBSCRIBE
    ]

    assert invented == []


def test_the_page_tells_what_was_measured(verdicts: list[Verdict]) -> None:
    assert PAGE.read_text("utf-8") == page(verdicts), "run `make corpus`"


def test_all_promises_are_what_the_command_checks(verdicts: list[Verdict]) -> None:
    assert failures(verdicts) == []


@pytest.mark.parametrize(
    ("kinds", "is_good"),
    [
        ({MailKind.UNSUBSCRIBE}, lambda one: one.is_right),
        ({MailKind.COMPLAINT, MailKind.CALENDAR, MailKind.RECEIPT}, lambda one: one.is_right),
        ({MailKind.REPLY}, lambda one: one.is_clean),
        ({MailKind.AUTO_REPLY}, lambda one: one.is_dated),
        (set(MailKind) - {MailKind.COMPLAINT}, lambda one: one.is_traced),
    ],
    ids=["wishes", "other machines", "clean replies", "days of return", "ties to our mail"],
)
def test_the_rest_is_nearly_always_right(
    verdicts: list[Verdict], kinds: set[MailKind], is_good: Good
) -> None:
    wrong = [one.planted.name for one in of_kinds(verdicts, kinds) if not is_good(one)]

    assert share(of_kinds(verdicts, kinds), is_good) >= BAR, wrong
