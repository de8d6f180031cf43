"""What the server must say at the end, added up from what the people do."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from pomelo.demo.people import Deed, Person
from pomelo.leads import LeadState

OPENS: Final = frozenset({Deed.OPEN, Deed.OPEN_BY_PROXY})
# Answers that are read in the sender's mailbox.
POST: Final = frozenset({Deed.REPLY, Deed.AWAY, Deed.RETURN, Deed.DELAY, Deed.LEAVE_BY_MAIL})
LEAVES: Final = frozenset({Deed.LEAVE, Deed.LEAVE_BY_MAIL})
# What a scan fetches that is recorded: each link by HEAD and by GET, and the picture.
HITS_OF_A_SCAN: Final = 3


class Story(msgspec.Struct, frozen=True):
    """The numbers of a whole run.

    Attributes:
        leads: Who is in the campaign.
        states: How many leads end in each state, in the order of the states.
        funnel: How many people came how far.
        mails: How many mails were delivered.
        mails_of: The same for each address, as mail servers write it.
        post: How many mails came back into the sender's mailbox.
        hits_of_machines: Fetches that must not count.
        unsubscribed: Addresses on the list because their owner wants it.
        suppressed: Addresses on the list because they do not exist.
    """

    leads: int
    states: dict[str, int]
    funnel: dict[str, int]
    mails: int
    mails_of: dict[str, int]
    post: int
    hits_of_machines: int
    unsubscribed: int
    suppressed: int


def tell(people: Sequence[Person]) -> Story:
    """Add up what must come of what the people do."""
    states = Counter(person.role.ends_as for person in people)
    return Story(
        leads=len(people),
        states={state.value: states[state] for state in LeadState},
        funnel=_funnel(people),
        mails=sum(person.role.mails for person in people),
        mails_of={person.wire: person.role.mails for person in people},
        post=sum(deed in POST for person in people for deed in deeds(person)),
        hits_of_machines=sum(_hits(deed) for person in people for deed in deeds(person)),
        unsubscribed=_count(people, LEAVES),
        suppressed=states[LeadState.EMAILS_BOUNCED],
    )


def deeds(person: Person) -> tuple[Deed, ...]:
    """Give everything that somebody does, for as many mails as reach them."""
    role = person.role
    return (role.first, role.first + role.second)[role.mails > 1]


def _funnel(people: Sequence[Person]) -> dict[str, int]:
    return {
        "leads": len(people),
        "were written to": sum(person.role.mails > 0 for person in people),
        "opened": _count(people, OPENS),
        "clicked": _count(people, frozenset({Deed.CLICK})),
        "replied": _count(people, frozenset({Deed.REPLY})),
        "are interested": sum(person.role.is_marked is True for person in people),
    }


def _count(people: Sequence[Person], wanted: frozenset[Deed]) -> int:
    return sum(not wanted.isdisjoint(deeds(person)) for person in people)


def _hits(deed: Deed) -> int:
    return {Deed.PREFETCH: 1, Deed.SCAN: HITS_OF_A_SCAN}.get(deed, 0)
