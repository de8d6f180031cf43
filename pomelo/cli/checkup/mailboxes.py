"""Senders: which do not send and why, and which cannot see replies."""

from datetime import datetime

from pomelo import inbound, senders
from pomelo.base.db import Db
from pomelo.cli.checkup import store
from pomelo.cli.checkup.finding import Finding, doubt, good, wrong
from pomelo.cli.checkup.store import Received
from pomelo.senders import Replies, Sender, hearing_warning


async def examine_mailboxes(db: Db, *, heard_since: datetime, now: datetime) -> list[Finding]:
    """Look at every team's senders.

    Args:
        db: The open transaction.
        heard_since: At or after this instant their mailboxes should have been read.
        now: When.
    """
    everyone = await senders.list_everywhere(db)
    if not everyone:
        return [doubt("senders", "There is no sender; `pomelo sender add` adds one.")]
    paused = [_paused(one, now) for one in everyone if one.paused_for is not None]
    braked = [doubt("senders", said) for one in everyone if (said := senders.brake_warning(one))]
    return [
        *(paused or [good("senders", f"None of {len(everyone)} is paused.")]),
        *braked,
        *await _replies(db, everyone, heard_since),
    ]


def _paused(sender: Sender, now: datetime) -> Finding:
    """A pause that ends by itself is worth a look, another needs a person."""
    said = f' ("{sender.paused_reply}")' if sender.paused_reply else ""
    what = senders.what_to_do(sender, now)
    text = f"{sender.email} is paused, {sender.paused_for}{said}: {what}"
    return (wrong if senders.paused_until(sender) is None else doubt)("senders", text)


async def _replies(db: Db, everyone: list[Sender], heard_since: datetime) -> list[Finding]:
    troubles = {one.sender_id: one.trouble for one in await inbound.list_troubled(db)}
    amiss = [
        _unheard(sender, said, troubles.get(sender.id, ""))
        for sender in everyone
        if (said := hearing_warning(sender.hearing, heard_since)) is not None
    ]
    silent = _silent(everyone, await store.count_received(db))
    return [*amiss, *silent] or [good("replies", "Replies to every sender are read.")]


def _unheard(sender: Sender, said: str, trouble: str) -> Finding:
    """Say that replies are not read; where they should be, follow-ups wait for a person."""
    if sender.replies is Replies.IMAP:
        return wrong("replies", f"{said} {trouble}".rstrip())
    return doubt("replies", said)


def _silent(everyone: list[Sender], received: list[Received]) -> list[Finding]:
    piped = {sender.id for sender in everyone if sender.replies is Replies.PIPE}
    deaf = [one.email for one in received if one.mails == 0 and one.id in piped]
    if not deaf:
        return []
    return [
        doubt(
            "replies",
            f"No mail has come back yet for {', '.join(deaf)}: a sender whose mail is not piped "
            "into `pomelo receive` cannot see replies, so they do not stop sequences.",
        )
    ]
