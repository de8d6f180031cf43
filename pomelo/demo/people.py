"""Who lives in the demo's town, and what each does with the mails they get.

`people.csv` holds them with all the awkwardness of a real list; the table of roles says who
does what, and where that must lead. `expected.py` adds it up.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from importlib.resources import files
from io import StringIO
from typing import Final

import msgspec

from pomelo.base.addresses import parse
from pomelo.demo.sink import Script, Stage
from pomelo.leads import LeadState

EVERYBODY: Final = 200
ENCODING: Final = "utf-8"


class Deed(StrEnum):
    """One thing done with a mail, in the order in which they are written."""

    OPEN = "open"
    """A mail client shows the mail and fetches its picture."""
    OPEN_BY_PROXY = "open by proxy"
    """The same, by way of the provider's picture cache."""
    CLICK = "click"
    REPLY = "reply"
    AWAY = "away"
    """An out-of-office notice is sent by the mailbox."""
    RETURN = "return"
    """A mail system takes the mail, and later reports that it could not deliver it."""
    DELAY = "delay"
    """A mail system reports that it is still trying."""
    LEAVE = "leave"
    """The mail client's unsubscribe button (RFC 8058)."""
    LEAVE_BY_MAIL = "leave by mail"
    """The other way of the same button: a mail that says `unsubscribe` (RFC 2369)."""
    LOOK_AT_LEAVING = "look at leaving"
    """The unsubscribe page is opened and closed again."""
    PREFETCH = "prefetch"
    """A mail client fetches the picture although nobody looks."""
    SCAN = "scan"
    """A security product opens every link, the one to unsubscribe too, and the picture."""


class Role(msgspec.Struct, frozen=True, kw_only=True):
    """What some of the people do.

    Attributes:
        name: In the report.
        count: How many of 200.
        first: What they do with the first mail.
        second: What they do with the second, if they get it.
        mails: How many mails reach them.
        ends_as: The state their lead must have at the end.
        refusal: What their mail server does otherwise than normal.
        is_marked: What the seller decides after their reply: interested or not.
    """

    name: str
    count: int
    first: tuple[Deed, ...] = ()
    second: tuple[Deed, ...] = ()
    mails: int = 2
    ends_as: LeadState
    refusal: Script | None = None
    is_marked: bool | None = None


NOBODY_THERE: Final = Script(Stage.RCPT, reply="550 5.1.1 There is nobody of that name here")
GREYLISTED: Final = Script(
    Stage.RCPT, reply="451 4.7.1 Greylisted, please come back later", times=1
)

