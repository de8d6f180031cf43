"""How a sender's mail servers let it in: the log-in, and what protects the line; pure rules."""

from datetime import datetime, timedelta
from typing import Final

from pomelo.base.errors import PomeloError
from pomelo.base.tls import Secured
from pomelo.inbound.checkup.examine import Keys
from pomelo.inbound.checkup.findings import IMAP_SUBJECT, CheckFinding, Topic
from pomelo.senders import LogInKind, ProviderNotSet, ProviderSilent, Sender

SMTP: Final = Topic("SMTP", "Mail leaves by this server.")
IMAP: Final = Topic(IMAP_SUBJECT, "Replies and bounces are read here, and stop sequences.")
SOON: Final = timedelta(days=14)
_OLD: Final = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})


def way_out(sender: Sender, topic: Topic, keys: Keys | PomeloError) -> str:
    """Say what mends a log-in that failed.

    Args:
        sender: Whose.
        topic: Which server's.
        keys: What we log in with, or why there is nothing.
    """
    if isinstance(keys, ProviderNotSet):
        return "Register this server at the provider, as docs/guides/oauth.md tells."
    if isinstance(keys, ProviderSilent):
        return "Check again in a few minutes; the provider is asked again by itself."
    if isinstance(keys, PomeloError) or keys.smtp.kind is LogInKind.XOAUTH2:
        return f"Connect it again: `pomelo sender connect google {sender.email}`, or microsoft."
    is_own = topic is IMAP and not sender.shares_log_in
    option = "--imap-password" if is_own else "--password"
    anew = "give another one by --imap-host" if topic is IMAP else "remove it and add it anew"
    return (
        f"If its password changed: `pomelo sender set {sender.email} {option}`. If its server did: "
        f"{anew}."
    )


def judge_door(
    topic: Topic,
    fault: str | None,
    line: Secured | None,
    *,
    mend: str,
    now: datetime,
    is_logged_in: bool = True,
) -> CheckFinding:
    """Judge a log-in.

    Args:
        topic: Which server.
        fault: Why it failed, in a sentence of ours; None = it worked.
        line: What protects the line.
        mend: What mends a log-in that failed.
        now: When it is judged.
        is_logged_in: Whether there is a log-in at all.
    """
    done = "Logged in" if is_logged_in else "Connected, without a log-in,"
    if fault is not None:
        return topic.wrong(fault, mend)
    if line is None:
        return topic.good(f"{done} without TLS, as is allowed on this machine alone.")
    if line.version in _OLD:
        return topic.doubt(
            f"{done} over {line.version}, which is no more safe.",
            "Ask the mail host for TLS 1.2 or later.",
        )
    if line.ends_at is not None and line.ends_at - now < SOON:
        return topic.doubt(
            f"The certificate ends on {line.ends_at:%Y-%m-%d}.",
            "Have it renewed: from that day on nothing is sent or read.",
        )
    until = f", certificate good until {line.ends_at:%Y-%m-%d}" if line.ends_at else ""
    return topic.good(f"{done} over {line.version}{until}.")
