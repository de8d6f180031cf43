"""Senders: which do not send and why, and which cannot see replies."""

from typing import Final

from pomelo import senders
from pomelo.base.db import NEVER, Db
from pomelo.cli.checkup import store
from pomelo.cli.checkup.finding import Finding, doubt, good, wrong
from pomelo.cli.checkup.store import Received
from pomelo.senders import PausedFor, Sender

WHAT_TO_DO: Final[dict[PausedFor, str]] = {
    PausedFor.AUTH: "set the password its provider wants: `pomelo sender set ADDRESS --password`",
    PausedFor.BLOCK: "its mail is taken for spam: send less, mend the domain's SPF, DKIM and DMARC",
    PausedFor.THROTTLED: "its provider wants fewer mails: lower its limit or lengthen its gap",
    PausedFor.SENDER: "its provider refuses this address: see what it says",
    PausedFor.UNREACHABLE: "its server does not answer: `pomelo sender check ADDRESS`",
}


async def examine_mailboxes(db: Db) -> list[Finding]:
    """Look at every team's senders."""
    everyone = await senders.list_everywhere(db)
    if not everyone:
        return [doubt("senders", "There is no sender; `pomelo sender add` adds one.")]
    paused = [_paused(one) for one in everyone if one.paused_for is not None]
    return [
        *(paused or [good("senders", f"None of {len(everyone)} is paused.")]),
        _replies(await store.count_received(db)),
    ]


def _paused(sender: Sender) -> Finding:
    """A pause that ends by itself is worth a look, another needs a person."""
    assert sender.paused_for is not None
    what = WHAT_TO_DO[sender.paused_for].replace("ADDRESS", sender.email)
    said = f' ("{sender.paused_reply}")' if sender.paused_reply else ""
    text = f"{sender.email} is paused, {sender.paused_for}{said}: {what}"
    if sender.may_send_at >= NEVER:
        return wrong("senders", f"{text}; then `pomelo sender lift {sender.email}`.")
    return doubt("senders", f"{text}. It tries again at {sender.may_send_at:%Y-%m-%d %H:%M} UTC.")


def _replies(received: list[Received]) -> Finding:
    deaf = [one.email for one in received if one.mails == 0]
    if not deaf:
        return good("replies", "Mail comes back for every sender.")
    return doubt(
        "replies",
        f"No mail has come back yet for {', '.join(deaf)}: a sender whose mail is not piped into "
        "`pomelo receive` cannot see replies, so they do not stop sequences.",
    )
