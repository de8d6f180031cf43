"""What servers refuse and why: one case is one mail of ours that somebody could not take."""

import tomllib
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from msgspec import Struct

from pomelo.messages import ReplyClass
from tests.inbound.corpus.planted import Ours

REASONS: Final = Path(__file__).parent / "reasons.toml"
GATEWAY: Final = "out.pomelo.example"
MX: Final = "mx.lead.example"


class Reason(Struct, frozen=True):
    """Why a mail was not taken, in the words of who did not take it."""

    mx: str
    reply_class: ReplyClass
    code: int
    status: str
    text: str

    @property
    def reply(self) -> str:
        """The answer on one line; without a code where nobody answered."""
        return " ".join(str(part) for part in (self.code or "", self.status, self.text) if part)

    @property
    def field(self) -> str:
        """The Status field: servers without a code of their own know only the class."""
        if self.status:
            return self.status
        return f"{self.code // 100 or 5}.0.0"

    def lines(self, code_mark: str = "-") -> list[str]:
        """The answer over several lines, each with its codes, as it came over the wire."""
        words, cut = self.text.split(), []
        while words:
            cut.append(" ".join(words[:9]))
            words = words[9:]
        prefix = f"{self.code}{{}}{self.status} " if self.status else f"{self.code}{{}}"
        last = len(cut) - 1
        return [prefix.format(" " if n == last else code_mark) + line for n, line in enumerate(cut)]


class Case(Struct, frozen=True):
    """A mail of ours, and what became of it."""

    ours: Ours
    reason: Reason
    random: Random

    @property
    def lead(self) -> str:
        return self.ours.lead

    @property
    def when(self) -> str:
        return stamp(self.ours.at + timedelta(seconds=self.random.randrange(1, 90)))

    @property
    def queue_id(self) -> str:
        return f"{self.random.randrange(16**11):011X}"

    @property
    def boundary(self) -> str:
        return f"{self.random.randrange(16**10):010x}.{self.random.randrange(10**9)}/{GATEWAY}"

    def message_id(self, host: str) -> str:
        return f"<{self.random.randrange(16**14):014x}@{host}>"


def stamp(at: datetime) -> str:
    """Write a moment as the Date field has it."""
    return format_datetime(at)


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(REASONS.read_text("utf-8"))


def reasons(ours: Ours, section: str = "reasons") -> list[Reason]:
    """List the reasons, with the addresses of a mail put in."""
    return [
        Reason(
            mx=row["mx"],
            reply_class=ReplyClass(row["class"]),
            code=row["code"],
            status=row["status"],
            text=row["text"].format(lead=ours.lead, sender=ours.sender),
        )
        for row in _read()[section]
    ]
