"""Which mail of ours another one belongs to: ways checked by signature, then looked up.

Nobody can name a mail of ours without having had it: what is not signed by us counts only
if a provider gave it to that mail as Message-ID.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from pomelo import messages
from pomelo.base.db import Db
from pomelo.base.ids import MessageId, SenderId, TeamId
from pomelo.inbound import store
from pomelo.inbound.effects import address_key
from pomelo.inbound.match import OWN_HEADER, threads
from pomelo.inbound.model import Candidate, MailKind, MatchRule, Parsed
from pomelo.inbound.store import Recent, Threaded
from pomelo.messages import REAL, Buried, Message, base_subject
from pomelo.senders import Sender
from pomelo.tracking import CLICK, MESSAGE, OPEN, UNSUBSCRIBE, Signer, message_of

FROM_DAYS: Final = timedelta(days=90)

_TOKENS: Final = (MESSAGE, OPEN, CLICK, UNSUBSCRIBE)
# Kinds that a person's own program sends, so that From says who they are.
_PERSONAL: Final = frozenset({MailKind.REPLY, MailKind.AUTO_REPLY, MailKind.UNSUBSCRIBE})


class Found(Struct, frozen=True):
    """The mail of ours that another one belongs to; of a removed lead's little is left."""

    rule: MatchRule
    mail: Message | Buried


def signed_message(candidate: Candidate, signer: Signer) -> MessageId | None:
    """Give the message that a candidate names with a signature of ours."""
    if candidate.header_id is not None:
        return message_of(candidate.header_id, signer)
    for kind in _TOKENS:
        if found := signer.verify(kind, candidate.token or ""):
            return found[0]
    return None


def signed_as(parsed: Parsed, signer: Signer) -> MessageId | None:
    """Read which mail of ours it says to be in our own header, if we signed that."""
    found = signer.verify(MESSAGE, parsed.headers.get(OWN_HEADER, ""))
    return found[0] if found else None


def is_copy(parsed: Parsed, signer: Signer) -> bool:
    """Tell whether it is a mail that we sent: of our name, and with our header.

    Whoever answers may have a Pomelo too, or a program that takes our headers over.
    """
    named = message_of(parsed.message_id or "", signer)
    return named is not None and signed_as(parsed, signer) is not None


async def find(
    db: Db, team: TeamId, candidates: tuple[Candidate, ...], *, signer: Signer
) -> Found | None:
    """Find the mail that was sent, by the first candidate that names one.

    Args:
        db: The open transaction.
        team: Only this team's mails are found, and none of a rehearsal or a test.
        candidates: Ways to try, the surest first.
        signer: Knows our own signatures.
    """
    signed = [(one, signed_message(one, signer)) for one in candidates]
    by_id = {m.id: m for m in await messages.list_by_ids(db, {id_ for _, id_ in signed if id_})}
    by_name = await _by_provider_ids(db, team, [one for one, id_ in signed if id_ is None])
    for candidate, id_ in signed:
        message = by_id.get(id_) if id_ else by_name.get(candidate.header_id or "")
        if message and _is_real(message, team):
            return Found(candidate.rule, message)
    buried = dict.fromkeys((id_, one.rule) for one, id_ in signed if id_ and id_ not in by_id)
    return await _find_buried(db, team, buried)


async def find_by_thread(db: Db, team: TeamId, sender: SenderId, mail: Parsed) -> Found | None:
    """Find the mail of ours that a provider keeps in one conversation with another.

    Conversations are named by mailbox, so only what this sender wrote is found. One with
    several people is about the one who writes now, or about nobody.
    """
    names = threads(mail)
    kept = await store.list_threaded(db, team, sender, names) if names else []
    chosen = _of_one_lead(kept, address_key(mail.from_address))
    still_there = await messages.list_by_ids(db, [chosen.id]) if chosen else []
    return Found(MatchRule.THREAD, still_there[0]) if still_there else None


def _of_one_lead(kept: Sequence[Threaded], writer: str) -> Threaded | None:
    own = next((one for one in kept if one.address_key == writer), None)
    is_one = len({one.lead_id for one in kept}) == 1
    return own or (kept[0] if is_one else None)


async def find_by_writer(
    db: Db, mailbox: Sender, mail: Parsed, kind: MailKind, *, now: datetime
) -> Found | None:
    """Find the mail that somebody answers who keeps no trace of it, by who writes of what.

    Anybody can write any name into From, so a reply must also have the subject of what this
    sender wrote to them in the last 90 days. A wish to be left alone is heard without.
    """
    key = address_key(mail.from_address)
    if kind not in _PERSONAL or not key:
        return None
    recent = await store.list_recent(db, mailbox.team_id, mailbox.id, key, since=now - FROM_DAYS)
    if chosen := _of_subject(recent, mail.subject):
        rule = MatchRule.FROM_SUBJECT
    elif recent and kind is MailKind.UNSUBSCRIBE:
        rule, chosen = MatchRule.FROM, recent[0]
    else:
        return None
    still_there = await messages.list_by_ids(db, [chosen.id])
    return Found(rule, still_there[0]) if still_there else None


def _of_subject(recent: Iterable[Recent], subject: str) -> Recent | None:
    wanted = base_subject(subject).casefold()
    same = (one for one in recent if base_subject(one.subject).casefold() == wanted)
    return next(same, None) if wanted else None


def _is_real(message: Message, team: TeamId) -> bool:
    return message.team_id == team and message.kind in REAL


async def _by_provider_ids(db: Db, team: TeamId, unsigned: list[Candidate]) -> dict[str, Message]:
    # PostgreSQL takes no NUL, and no provider writes what cannot be printed.
    names = [one.header_id for one in unsigned if one.header_id and one.header_id.isprintable()]
    found = await messages.find_by_headers(db, team, names) if names else []
    return {m.effective_id: m for m in found if m.effective_id in names}


async def _find_buried(
    db: Db, team: TeamId, named: Iterable[tuple[MessageId, MatchRule]]
) -> Found | None:
    for message, rule in named:
        buried = await messages.find_buried(db, message)
        if buried and buried.team_id == team:
            return Found(rule, buried)
    return None
