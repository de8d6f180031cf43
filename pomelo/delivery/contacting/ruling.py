"""What contact rules say about a lead: pure decisions that count those before them."""

from bisect import insort
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from pomelo.delivery.contacting.model import Known, Ref, Touched
from pomelo.delivery.model import Facts, HoldBack
from pomelo.teams import Cap, ContactRules


class Ruling:
    """The rules of some leads' teams, and what is known of their people.

    Whoever may be written to is told of by `note`, so that the next one is decided with it.

    Args:
        known: The leads; of one that is missing nothing is ruled.
        touched: When their people and companies were written to.
        crossed: The leads whose people another campaign is talking to.
    """

    def __init__(
        self, known: Mapping[Ref, Known], touched: Iterable[Touched], crossed: Iterable[Ref]
    ) -> None:
        self._known = known
        self._touched = {one.key: one for one in touched}
        self._crossed = frozenset(crossed)

    def ask(self, facts: Facts, now: datetime) -> HoldBack | None:
        """Tell what keeps a lead from being written to now; a moment is then taken by it."""
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
        return frees_at(cap, sorted([*company.mails, *company.planned]), now)

    def _of(self, key: str) -> Touched:
        return self._touched.setdefault(key, Touched(key, [], []))


NOTHING_RULED: Final = Ruling({}, (), ())


def frees_at(cap: Cap | None, mails: list[datetime], now: datetime) -> datetime:
    """Give when one more mail may go, if these are all, oldest first."""
    if cap is None or len(mails) < cap.mails:
        return now
    return max(now, mails[-cap.mails] + timedelta(days=cap.days))
