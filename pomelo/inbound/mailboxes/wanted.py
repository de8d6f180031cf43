"""Which mails are worth reading whole, by their header block alone; pure rules.

A mail of which nothing here says that it could answer one of ours is left alone, unread.
"""

from string import ascii_lowercase, ascii_uppercase
from typing import Final

from pomelo.inbound.bounces import is_suspect
from pomelo.inbound.classify import is_auto_reply
from pomelo.inbound.mime.reports import HOTMAIL
from pomelo.inbound.model import Parsed
from pomelo.inbound.words.subjects import is_bounce_subject, is_unsubscribe_subject
from pomelo.messages import base_subject

# Reports of all kinds are parts of this (RFC 6522); some come as the report alone.
_REPORTS: Final = frozenset(
    {"multipart/report", "message/delivery-status", "message/global-delivery-status"}
    | {"message/feedback-report", "message/disposition-notification", "message/rfc822"}
)
_ASCII_LOWER: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


def may_report(head: Parsed) -> bool:
    """Tell whether a machine may speak in it of one of ours, whose name then stands inside."""
    return (
        not _REPORTS.isdisjoint(head.content_types)
        or bool(head.report_type)
        or head.from_address.lower() == HOTMAIL  # its complaints are a plain copy of our mail
        or is_suspect(head)
        or is_bounce_subject(head.subject)
        or is_unsubscribe_subject(head.subject)
        or is_auto_reply(head)
    )


def subjects_answered(head: Parsed) -> tuple[str, ...]:
    """Give the subjects that a mail answers or passes on by its own; often none.

    Returns:
        Small letters, as a database makes them: those of all scripts, or of ASCII alone.

    Source:
        RFC 5256 section 2.1.
    """
    base = base_subject(head.subject)
    if not base or base.casefold() == head.subject.strip().casefold():
        return ()
    spelled = dict.fromkeys((base.lower().replace("i̇", "i"), base.translate(_ASCII_LOWER)))
    return tuple(f"{before}{one}" for one in spelled for before in ("", "re: "))
