"""What a check of a sender says of one thing: how it is, why that matters and what to do."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

IMAP_SUBJECT: Final = "IMAP"
MAIL_SUBJECT: Final = "test mail"


class Level(StrEnum):
    """How it is: well, worth a look, or wrong."""

    PASS = "pass"  # noqa: S105 - no password, a verdict
    WARN = "warn"
    FAIL = "fail"


class CheckFinding(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One line of a check.

    Attributes:
        level: How it is.
        subject: What was looked at.
        text: How it is, in a sentence.
        why: Why that matters.
        what_to_do: What would mend it; empty where it is well.
    """

    level: Level
    subject: str
    text: str
    why: str
    what_to_do: str = ""


def merged(before: Sequence[CheckFinding], after: Sequence[CheckFinding]) -> list[CheckFinding]:
    """Put a check that sent no mail in place of one before, whose mail still tells something."""
    if not before:
        return list(after)
    anew = [one for one in after if one.subject != MAIL_SUBJECT]
    seen = {one.subject for one in anew}
    return [*anew, *(one for one in before if one.subject not in seen)]


class Topic(msgspec.Struct, frozen=True):
    """A thing that is looked at, and why it matters; says how it is."""

    subject: str
    why: str

    def good(self, text: str) -> CheckFinding:
        """Say that it is well."""
        return CheckFinding(level=Level.PASS, subject=self.subject, text=text, why=self.why)

    def doubt(self, text: str, what_to_do: str) -> CheckFinding:
        """Say that it is worth a look."""
        return self._amiss(Level.WARN, text, what_to_do)

    def wrong(self, text: str, what_to_do: str) -> CheckFinding:
        """Say that it is wrong."""
        return self._amiss(Level.FAIL, text, what_to_do)

    def unasked(self, name: str) -> CheckFinding:
        """Say that the name system could not be asked, which is nobody's fault here."""
        return self.doubt(
            f"Could not ask DNS about {name}.", "Check this machine's DNS, then check again."
        )

    def _amiss(self, level: Level, text: str, what_to_do: str) -> CheckFinding:
        return CheckFinding(
            level=level, subject=self.subject, text=text, why=self.why, what_to_do=what_to_do
        )
