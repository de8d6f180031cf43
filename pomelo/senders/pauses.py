"""Why a sender does not send, what to do about it and what ends it, in words; pure rules."""

from datetime import datetime
from typing import Final

from pomelo.base.db import NEVER
from pomelo.senders.brake import NEW_LEADS_PERCENT
from pomelo.senders.model import PausedFor, Sender
from pomelo.senders.oauth.refreshing import RECONNECT

_WHAT_TO_DO: Final[dict[PausedFor, str]] = {
    PausedFor.AUTH: "set the password its provider wants: `pomelo sender set ADDRESS --password`",
    PausedFor.BLOCK: "its mail is taken for spam: send less, mend the domain's SPF, DKIM and DMARC",
    PausedFor.THROTTLED: "its provider wants fewer mails: lower its limit or lengthen its gap",
    PausedFor.SENDER: "its provider refuses this address: see what it says",
    PausedFor.UNREACHABLE: "its server does not answer: `pomelo sender check ADDRESS`",
    PausedFor.BOUNCES: "too many of its addresses do not exist: take out the leads whose "
    "addresses are not certain",
}
_CONNECT: Final = "connect it again: `pomelo sender connect google ADDRESS`, or microsoft"


def what_to_do(sender: Sender, now: datetime) -> str:
    """Tell what ends a sender's pause; empty while it has none."""
    if sender.paused_for is None:
        return ""
    is_grant = sender.paused_reply.startswith(RECONNECT)
    what = _CONNECT if is_grant else _WHAT_TO_DO[sender.paused_for]
    return f"{what.replace('ADDRESS', sender.email)}{_end(sender, now)}"


def paused_until(sender: Sender) -> datetime | None:
    """Tell when a paused sender tries again by itself; None: a person must end its pause."""
    return None if sender.may_send_at >= NEVER else sender.may_send_at


def _end(sender: Sender, now: datetime) -> str:
    until = paused_until(sender)
    if until is None:
        # Another log-in ends that pause by itself.
        is_log_in = sender.paused_for is PausedFor.AUTH
        return "." if is_log_in else f"; then `pomelo sender lift {sender.email}`."
    if until <= now:
        return ". It tries again with its next mail."
    return f". It tries again at {until:%Y-%m-%d %H:%M} UTC."


def brake_warning(sender: Sender) -> str | None:
    """Say that a sender writes to nobody new, and what ends that; None while it does."""
    if sender.new_leads_stopped_at is None:
        return None
    since = f"{sender.new_leads_stopped_at:%Y-%m-%d %H:%M} UTC"
    return (
        f"{sender.email} writes to no new leads since {since}: {NEW_LEADS_PERCENT} % of its last "
        "mails or more bounced for good. It goes on by itself when fewer do, or by "
        f"`pomelo sender lift {sender.email}`."
    )
