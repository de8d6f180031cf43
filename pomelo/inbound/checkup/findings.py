"""What a check of a sender says of one thing: how it is, why that matters and what to do."""

from enum import StrEnum

import msgspec


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
