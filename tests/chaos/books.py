"""What a campaign has sent, by the database and by the mail server, held against each other."""

import asyncio
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

import msgspec

from pomelo.base.clock import monotonic
from pomelo.base.db import Database

PATIENCE_SECONDS: Final = 120.0
LOOK_SECONDS: Final = 0.1
# Leads with something to come that wait for nobody; and mails under way.
UNFINISHED: Final = """
SELECT (SELECT count(*) FROM leads
        WHERE due_at IS NOT NULL AND stopped_by IS NULL AND waits_for IS NULL)
     + (SELECT count(*) FROM messages WHERE state IN ('sending', 'deferred')
        AND (lead_id, team_id) NOT IN (SELECT id, team_id FROM leads WHERE waits_for IS NOT NULL))
"""


class Accepted(msgspec.Struct, frozen=True):
    """A mail that the server acknowledged, as its ledger has it."""

    message_id: str
    rcpt: tuple[str, ...]
    sha256: str


class Written(msgspec.Struct, frozen=True):
    """A mail as the database has it."""

    header_id: str
    email: str
    step: int
    state: str


class Books(msgspec.Struct, frozen=True):
    """Both accounts of one campaign.

    Attributes:
        steps: How many steps it has.
        people: Everybody in it.
        written: The database's mails.
        accepted: The mail server's, in the order in which they came.
    """

    steps: int
    people: frozenset[str]
    written: tuple[Written, ...]
    accepted: tuple[Accepted, ...]

    @property
    def uncertain(self) -> frozenset[str]:
        """Message-IDs of mails in doubt."""
        return frozenset(mail.header_id for mail in self.written if mail.state == "uncertain")

    @property
    def repeated(self) -> dict[str, int]:
        """Message-IDs that the mail server accepted more than once, and how often too much."""
        times = Counter(mail.message_id for mail in self.accepted)
        return {mail: amount - 1 for mail, amount in times.items() if amount > 1}

    @property
    def lost(self) -> list[str]:
        """Steps that will not come although nothing says why, and mails sent only on paper."""
        taken = {mail.message_id for mail in self.accepted}
        states: defaultdict[str, dict[int, str]] = defaultdict(dict)
        for mail in self.written:
            states[mail.email][mail.step] = mail.state
        return [
            *(f"{p}: {states[p]}" for p in sorted(self.people) if not self._is_whole(states[p])),
            *(
                f"never came: {mail}"
                for mail in self.written
                if mail.state == "sent" and mail.header_id not in taken
            ),
        ]

    @property
    def strange(self) -> list[str]:
        """Mails that nobody wrote, changed between two tries, or came in the wrong order."""
        known = {mail.header_id: mail for mail in self.written}
        bytes_of: defaultdict[str, set[str]] = defaultdict(set)
        came: defaultdict[str, list[int]] = defaultdict(list)
        for mail in self.accepted:
            bytes_of[mail.message_id].add(mail.sha256)
            if mail.message_id in known:
                came[mail.rcpt[0]].append(known[mail.message_id].step)
        return [
            *(f"unknown: {mail}" for mail in bytes_of if mail not in known),
            *(f"changed: {mail}" for mail, kinds in bytes_of.items() if len(kinds) > 1),
            *(f"order: {person} {s}" for person, s in came.items() if s != sorted(s)),
        ]

    def _is_whole(self, states: dict[int, str]) -> bool:
        """Tell whether every step was sent, or all before one that is in doubt."""
        in_order = [states.get(step, "") for step in range(self.steps)]
        sent = in_order.count("sent")
        after = in_order[sent:]
        return in_order[:sent] == ["sent"] * sent and (
            after == [] or (after[0] == "uncertain" and not any(after[1:]))
        )


async def keep(database: Database, ledger: Path, *, steps: int) -> Books:
    """Make up the books when nothing more is to come; for an installation of one campaign."""
    await settled(database)
    async with database.transaction(readonly=True) as db:
        people = await db.fetch("SELECT email FROM leads")
        mails = await db.fetch(
            "SELECT m.header_id, l.email, m.sequence_step AS step, m.state FROM messages m"
            " JOIN leads l ON l.team_id = m.team_id AND l.id = m.lead_id"
        )
    return Books(
        steps=steps,
        people=frozenset(row[0] for row in people),
        written=tuple(Written(**dict(mail)) for mail in mails),
        accepted=read_ledger(ledger),
    )


async def settled(database: Database) -> None:
    """Wait until no lead has anything to come but what waits for a person.

    However slow the machine: given up is only what goes on no more.
    """
    fewest, give_up_at = 0, 0.0
    while unfinished := await _count(database):
        if unfinished < fewest or not fewest:
            fewest, give_up_at = unfinished, monotonic() + PATIENCE_SECONDS
        assert monotonic() < give_up_at, f"{unfinished} leads and mails never come to an end"
        await asyncio.sleep(LOOK_SECONDS)


def read_ledger(ledger: Path) -> tuple[Accepted, ...]:
    """Read what a mail server has accepted so far."""
    if not ledger.exists():
        return ()
    lines = ledger.read_bytes().splitlines()
    return tuple(msgspec.json.decode(line, type=Accepted) for line in lines)


async def _count(database: Database) -> int:
    async with database.transaction(readonly=True) as db:
        found: int = await db.fetchval(UNFINISHED)
    return found
