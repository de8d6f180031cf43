"""The demo's checks: they notice a wrong number, and only then."""

from collections.abc import Sequence

import pytest

from pomelo.demo import checks, expected
from pomelo.demo.checks import Check
from pomelo.demo.found import Found, read_table
from pomelo.demo.mailbag import Letter
from pomelo.demo.neighbours import ANNA, BEN, Explained, Neighbours
from pomelo.demo.people import REFUSED, cast, read_rows
from pomelo.demo.stage import DRAFTED, LEFT, REVIEWED, SKIPPED, Refusal
from pomelo.leads import LeadState

ROWS = read_rows(40)
PEOPLE = cast(ROWS)
STORY = expected.tell(PEOPLE)
NOBODY = {state.value: 0 for state in LeadState}


def _found(**otherwise: object) -> Found:
    right: dict[str, object] = {
        "states": STORY.states,
        "guests": NOBODY
        | {"scanned": len(LEFT), "reviewed": len(REVIEWED), "skipped": len(SKIPPED)},
        "next": NOBODY | {"imported": len(DRAFTED)},
        "failed": STORY.states["emailsBounced"],
        "file": b"",
        "people": [],
        "hits_of_machines": STORY.hits_of_machines,
        "unsubscribed": STORY.unsubscribed,
        "suppressed": STORY.suppressed,
        "uncertain": 0,
    }
    return Found(**{**right, **otherwise})  # type: ignore[arg-type]


def _wrong(results: Sequence[Check]) -> list[str]:
    return [check.name for check in results if not check.holds]


def _refusals() -> list[Refusal]:
    return [
        Refusal(row, 400, f"{REFUSED[row.number]} and more words") for row in ROWS if row.is_refused
    ]


def test_the_right_states_are_right() -> None:
    assert _wrong(checks.of_states(STORY, _found())) == []


def test_one_lead_in_another_state_is_noticed() -> None:
    states = STORY.states | {
        "hooked": STORY.states["hooked"] + 1,
        "contacted": STORY.states["contacted"] - 1,
    }

    wrong = _wrong(checks.of_states(STORY, _found(states=states)))

    assert wrong == ["leads that are contacted", "leads that are hooked"]


def test_a_state_that_nobody_reached_is_noticed() -> None:
    wrong = _wrong(checks.of_states(STORY, _found(next=NOBODY)))

    assert wrong == ["leads of the draft", "states that nobody reached"]


def test_rows_must_be_refused_with_the_right_words() -> None:
    refusals = _refusals()
    other = [Refusal(refusals[0].row, 500, "Something went wrong"), *refusals[1:]]

    assert _wrong(checks.of_rows(ROWS, refusals)) == []
    assert _wrong(checks.of_rows(ROWS, other)) != []
    assert _wrong(checks.of_rows(ROWS, refusals[1:])) != []


def _letter(recipient: str, number: int, **otherwise: str) -> Letter:
    first = f"<{recipient}.1>"
    fields = {
        "subject": "Hello" if number == 1 else "Re: Hello",
        "message_id": f"<{recipient}.{number}>",
        "in_reply_to": "" if number == 1 else first,
    } | otherwise
    return Letter(
        sender="", recipient=recipient, pixel="", links=(), leave="", has_one_click=True, **fields
    )


def _letters() -> dict[str, list[Letter]]:
    return {
        who: [_letter(who, number + 1) for number in range(count)]
        for who, count in STORY.mails_of.items()
    }


def test_the_right_mails_are_right() -> None:
    assert _wrong(checks.of_mails(STORY, _letters())) == []


def test_a_mail_too_many_is_noticed_even_when_another_is_missing() -> None:
    letters = _letters()
    silent, refused = (
        next(who for who, count in STORY.mails_of.items() if count == n) for n in (2, 0)
    )
    letters[refused] = [letters[silent].pop()]

    assert "people with more or fewer mails than due" in _wrong(checks.of_mails(STORY, letters))


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ({"in_reply_to": ""}, "second mails outside their thread"),
        ({"subject": "Hello"}, "second mails outside their thread"),
        ({"message_id": "<{who}.1>"}, "mails that came twice"),
    ],
)
def test_a_second_mail_must_continue_the_first(otherwise: dict[str, str], wrong: str) -> None:
    letters = _letters()
    who = next(who for who, count in STORY.mails_of.items() if count == 2)
    fields = {name: value.format(who=who) for name, value in otherwise.items()}
    letters[who][1] = _letter(who, 2, **fields)

    assert _wrong(checks.of_mails(STORY, letters)) == [wrong]


def test_a_formula_in_the_export_is_noticed_and_a_guarded_one_is_the_field_again() -> None:
    mallory = next(one for one in PEOPLE if one.variables.get("firstName") == "=1+1")
    header = "email,firstName\r\n"

    guarded = read_table(f"{header}{mallory.email},'=1+1\r\n".encode())
    bare = read_table(f"{header}{mallory.email},=1+1\r\n".encode())

    assert "cells that are formulas" not in _wrong(checks.of_export([mallory], guarded))
    assert "cells that are formulas" in _wrong(checks.of_export([mallory], bare))
    assert checks.unguarded(guarded[0]["firstName"]) == "=1+1"


def test_a_neighbour_in_the_other_branch_is_found() -> None:
    call, visit = ("phone", "Call Anna about the harvest."), ("manual", "Take Ben a pomelo.")
    held = Explained("openTask", "A person has a task open.")
    right = Neighbours({ANNA: [call], BEN: [visit]}, held)
    wrong = Neighbours({ANNA: [], BEN: [call]}, Explained("unknown", ""))

    assert _wrong(checks.of_neighbours(right)) == []
    assert _wrong(checks.of_neighbours(wrong)) == [
        "tasks of the neighbours",
        "what holds a neighbour",
    ]
