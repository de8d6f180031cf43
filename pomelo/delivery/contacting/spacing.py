"""How a sender spreads its mails to one domain: pure decisions that count those before them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, TypeAlias

import msgspec

from pomelo.base.ids import SenderId, TeamId
from pomelo.delivery.model import Facts, HoldBack
from pomelo.leads import HeldBy

# A turn is so much longer than the gap, for who comes late to the one before.
SLACK: Final = timedelta(seconds=1)
# Whoever finds a domain shut for so long at most, because the mail before was late, keeps its turn.
NEARLY: Final = timedelta(seconds=10)

DomainKey: TypeAlias = tuple[TeamId, SenderId, str]


class DomainTurns(msgspec.Struct):
    """What a sender did and promised to one domain.

    Attributes:
        gap_seconds: By which gap.
        written_at: When it last wrote there; None = it never did.
        taken_until: From when on a new lead's turn is free.
        follow_ups_until: From when on a follow-up's is.
    """

    team_id: TeamId
    sender_id: SenderId
    domain: str
    gap_seconds: int
    written_at: datetime | None = None
    taken_until: datetime | None = None
    follow_ups_until: datetime | None = None

    @property
    def key(self) -> DomainKey:
        """Which sender, which domain."""
        return self.team_id, self.sender_id, self.domain

    def opens_at(self, now: datetime) -> datetime:
        """Give when the domain may be written to, whoever's turn it is."""
        return max(now, self.written_at + self._gap) if self.written_at else now

    def is_nearly_open(self, now: datetime) -> bool:
        """Tell whether it will be in a moment; of a short gap, in less than half of it."""
        return self.opens_at(now) - now <= min(NEARLY, self._gap / 2)

    def turn_at(self, facts: Facts, now: datetime) -> datetime:
        """Give when a lead's turn is that has none yet."""
        given = [self.follow_ups_until] if facts.is_follow_up else [self.taken_until]
        owed_until = None if facts.is_follow_up else self.owed_until(now)
        return max([self.opens_at(now), *(at for at in (*given, owed_until) if at)])

    def owed_until(self, now: datetime) -> datetime | None:
        """Give until when all turns are follow-ups'; one that let its turn go is owed nothing."""
        until = self.follow_ups_until
        if until is None or until <= now:
            return None
        last_turn = until - self._gap - SLACK
        return None if self.written_at and self.written_at >= last_turn else until

    def give(self, facts: Facts, at: datetime) -> None:
        """Give a lead a turn."""
        if facts.is_follow_up:
            self.follow_ups_until = at + self._gap + SLACK
        else:
            self.taken_until = at + self._gap + SLACK

    @property
    def _gap(self) -> timedelta:
        return timedelta(seconds=self.gap_seconds)


class Spacing:
    """When senders may write to the domains of some leads.

    Whom a domain keeps waiting gets a turn, so that each is refused about once, however many
    wait. Follow-ups take turns among themselves and come first: a new lead that is overtaken gets
    another turn.

    Args:
        turns: What is known of senders and domains.
        is_final: Whether mails are about to go: then turns matter no more, only the gap.
    """

    def __init__(self, turns: Iterable[DomainTurns] = (), *, is_final: bool = False) -> None:
        self._turns = {one.key: one for one in turns}
        self._is_final = is_final

    def ask(self, facts: Facts, now: datetime) -> HoldBack | None:
        """Tell until when a lead's domain is left alone; that turn is then taken by it."""
        if not facts.domain_gap:
            return None
        turns = self._of(facts)
        if self._may_go(turns, facts, now):
            return None
        at = turns.opens_at(now)
        if not (self._has_turn(turns, facts, now) and turns.is_nearly_open(now)):
            at = turns.turn_at(facts, now)
            turns.give(facts, at)
        return HoldBack(at, facts.domain_gap, HeldBy.DOMAIN_GAP)

    def note(self, facts: Facts, now: datetime) -> None:
        """Count a mail that is about to go."""
        if facts.domain_gap:
            self._of(facts).written_at = now

    def given(self, held_back: Iterable[Facts]) -> list[DomainTurns]:
        """Give what is promised by now at the domains of leads, in the order of their keys."""
        turns = {domain_key(facts): self._of(facts) for facts in held_back}
        return [turns[key] for key in sorted(turns)]

    def _may_go(self, turns: DomainTurns, facts: Facts, now: datetime) -> bool:
        if self._is_final:
            return turns.opens_at(now) <= now
        if facts.spaced_by is None:
            return turns.turn_at(facts, now) <= now
        return self._has_turn(turns, facts, now) and turns.opens_at(now) <= now

    def _has_turn(self, turns: DomainTurns, facts: Facts, now: datetime) -> bool:
        """Tell whether its turn has come, be it at another sender: who has waited waits no more."""
        is_owed = not facts.is_follow_up and turns.owed_until(now) is not None
        return facts.spaced_by is not None and not is_owed

    def _of(self, facts: Facts) -> DomainTurns:
        key = domain_key(facts)
        return self._turns.setdefault(key, DomainTurns(*key, gap_seconds=facts.domain_gap))


def domain_key(facts: Facts) -> DomainKey:
    """Name a lead's domain as its sender knows it."""
    return facts.team_id, facts.sender_id, facts.address_key.rpartition("@")[2]
