"""Every number that the people's script demands, beside the number that was found."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from pomelo.base.addresses import parse
from pomelo.base.errors import Invalid
from pomelo.demo.expected import Story
from pomelo.demo.found import Found, Ledger
from pomelo.demo.mailbag import Letter
from pomelo.demo.neighbours import ANNA, BEN, Neighbours
from pomelo.demo.people import REFUSED, Person, Row
from pomelo.demo.stage import DRAFTED, LEFT, REVIEWED, SKIPPED, Refusal
from pomelo.leads import LeadState

# What a spreadsheet would take for a formula, and the sign before it that prevents it.
TRIGGERS: Final = tuple("=@\t\r\0")
GUARD: Final = "'"


class Check(msgspec.Struct, frozen=True):
    """One thing that must be so."""

    name: str
    expected: object
    found: object

    @property
    def holds(self) -> bool:
        """Whether it is so."""
        return self.expected == self.found


def of_rows(rows: Sequence[Row], refused: Sequence[Refusal]) -> list[Check]:
    """Check which rows were refused, and with which words."""
    said = {refusal.row.number: refusal.sentence for refusal in refused}
    wanted = {row.number: REFUSED[row.number] for row in rows if row.is_refused}
    kept = {
        number: wanted[number]
        if number in wanted and sentence.startswith(wanted[number])
        else sentence
        for number, sentence in said.items()
    }
    return [Check("rows that were refused, and why", wanted, kept)]


def of_states(story: Story, found: Found) -> list[Check]:
    """Check the count of each state, and that all twelve and the alias are reached."""
    guests = {"scanned": len(LEFT), "reviewed": len(REVIEWED), "skipped": len(SKIPPED)}
    drafted = {"imported": len(DRAFTED)}
    reached = Counter(found.states) + Counter(found.guests) + Counter(found.next)
    return [
        *(Check(f"leads that are {s}", story.states[s], found.states[s]) for s in LeadState),
        Check("leads that are failed (the old name)", story.states["emailsBounced"], found.failed),
        Check("leads of the reviewed campaign", guests, _there(found.guests)),
        Check("leads of the draft", drafted, _there(found.next)),
        Check("states that nobody reached", [], [s.value for s in LeadState if not reached[s]]),
    ]


def of_numbers(story: Story, found: Found) -> list[Check]:
    """Check the funnel and what else the API counts."""
    here = funnel(found.people)
    return [
        *(Check(f"people who {step}", count, here[step]) for step, count in story.funnel.items()),
        Check("mails by the statistics", story.mails, sum_of(found.people, "sentCount")),
        Check("machines' opens and clicks", story.hits_of_machines, found.hits_of_machines),
        Check("unsubscribed addresses", story.unsubscribed, found.unsubscribed),
        Check("addresses that bounced", story.suppressed, found.suppressed),
        Check("mails of unknown fate", 0, found.uncertain),
    ]


def of_mails(story: Story, letters: Mapping[str, Sequence[Letter]]) -> list[Check]:
    """Check what the people's mail server took: who got how many, none twice, in one thread."""
    counts = {who: len(letters.get(who, ())) for who in story.mails_of}
    wrong = [who for who, count in counts.items() if count != story.mails_of[who]]
    ids = Counter(letter.message_id for all_ in letters.values() for letter in all_)
    strays = [pair[1].recipient for pair in letters.values() if not _is_thread(pair)]
    return [
        Check("mails that were delivered", story.mails, sum(map(len, letters.values()))),
        Check("people with more or fewer mails than due", [], wrong),
        Check("mails that came twice", [], [one for one, count in ids.items() if count > 1]),
        Check("second mails outside their thread", [], strays),
        Check("mails to strangers", [], sorted(set(letters) - set(story.mails_of))),
    ]


def of_ledger(story: Story, ledger: Ledger) -> list[Check]:
    """Check that each mail lies once in its sender's Sent folder, and nothing else of ours."""
    return [
        Check("mails in the senders' Sent folders", story.mails, ledger.matched),
        Check("mails that ledger and Sent folders do not share", [], ledger.differences),
    ]


def of_export(people: Sequence[Person], table: Sequence[Mapping[str, str]]) -> list[Check]:
    """Check that the file brings back every field as it was read, and no formula."""
    lines = {line["email"]: line for line in table}
    changed = [
        f"{person.email}: {name}"
        for person in people
        for name, value in person.variables.items()
        if unguarded(lines.get(_shown(person.email), {}).get(name, "")) != value
    ]
    cells = [cell for line in table for cell in line.values()]
    return [
        Check("lines of the export", len(people), len(table)),
        Check("fields that came back otherwise", [], changed),
        Check("cells that are formulas", [], [c for c in cells if c.startswith(TRIGGERS)]),
    ]


def of_neighbours(found: Neighbours) -> list[Check]:
    """Check which branch each one took, and what Anna is said to wait for."""
    tasks = {
        ANNA: [("phone", "Call Anna about the harvest.")],
        BEN: [("manual", "Take Ben a pomelo.")],
    }
    return [
        Check("tasks of the neighbours", tasks, found.tasks),
        Check("what holds a neighbour", "openTask", found.why.cause),
    ]


def of_faults(faults: Iterable[str], exit_status: int) -> list[Check]:
    """Check that nobody met an error and that the server ended in peace."""
    return [
        Check("people and machines that met an error", [], list(faults)),
        Check("exit status of the server", 0, exit_status),
    ]


def funnel(table: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """Count by the statistics how many people came how far."""
    steps = {
        "were written to": "contactedAt",
        "opened": "openedAt",
        "clicked": "clickedAt",
        "replied": "repliedAt",
        "are interested": "interestedAt",
    }
    reached = {step: sum(bool(line[at]) for line in table) for step, at in steps.items()}
    return {"leads": len(table), **reached}


def sum_of(table: Sequence[Mapping[str, str]], column: str) -> int:
    """Add up a column of numbers."""
    return sum(int(line[column] or 0) for line in table)


def unguarded(cell: str) -> str:
    """Take the sign away that keeps a spreadsheet from calculating."""
    return cell[1:] if cell.startswith(GUARD) else cell


def _shown(email: str) -> str:
    """Give an address as the server shows it; what is none stays as it is."""
    try:
        return parse(email).given
    except Invalid:
        return email


def _there(states: Mapping[str, int]) -> dict[str, int]:
    return {state: count for state, count in states.items() if count}


def _is_thread(letters: Sequence[Letter]) -> bool:
    if len(letters) != 2:
        return True
    first, second = letters
    return second.in_reply_to == first.message_id and second.subject == f"Re: {first.subject}"
