"""PostgreSQL: whether its set-up keeps what it acknowledged, who we are there, its clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from pomelo.base.clock import Clock
from pomelo.base.db import Db
from pomelo.cli.checkup import store
from pomelo.cli.checkup.finding import Finding, doubt, good, wrong
from pomelo.cli.checkup.store import ServerFacts

OFFSET: Final = timedelta(seconds=2)


async def examine_database(db: Db) -> list[Finding]:
    """Look at the database's version, promises, rights and clock."""
    facts = await store.server(db)
    database = await store.clock(db)
    version = good("database", f"PostgreSQL {facts.version.partition(' ')[0]}.")
    return [version, *judge(facts), judge_clock(database, Clock().now())]


async def examine_promises(db: Db) -> list[Finding]:
    """Look at the database's promises and our rights in it."""
    return judge(await store.server(db))


def judge(facts: ServerFacts) -> list[Finding]:
    """Tell what a set-up means for mail that must be neither lost nor repeated."""
    return [*_promises(facts), _rights(facts)]


def _promises(facts: ServerFacts) -> Iterator[Finding]:
    """What is acknowledged must be on the disk.

    Source:
        PostgreSQL's manual, 19.5 "Write Ahead Log".
    """
    off = [
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if getattr(facts, name) == "off"
    ]
    for name in off:
        yield wrong(
            "database",
            f"{name} is off, so a crash can lose or repeat mail; set {name} = on in PostgreSQL.",
        )
    if not off:
        yield good("database", "What is acknowledged is on the disk.")


def _rights(facts: ServerFacts) -> Finding:
    if facts.is_superuser:
        return doubt(
            "database",
            f"The role {facts.role} is a superuser of PostgreSQL; use an ordinary role that owns "
            "nothing but this database.",
        )
    return good("database", f"The role {facts.role} is an ordinary one.")


def judge_clock(database: datetime, machine: datetime) -> Finding:
    """Compare the two clocks; Pomelo goes by the database's."""
    offset = machine - database
    if abs(offset) > OFFSET:
        return doubt(
            "clock",
            f"This machine's clock is {offset.total_seconds():+.0f} s off the database's, by which "
            "Pomelo goes; set both by NTP.",
        )
    return good("clock", "This machine and the database agree on the time.")
