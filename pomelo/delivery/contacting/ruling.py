"""What contact rules say about a lead: pure decisions that count those before them."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pomelo.delivery.contacting.model import Known, Ref, Touched
from pomelo.delivery.contacting.spacing import Spacing
from pomelo.delivery.model import Facts, HoldBack
from pomelo.teams import Cap, ContactRules


class Ruling:
    """The rules of some leads' teams, and what is known of their people.

    Whoever may be written to is told of by `note`, so that the next one is decided with it.

    Args:
        known: The leads; of one that is missing nothing is ruled.
        touched: When their people and companies were written to.
        crossed: The leads whose people another campaign is talking to.
        spacing: When their domains may be written to.
    """

    def __init__(
        self,
        known: Mapping[Ref, Known],
        touched: Iterable[Touched],
        crossed: Iterable[Ref],
        spacing: Spacing | None = None,
    ) -> None:
        self.spacing = spacing or Spacing()
        self._known = known
        self._touched = {one.key: one for one in touched}
        self._crossed = frozenset(crossed)
        self._given: dict[str, datetime] = {}

    def ask(self, facts: Facts, now: datetime) -> HoldBack | None:
        """Tell what keeps a lead from being written to now; a moment is then taken by it."""
        return self._ruled(facts, now) or self.spacing.ask(facts, now)

    def _ruled(self, facts: Facts, now: datetime) -> HoldBack | None:
        rules, known = facts.contact_rules, self._known.get((facts.team_id, facts.lead_id))
        if not rules or known is None:
            return None
        if rules.is_one_campaign and (known.team_id, known.lead_id) in self._crossed:
            return HoldBack(None, rules.version)
        until = max(self._moments(rules, known, now))
        if until <= now:
            return None
        insort(self._of(known.company_key).planned, until)
        return HoldBack(until, rules.version)

    def note(self, facts: Facts, now: datetime) -> None:
        """Count a mail that is about to go."""
        self.spacing.note(facts, now)
        known = self._known.get((facts.team_id, facts.lead_id))
        if known is not None:
            for key in (known.person_key, known.company_key):
                insort(self._of(key).mails, now)

    def _moments(self, rules: ContactRules, known: Known, now: datetime) -> list[datetime]:
        person, company = self._of(known.person_key), self._of(known.company_key)
        moments = [now, frees_at(rules.person, person.mails, now)]
        if known.company:
            moments.append(self._company_frees_at(rules.company, known, company, now))
        if rules.quiet_days and company.replied_at:
            moments.append(company.replied_at + timedelta(days=rules.quiet_days))
        return moments

    def _company_frees_at(
        self, cap: Cap | None, known: Known, company: Touched, now: datetime
    ) -> datetime:
        """Give when the company has room; whose turn it is comes before who was never held."""
        at = frees_at(cap, company.mails, now)
        if at <= now and known.has_turn:
            return at
        # Slots are only added here, so no turn is free before the one that was given last.
        since = max(now, self._given.get(company.key, now))
        given = frees_at(cap, sorted([*company.mails, *company.planned]), since)
        self._given[company.key] = given
        return given

    def _of(self, key: str) -> Touched:
        return self._touched.setdefault(key, Touched(key, [], []))


NOTHING_RULED: Final = Ruling({}, (), ())


def frees_at(cap: Cap | None, slots: Sequence[datetime], since: datetime) -> datetime:
    """Give the first moment for one more mail that leaves every window of a rule as it says.

    Args:
        cap: The rule; None = there is none.
        slots: When mails went and are to go, in order.
        since: Not before.
    """
    at, span = since, timedelta(days=cap.days if cap else 0)
    while cap is not None:
        before, until = bisect_right(slots, at - span), bisect_right(slots, at)
        if until - before < cap.mails and not _is_full(cap, slots, at):
            break
        # The next moment at which a window has one mail less.
        at = slots[max(before, until - cap.mails)] + span
    return at


def _is_full(cap: Cap, slots: Sequence[datetime], at: datetime) -> bool:
    """Tell whether some window that holds a moment, and ends after it, has no room."""
    span = timedelta(days=cap.days)
    later = slots[bisect_right(slots, at) : bisect_left(slots, at + span)]
    return any(
        bisect_right(slots, end) - bisect_right(slots, end - span) >= cap.mails for end in later
    )
