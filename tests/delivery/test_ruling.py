"""Contact rules, in any order of people and days, against counting anew each time."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from pomelo.base.ids import ContactId, LeadId, TeamId
from pomelo.delivery.contacting.model import Known, Touched
from pomelo.delivery.contacting.ruling import Ruling, frees_at
from pomelo.delivery.model import HoldBack
from pomelo.teams import Cap, ContactRules
from tests.delivery.test_gate import DUE

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
DAY = timedelta(days=1)
CAPS = st.builds(Cap, st.integers(1, 4), st.integers(1, 5))
AGES = st.lists(st.floats(0, 6).map(lambda days: NOW - days * DAY), max_size=6).map(sorted)


def fits(cap: Cap, mails: list[datetime]) -> bool:
    """Count every window of the rule that ends with a mail."""
    span = timedelta(days=cap.days)
    return all(sum(end - span < at <= end for at in mails) <= cap.mails for end in mails)


@given(CAPS, AGES)
def test_the_moment_given_is_the_first_that_keeps_the_rule(cap: Cap, mails: list[datetime]) -> None:
    before: list[datetime] = []
    for at in mails:  # what may have happened under the rule
        if fits(cap, [*before, at]):
            before.append(at)

    moment = frees_at(cap, before, NOW)

    assert fits(cap, [*before, moment])
    assert moment == NOW or not fits(cap, [*before, moment - timedelta(microseconds=1)])


@given(CAPS, AGES, st.lists(st.floats(0, 20).map(lambda days: NOW + days * DAY), max_size=8))
def test_a_turn_is_the_first_that_disturbs_nobody_elses(
    cap: Cap, mails: list[datetime], planned: list[datetime]
) -> None:
    taken: list[datetime] = []
    for at in sorted([*mails, *planned]):
        if fits(cap, [*taken, at]):
            taken.append(at)

    turn = frees_at(cap, taken, NOW)

    earlier = [at for at in (NOW, *(one + cap.days * DAY for one in taken)) if NOW <= at < turn]
    assert fits(cap, sorted([*taken, turn]))
    assert not any(fits(cap, sorted([*taken, at])) for at in earlier)


def test_who_is_held_for_long_holds_up_no_colleague() -> None:
    rules = ContactRules(company=Cap(1, 2), version=1)
    new = Known(TeamId("tea"), LeadId("lea_new"), ContactId("ctc_new"), "hooli.com", False)
    touched = Touched(new.company_key, [], [NOW + 300 * DAY])
    facts = msgspec.structs.replace(
        DUE, team_id=new.team_id, lead_id=new.lead_id, contact_rules=rules
    )

    assert Ruling({(new.team_id, new.lead_id): new}, [touched], ()).ask(facts, NOW) is None


@given(CAPS, AGES, st.integers(1, 12))
def test_turns_given_to_colleagues_keep_the_rule_together(
    cap: Cap, mails: list[datetime], people: int
) -> None:
    sent: list[datetime] = []
    for at in mails:
        if fits(cap, [*sent, at]):
            sent.append(at)
    rules = ContactRules(company=cap, version=3)
    known = [
        Known(TeamId("tea"), LeadId(f"lea_{n}"), ContactId(f"ctc_{n}"), "hooli.com", False)
        for n in range(people)
    ]
    touched = Touched(known[0].company_key, [*sent])
    ruling = Ruling({(one.team_id, one.lead_id): one for one in known}, [touched], ())

    turns = []
    for one in known:
        facts = msgspec.structs.replace(
            DUE, team_id=one.team_id, lead_id=one.lead_id, contact_rules=rules
        )
        answer = ruling.ask(facts, NOW)
        if answer is None:
            ruling.note(facts, NOW)
        turns.append(NOW if answer is None else answer.until)

    assert all(answer is None or isinstance(answer, datetime) for answer in turns)
    assert fits(cap, sorted([*sent, *(turn for turn in turns if turn)]))
    assert turns == sorted(turn for turn in turns if turn)


def test_who_was_never_held_stands_behind_those_who_have_a_turn() -> None:
    rules = ContactRules(company=Cap(1, 2), version=1)
    new = Known(TeamId("tea"), LeadId("lea_new"), ContactId("ctc_new"), "hooli.com", False)
    held = Known(TeamId("tea"), LeadId("lea_held"), ContactId("ctc_held"), "hooli.com", True)
    touched = Touched(new.company_key, [], [NOW + DAY])

    def ask(one: Known) -> HoldBack | None:
        facts = msgspec.structs.replace(
            DUE, team_id=one.team_id, lead_id=one.lead_id, contact_rules=rules
        )
        return Ruling({(one.team_id, one.lead_id): one}, [touched], ()).ask(facts, NOW)

    assert ask(held) is None
    assert ask(new) == HoldBack(NOW + 3 * DAY, 1)
