"""Into a mailbox: dialled where the guard allows, logged in, for a moment or to stay."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from pomelo.inbound.mailboxes.folders import choose
from pomelo.inbound.mailboxes.model import Folder, Pace, Role
from pomelo.inbound.mailboxes.talks import Talks, dial, talk
from pomelo.inbound.mailboxes.troubles import Trouble
from pomelo.senders import ImapAccess, Sender, TlsMode, is_loopback
from pomelo.smtp import MailAccess, Reason, fault_words

if TYPE_CHECKING:
    from pomelo.inbound.mailboxes.session import Session

NO_FOLDER: Final = (
    "The mailbox has no folder {name!r}; name it as the server does, or let it be found: "
    "`pomelo sender set {email} --{role}-folder NAME`, with '' for NAME."
)

Kind = TypeVar("Kind", bound="Session")


async def enter(access: ImapAccess, kind: type[Kind], *, reach: MailAccess, pace: Pace) -> Kind:
    """Log in to a mailbox; whoever asked closes the conversation.

    Args:
        access: Where it is, and as whom.
        kind: What the conversation can do.
        reach: Which hosts and certificates are trusted.
        pace: How long things may take.

    Raises:
        Exception: Whatever `troubles.trouble` puts into words.
    """
    server = access.server
    address = await reach.guard.resolve(server.host, server.port)
    if server.tls is TlsMode.NONE and not is_loopback(address):
        raise Trouble(fault_words(Reason.NOT_LOOPBACK, server), is_refused=True)
    dialled = await dial(address, server.port, connect=pace.connect, answer=pace.answer)
    session = kind(dialled, access, reach.context)
    try:
        await talk(session.open, session.fileno(), seconds=pace.talk)
    except BaseException:
        session.close()
        raise
    return session


@asynccontextmanager
async def entered(
    access: ImapAccess, kind: type[Kind], *, reach: MailAccess, pace: Pace
) -> AsyncIterator[Kind]:
    """Be logged in to a mailbox for a moment; see `enter`."""
    session = await enter(access, kind, reach=reach, pace=pace)
    try:
        yield session
    finally:
        session.close()


async def find_folders(talks: Talks, session: "Session", sender: Sender) -> tuple[Folder, ...]:
    """Find the folders of a sender's mailbox that concern us, as reading does."""
    named = {Role.SENT: sender.sent_folder, Role.JUNK: sender.junk_folder}
    listed = await talks.ask(session.list_folders)
    there = {one.name for one in listed}
    for role, name in named.items():
        if name and name not in there:
            raise Trouble(NO_FOLDER.format(name=name, role=role, email=sender.email))
    return choose(listed, named)
