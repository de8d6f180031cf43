"""How a sender's mail servers let it in: the log-in, and what protects the line; pure rules."""

from datetime import datetime, timedelta
from typing import Final

from pomelo.base.tls import Secured
from pomelo.inbound.checkup.findings import CheckFinding, Topic

SMTP: Final = Topic("SMTP", "Mail leaves by this server.")
IMAP: Final = Topic("IMAP", "Replies and bounces are read here, and stop sequences.")
SOON: Final = timedelta(days=14)
_OLD: Final = frozenset({"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})
_MEND: Final = "Correct it: `pomelo sender set ADDRESS --password`, or add the sender anew."


def judge_door(
    topic: Topic, fault: str | None, line: Secured | None, *, now: datetime
) -> CheckFinding:
    """Judge a log-in.

    Args:
        topic: Which server.
        fault: Why it failed, in a sentence of ours; None = it worked.
        line: What protects the line.
        now: When it is judged.
    """
    if fault is not None:
        return topic.wrong(fault, _MEND)
    if line is None:
        return topic.good("Logged in without TLS, as is allowed on this machine alone.")
    if line.version in _OLD:
        return topic.doubt(
            f"Logged in over {line.version}, which is no more safe.",
            "Ask the mail host for TLS 1.2 or later.",
        )
    if line.ends_at is not None and line.ends_at - now < SOON:
        return topic.doubt(
            f"The certificate ends on {line.ends_at:%Y-%m-%d}.",
            "Have it renewed: from that day on nothing is sent or read.",
        )
    until = f", certificate good until {line.ends_at:%Y-%m-%d}" if line.ends_at else ""
    return topic.good(f"Logged in over {line.version}{until}.")
