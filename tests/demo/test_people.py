"""The demo's people: the file has what real files have, and the expected numbers agree."""

import pytest

from pomelo.base.addresses import parse
from pomelo.base.errors import Invalid
from pomelo.demo import expected
from pomelo.demo.people import EVERYBODY, REFUSED, ROLES, Deed, Role, cast, read_rows
from pomelo.leads import ActivityType, LeadState, StopRules, after, stops

ROWS = read_rows()
PEOPLE = cast(ROWS)
# What each deed of a person makes the server record, if it records anything that counts.
RECORDED = {
    Deed.OPEN: ActivityType.EMAILS_OPENED,
    Deed.OPEN_BY_PROXY: ActivityType.EMAILS_OPENED,
    Deed.CLICK: ActivityType.EMAILS_CLICKED,
    Deed.REPLY: ActivityType.EMAILS_REPLIED,
    Deed.AWAY: ActivityType.EMAILS_AUTO_REPLIED,
    Deed.RETURN: ActivityType.EMAILS_BOUNCED,
    Deed.DELAY: ActivityType.EMAILS_DELAYED,
    Deed.LEAVE: ActivityType.EMAILS_UNSUBSCRIBED,
    Deed.LEAVE_BY_MAIL: ActivityType.EMAILS_UNSUBSCRIBED,
}
MARKS = {
    True: ActivityType.MANUAL_INTERESTED,
    False: ActivityType.MANUAL_NOT_INTERESTED,
}


def _facts(role: Role) -> list[ActivityType]:
    """Everything that must be recorded for a role, by the rules of the product."""
    if role.refusal is not None and role.refusal.reply.startswith("5"):
        return [ActivityType.EMAILS_BOUNCED]
    facts: list[ActivityType] = []
    for deeds in (role.first, role.second):
        if any(stops(fact, StopRules()) for fact in facts):
            break
        facts.append(ActivityType.EMAILS_SENT)
        facts += [RECORDED[deed] for deed in deeds if deed in RECORDED]
        if role.is_marked is not None:
            facts.append(MARKS[role.is_marked])
    return facts


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.name)
def test_a_role_ends_where_the_rules_of_states_lead(role: Role) -> None:
    state = LeadState.IMPORTED
    facts = _facts(role)

    for fact in facts:
        state = after(state, fact)

    assert state is role.ends_as
    assert facts.count(ActivityType.EMAILS_SENT) == role.mails


def test_there_are_two_hundred_people_and_a_few_rows_that_are_none() -> None:
    assert len(PEOPLE) == EVERYBODY == sum(role.count for role in ROLES)
    assert len(ROWS) == EVERYBODY + len(REFUSED)
    assert len({person.wire for person in PEOPLE}) == EVERYBODY


def test_the_rows_that_are_refused_are_repeated_or_no_addresses() -> None:
    seen: set[str] = set()
    for row in ROWS:
        try:
            key = parse(row.email).key
        except Invalid:
            assert "not valid" in REFUSED[row.number]
            continue
        assert (key in seen) == row.is_refused, row
        seen.add(key)


def test_the_file_has_what_real_files_have() -> None:
    text = "".join(value for row in ROWS[:32] for value in row.variables.values())
    addresses = "".join(row.email for row in ROWS)

    for odd in ("ü", "🌸", '"', "'", "\n", "\r\n", "\t", "<script>"):
        assert odd in text
    assert "ß" in addresses
    assert any(v.startswith("=") for row in ROWS for v in row.variables.values())
    assert all(row.email.lower().endswith(".example") for row in ROWS)


def test_expected_numbers_add_up() -> None:
    story = expected.tell(PEOPLE)

    assert sum(story.states.values()) == story.leads == EVERYBODY
    assert story.mails == sum(story.mails_of.values())
    assert list(story.states) == [state.value for state in LeadState]
    steps = list(story.funnel.values())
    assert steps[0] > steps[1] > max(steps[2:])
    assert story.unsubscribed == story.states["emailsUnsubscribed"]


@pytest.mark.parametrize("amount", [len(ROLES), 40, EVERYBODY])
def test_few_people_show_every_role(amount: int) -> None:
    rows = read_rows(amount)

    people = cast(rows)

    assert len(people) == amount
    assert {person.role.name for person in people} == {role.name for role in ROLES}
    assert people == PEOPLE[:amount]
