"""One thing that was looked at, and how it is."""

import msgspec

from pomelo.inbound import Level

__all__ = ["Finding", "Level", "doubt", "good", "wrong"]


class Finding(msgspec.Struct, frozen=True):
    """What was looked at, how it is, and a sentence that says what to do."""

    level: Level
    subject: str
    text: str


def good(subject: str, text: str) -> Finding:
    """Say that something is well."""
    return Finding(Level.PASS, subject, text)


def doubt(subject: str, text: str) -> Finding:
    """Say that something is worth a look."""
    return Finding(Level.WARN, subject, text)


def wrong(subject: str, text: str) -> Finding:
    """Say that something is wrong."""
    return Finding(Level.FAIL, subject, text)