ROLES: Final = (
    Role(name="say nothing", count=30, ends_as=LeadState.CONTACTED),
    Role(name="read", count=22, first=(Deed.OPEN,), ends_as=LeadState.HOOKED),
    Role(name="read the second", count=10, second=(Deed.OPEN,), ends_as=LeadState.HOOKED),
    Role(name="read by proxy", count=8, first=(Deed.OPEN_BY_PROXY,), ends_as=LeadState.HOOKED),
    Role(name="click", count=16, first=(Deed.OPEN, Deed.CLICK), ends_as=LeadState.ATTRACTED),
    Role(name="click in the second", count=6, second=(Deed.CLICK,), ends_as=LeadState.ATTRACTED),
    Role(name="reply", count=10, first=(Deed.OPEN, Deed.REPLY), mails=1, ends_as=LeadState.WARMED),
    Role(name="reply to the second", count=6, second=(Deed.REPLY,), ends_as=LeadState.WARMED),
    Role(
        name="want to buy",
        count=6,
        first=(Deed.OPEN, Deed.CLICK, Deed.REPLY),
        mails=1,
        ends_as=LeadState.INTERESTED,
        is_marked=True,
    ),
    Role(
        name="decline",
        count=5,
        first=(Deed.REPLY,),
        mails=1,
        ends_as=LeadState.NOT_INTERESTED,
        is_marked=False,
    ),
    Role(name="are away", count=6, first=(Deed.AWAY,), ends_as=LeadState.CONTACTED),
    Role(
        name="are away, then read",
        count=4,
        first=(Deed.AWAY,),
        second=(Deed.OPEN,),
        ends_as=LeadState.HOOKED,
    ),
    Role(
        name="do not exist (550)",
        count=8,
        mails=0,
        refusal=NOBODY_THERE,
        ends_as=LeadState.EMAILS_BOUNCED,
    ),
    Role(
        name="bounce later",
        count=7,
        first=(Deed.RETURN,),
        mails=1,
        ends_as=LeadState.EMAILS_BOUNCED,
    ),
    Role(name="are reached late", count=4, first=(Deed.DELAY,), ends_as=LeadState.CONTACTED),
    Role(name="greylist", count=6, refusal=GREYLISTED, ends_as=LeadState.CONTACTED),
    Role(
        name="unsubscribe",
        count=8,
        first=(Deed.OPEN, Deed.LEAVE),
        mails=1,
        ends_as=LeadState.EMAILS_UNSUBSCRIBED,
    ),
    Role(
        name="unsubscribe by mail",
        count=3,
        first=(Deed.LEAVE_BY_MAIL,),
        mails=1,
        ends_as=LeadState.EMAILS_UNSUBSCRIBED,
    ),
    Role(
        name="think about leaving",
        count=4,
        first=(Deed.LOOK_AT_LEAVING,),
        ends_as=LeadState.CONTACTED,
    ),
    Role(name="are prefetched", count=12, first=(Deed.PREFETCH,), ends_as=LeadState.CONTACTED),
    Role(name="are scanned", count=11, first=(Deed.SCAN,), ends_as=LeadState.CONTACTED),
    Role(
        name="are scanned, then click",
        count=8,
        first=(Deed.SCAN, Deed.OPEN, Deed.CLICK),
        ends_as=LeadState.ATTRACTED,
    ),
)

# What the server must say to rows that are no leads, by their place in the file from 1 on.
REFUSED: Final[Mapping[int, str]] = {
    12: "Lead already in the campaign",  # the first row again
    14: "The email address is not valid",  # no @
    20: "The email address is not valid",  # two dots in a row
    26: "Lead already in the campaign",  # the third row again, in other letter case
}


class Row(msgspec.Struct, frozen=True):
    """A row of the file.

    Attributes:
        number: Its place, from 1 on.
        email: The address as it stands there.
        variables: The other columns that are not empty.
    """

    number: int
    email: str
    variables: dict[str, str]

    @property
    def is_refused(self) -> bool:
        """Whether the server must refuse it."""
        return self.number in REFUSED


class Person(msgspec.Struct, frozen=True):
    """Somebody who becomes a lead.

    Attributes:
        email: Their address as it stands in the file.
        wire: The same as mail servers write it.
        variables: What else the file says.
        role: What they do.
    """

    email: str
    wire: str
    variables: dict[str, str]
    role: Role


def read_rows(people: int = EVERYBODY) -> list[Row]:
    """Read the file up to the row with which there are so many leads.

    Args:
        people: How many leads, 200 at most.
    """
    text = (files("pomelo.demo") / "people.csv").read_bytes().decode(ENCODING)
    rows: list[Row] = []
    for number, cells in enumerate(csv.DictReader(StringIO(text, newline="")), 1):
        if people == 0:
            break
        email = cells.pop("email")
        rows.append(Row(number, email, {name: cell for name, cell in cells.items() if cell}))
        people -= not rows[-1].is_refused
    return rows


def cast(rows: Sequence[Row]) -> list[Person]:
    """Give every row that becomes a lead its role, always the same one."""
    roles = deal(ROLES)
    return [
        Person(row.email, parse(row.email).wire, row.variables, next(roles))
        for row in rows
        if not row.is_refused
    ]


def deal(roles: Sequence[Role]) -> Iterator[Role]:
    """Deal the roles out in rounds, so that few people show as many of them as they can."""
    for turn in range(max(role.count for role in roles)):
        yield from (role for role in roles if turn < role.count)
