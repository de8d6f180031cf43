"""Random campaigns, and what happens in them: small trees of steps, and a list of events."""

from datetime import timedelta
from typing import Any, Final, NamedTuple, TypeAlias

from hypothesis import strategies as st

TICKS: Final = 40
"""Half days."""
TICK: Final = timedelta(hours=12)
NOBODY: Final = -1


class Mail(NamedTuple):
    """A mail, so many days after the step before."""

    name: str
    delay: int


class Task(NamedTuple):
    """Something for a person to do."""

    name: str
    delay: int


class Call(NamedTuple):
    """A call of another system."""

    name: str
    delay: int


class Over(NamedTuple):
    """The lead goes to another campaign; nothing comes after it."""

    delay: int


class Fork(NamedTuple):
    """A condition; `within` days, or None: until it happens."""

    key: str
    within: int | None
    yes: "tuple[Node, ...]"
    no: "tuple[Node, ...]"


Node: TypeAlias = Mail | Task | Call | Over | Fork


class Event(NamedTuple):
    """Something that happens before the worker looks, at a tick."""

    tick: int
    who: int
    what: str


class Play(NamedTuple):
    """A campaign and all that happens in it.

    Attributes:
        steps: The main sequence.
        on_replied: What a reply does: continue, pause or stop; the others alike.
        cap: At most so many mails to a person in so many days, if any.
        quiet: So many days after a reply nobody of the company is written to, if any.
        spreads: Whether what stops or pauses one does so to all of the company.
        colleagues: How many people a company has.
        people: How many there are.
        events: What happens, in order.
    """

    steps: tuple[Node, ...]
    on_replied: str
    on_clicked: str
    on_meeting: str
    cap: tuple[int, int] | None
    quiet: int | None
    spreads: bool
    colleagues: int
    people: int
    events: tuple[Event, ...]


KEYS: Final = ("hasPhoneNumber", "emailsOpened", "emailsClicked", "meetingBooked")
# What happens to one person.
OWN: Final = (
    *("reply", "click", "open", "meeting", "phone", "done", "done", "pause", "resume", "resume"),
    *("bounce", "unsubscribe"),
)
# What happens to the campaign.
ALL: Final = ("halt", "start", "start")

_delay = st.integers(0, 4)
_name = st.just("")
_action: st.SearchStrategy[Node] = st.one_of(
    st.builds(Mail, _name, _delay), st.builds(Mail, _name, _delay),
    st.builds(Task, _name, _delay), st.builds(Call, _name, _delay),
)  # fmt: skip


def _forks(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    branch = st.lists(inner, max_size=3).map(tuple)
    within = st.one_of(st.none(), st.integers(0, 5))
    return st.builds(Fork, st.sampled_from(KEYS), within, branch, branch)


_node = st.recursive(_action, lambda inner: st.one_of(inner, _forks(inner)), max_leaves=6)
_progress = st.sampled_from(("continue", "pause", "stop"))
_event = st.one_of(
    st.builds(Event, st.integers(0, TICKS), st.integers(0, 3), st.sampled_from(OWN)),
    st.builds(Event, st.integers(0, TICKS), st.just(NOBODY), st.sampled_from(ALL)),
)


def _whole(steps: list[Node], goes_over: bool, events: list[Event], **more: Any) -> Play:
    ending = (Over(1),) if goes_over else ()
    return Play(steps=(*_named(steps, "n"), *ending), events=tuple(sorted(events)), **more)


def _named(nodes: "list[Node] | tuple[Node, ...]", path: str) -> tuple[Node, ...]:
    """Give every step the name by which it is known outside."""
    return tuple(_renamed(node, f"{path}{place}") for place, node in enumerate(nodes))


def _renamed(node: Node, name: str) -> Node:
    match node:
        case Fork():
            return node._replace(yes=_named(node.yes, f"{name}y"), no=_named(node.no, f"{name}n"))
        case Over():
            return node
        case _:
            return node._replace(name=name)


plays: Final = st.builds(
    _whole,
    st.lists(_node, min_size=1, max_size=4),
    st.booleans(),
    st.lists(_event, max_size=12),
    on_replied=_progress,
    on_clicked=_progress,
    on_meeting=_progress,
    cap=st.one_of(st.none(), st.tuples(st.integers(1, 2), st.integers(1, 6))),
    quiet=st.one_of(st.none(), st.integers(1, 6)),
    spreads=st.booleans(),
    colleagues=st.integers(1, 3),
    people=st.integers(1, 4),
)
