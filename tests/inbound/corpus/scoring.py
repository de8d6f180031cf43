"""How well the planted mails are understood: right of how many, by kind and by language."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from pomelo.inbound.classify import understand
from pomelo.inbound.model import BouncedRecipient, MailKind, Parsed, Understood
from pomelo.inbound.parse import parse
from pomelo.messages import status_class
from tests.inbound.corpus.planted import Planted
from tests.inbound.letters import HEADER_ID, LINK_TOKEN, TOKEN

REPORTS: Final = frozenset({MailKind.BOUNCE, MailKind.DELAYED})
AUTOMATIC: Final = frozenset({MailKind.BOUNCE, MailKind.DELAYED, MailKind.AUTO_REPLY})
BAR: Final = 0.99
OURS: Final = frozenset({HEADER_ID, TOKEN, LINK_TOKEN})
QUOTED: Final = "is your press busy"


class Verdict(Struct, frozen=True):
    """A planted mail, and what was made of it."""

    planted: Planted
    read: Parsed
    understood: Understood

    @property
    def kind(self) -> MailKind:
        """The kind that it was taken for."""
        return self.understood.kind

    @property
    def is_right(self) -> bool:
        """Its kind, and of a report also whom and why, as far as it tells."""
        return self.kind is self.planted.kind and self.is_named and self.is_explained

    @property
    def own(self) -> list[BouncedRecipient]:
        """What a report says of the lead."""
        failed = self.planted.failed
        rows = self.understood.bounced
        return [one for one in rows if failed in {one.address, one.original_address}]

    @property
    def is_named(self) -> bool:
        """A report names the lead."""
        return not self.planted.failed or bool(self.own)

    @property
    def is_explained(self) -> bool:
        """A bounce is of the class that its server meant."""
        wanted = self.planted.reply_class
        told = [status_class(one.status or "", one.diagnostic) for one in self.own]
        return wanted is None or told[:1] == [wanted]

    @property
    def is_traced(self) -> bool:
        """It can be tied to our mail."""
        named = {one.header_id or one.token for one in self.understood.candidates}
        return bool(named & OURS)

    @property
    def is_clean(self) -> bool:
        """A person's own words are kept, and ours are not among them."""
        if not self.planted.says:  # nothing but a quote, so the quote is shown
            return True
        begins = self.planted.says.partition("\n")[0]
        return begins in self.read.reply and QUOTED not in self.read.reply

    @property
    def is_dated(self) -> bool:
        """The day of return is the one that was written, or none."""
        return self.understood.returns_on == self.planted.returns_on


def judge(planted: Planted) -> Verdict:
    """Read and understand one mail, as the reader and `receive` do."""
    read = parse(planted.raw)
    return Verdict(planted, read, understand(read, answers=planted.answers))


def taken_for(verdicts: Iterable[Verdict], kinds: Iterable[MailKind]) -> list[str]:
    """Name the mails that people wrote and that were taken for one of these kinds."""
    wrong = frozenset(kinds)
    return [
        f"{one.planted.name}: {one.kind}"
        for one in verdicts
        if one.planted.kind is MailKind.REPLY and one.kind in wrong
    ]


def share(verdicts: Sequence[Verdict], is_good: Callable[[Verdict], bool]) -> float:
    """Give the share of verdicts that are good; 1 of none."""
    return sum(map(is_good, verdicts)) / len(verdicts) if verdicts else 1.0


def of_kinds(verdicts: Iterable[Verdict], kinds: Iterable[MailKind]) -> list[Verdict]:
    """Choose the verdicts about mails that truly are of these kinds."""
    wanted = frozenset(kinds)
    return [one for one in verdicts if one.planted.kind in wanted]


def failures(verdicts: Sequence[Verdict]) -> list[str]:
    """Say which of the promises are broken; empty when all hold."""
    automatic = of_kinds(verdicts, AUTOMATIC)
    wrong = [f"{one.planted.name}: {one.kind}" for one in automatic if not one.is_right]
    low = share(automatic, lambda one: one.is_right) < BAR
    invented = taken_for(verdicts, {MailKind.UNSUBSCRIBE, MailKind.COMPLAINT})
    return (wrong if low else []) + taken_for(verdicts, AUTOMATIC) + invented


def counts(
    verdicts: Iterable[Verdict], key: Callable[[Verdict], str]
) -> list[tuple[str, int, int]]:
    """Count right and all by a key, in the order of its first appearance."""
    listed = list(verdicts)
    right = Counter(key(one) for one in listed if one.is_right)
    return [(name, right[name], total) for name, total in Counter(map(key, listed)).items()]
