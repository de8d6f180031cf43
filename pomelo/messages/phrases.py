"""What mail servers say in words, for the many refusals whose code says nothing.

Rows are tried from the top and the first that fits decides, so the order is the rule: what
suppresses a person (`HARD`) stands below whatever else the words could have meant.
"""

import re
from enum import StrEnum
from functools import cache
from typing import Final


class ReplyClass(StrEnum):
    """What a refusal is about: the person, this mail, or us who send it."""

    HARD = "hard"
    """The address is wrong, gone, or closed to us."""
    SOFT = "soft"
    """A full mailbox, a busy server: it may work later."""
    CONTENT = "content"
    """This mail is too large or malformed; every copy of it would be."""
    BLOCK = "block"
    """Reputation or policy: they do not want mail from us."""
    THROTTLED = "throttled"
    """Our own provider's limits."""
    AUTH = "auth"
    """Our log-in no longer works."""
    SENDER = "sender"
    """Our mailbox may not send as this address, or not to outside."""


# One phrase a line: a regular expression in lower case, with straight apostrophes.
_ROWS: Final = (
    # Greylisting, and a stranger's own rate limit: they look like blocks and throttles of ours.
    (
        ReplyClass.SOFT,
        r"""
        gr[ea]y[ -]?list
        come back in \d
        receiving mail (at a rate|too quickly)
        """,
    ),
    # A list or group that only its members may write to.
    (
        ReplyClass.HARD,
        r"""
        not allowed to send to
        permission to post
        permission to send (messages )?to
        only accepts (mail|messages) from
        not (permitted|authorized) to post
        restricted to members
        sender not authenticated for group
        """,
    ),
    # Mechanisms and lists by name: "authentication" here is SPF's or DKIM's, not our log-in.
    (
        ReplyClass.BLOCK,
        r"""
        \b(dmarc|spf|dkim)\b
        \b(dnsbl|rbl|sorbs|uceprotect)
        spamhaus|spamcop|barracuda|proofpoint
        unauthenticated (e-?mail|mail|message)
        reverse dns|\brdns\b|\bptr record|\bno ptr\b
        helo (command )?rejected
        """,
    ),
    # The limits of our own provider.
    (
        ReplyClass.THROTTLED,
        r"""
        (sending|submission|relay|message) (limit|quota|rate)\b
        \bmail (limit|rate)\b
        rate[ -]?limit
        (daily|hourly|per[ -](day|hour|minute)) (user )?(\w+ )?(limit|quota)
        too many (concurrent|messages|e-?mails|mails|recipients|connections|sessions|login attempts)
        concurrent connections
        max(imum)? (credits|number of messages)
        credits exceeded
        exceeded (the |your )?(allowed )?(number of|limit of) (messages|recipients|e-?mails)
        max defers and failures
        max(imum)? (defers|e-?mails|mails|messages) (and|per) \w+
        thread limit exceeded
        throttl
        sending (messages )?too fast
        """,
    ),
    # What a mail carries: "blocked because its content …" is about the mail, not about us.
    (
        ReplyClass.CONTENT,
        r"""
        content presents a potential security issue
        """,
    ),
    # Reputation and policy.
    (
        ReplyClass.BLOCK,
        r"""
        spam
        unsolicited
        \bbulk (e-?mail|mail)
        (black|block|deny)[ -]?list
        \bblocked\b|\bbanned\b
        reputation
        \babus(e|ive)\b
        user complaints|unexpected volume
        unusual (rate|sending activity)
        suspicious|phish
        local policy
        policy (reasons?|violation|restrictions?|rejection)
        (against|violat\w+|due to) (\w+ ){0,3}polic(y|ies)
        (message|content) rejected due to
        administrative(ly)? (prohibit|denied)
        (poor|bad|low) (sender )?score
        """,
    ),
    # Our log-in.
    (
        ReplyClass.AUTH,
        r"""
        authentication (is )?(required|failed|failure|unsuccessful|rejected|not supported)
        must (be authenticated|authenticate|issue a starttls)
        not authenticated
        (username and password|credentials) not accepted
        (bad|invalid|incorrect) (credentials|login|username|password|authentication)
        log ?in (via|with) your web browser
        application-specific password
        basic authentication is (not supported|disabled)
        """,
    ),
    # Our address, or the right to relay.
    (
        ReplyClass.SENDER,
        r"""
        sender (address |domain )?(is )?(rejected|refused|denied|invalid|not allowed)
        sender verif(y|ication) failed
        send as this sender
        not owned by user
        relay(ing)? (access )?(is )?(denied|prohibited|not permitted|not allowed)
        unable to relay
        domain of sender
        (from|sender) address (does not match|is not)
        address is not verified
        verified sender identity
        not allowed to send (mail )?(from|as)
        your account (has been|is) (suspended|disabled|locked)
        """,
    ),
    # This mail.
    (
        ReplyClass.CONTENT,
        r"""
        (message|mail|header|body|attachment) (size )?(is )?too (large|big|long)
        (message|mail|attachment) (size )?exceeds
        (message|maximum|max) size
        size limit
        lines? (is |are )?too long
        bare (<?lf>?|<?cr>?|line ?feed)
        virus|malware
        (attachment|file) (type|name|extension)
        (malformed|invalid|missing|duplicate|multiple) (\S+ )?headers?
        not rfc ?\d* ?compliant
        """,
    ),
    # A full mailbox.
    (
        ReplyClass.SOFT,
        r"""
        (mailbox|inbox|mail box|account|user|recipient) (\S+ )?(is )?(full|over)\b
        over ?quota
        quota (has been )?exceeded
        exceed(s|ed|ing)? (\w+ ){0,3}(quota|storage)
        out of storage
        insufficient (system |disk )?(storage|space)
        (disk|storage) (is )?full
        not enough (disk |storage )?space
        """,
    ),
    # A person who is not there.
    (
        ReplyClass.HARD,
        r"""
        \buser (is )?unknown
        unknown (user|recipient|mailbox|account|address|local|or illegal)
        recipient (address )?(is )?(unknown|invalid)
        no such (user|recipient|mailbox|address|person|account|domain|host)
        (mailbox|user|account|address|recipient|domain|alias) (\S+ )?(is |was )?not (found|known)
        (mailbox|user|account|address|recipient) (\S+ )?(is )?not listed
        (mailbox|user|account|address|recipient|domain|alias) (\S+ )?does(n't| not) exist
        that you tried to reach does(n't| not) exist
        (invalid|bad|illegal) (destination |final )?(recipient|mailbox|delivery address)
        non-?existent (recipient|mailbox|user|account|address)
        (utilisateur|destinataire|adresse) (inconnue?|introuvable)|destinataire invalide
        (empfänger|empfaenger|benutzer|adresse|postfach) (ist )?(unbekannt|nicht gefunden)
        (usuario|destinatario|buzón) (desconocido|inexistente|no existe)
        (utente|destinatario|casella) (sconosciut|inesistente)
        (пользователь|адресат|ящик) не (найден|существует)|нет такого пользователя
        (用户|收件人|邮箱|帐号)(名)?不存在
        doesn't have an? \S+ account
        could(n't| not) be found
        (mailbox|account|user|recipient) (\S+ )?(is |has been )?(disabled|inactive|deactivated)
        (mailbox|account|user|recipient) (\S+ )?(is |has been )?(closed|discontinued|deleted)
        (mailbox|account|user|recipient|address) (\S+ )?(is )?no longer
        no longer (employed|works|at this|with (us|the company))
        has left the company
        no mailbox (here )?by that name
        not our customer
        not (a )?(valid|known) (user|recipient|mailbox|address)
        unrout(e)?able
        null ?mx|does not accept mail
        host or domain name not found
        mailbox unavailable
        not known here
        address (is )?(unknown|invalid)
        """,
    ),
)
_LONGEST: Final = 4096


def _any_of(phrases: str) -> re.Pattern[str]:
    return re.compile("|".join(line.strip() for line in phrases.strip().splitlines()))


@cache
def _compiled() -> tuple[tuple[ReplyClass, re.Pattern[str]], ...]:
    """Compile the table when the first reply is read: many a command never reads one."""
    return tuple((kind, _any_of(phrases)) for kind, phrases in _ROWS)


def class_of(text: str) -> ReplyClass | None:
    """Give what a server's words mean, or nothing when they say nothing known.

    Args:
        text: The reply, or the diagnostic of a bounce; its first 4 kB are read.
    """
    folded = " ".join(text[:_LONGEST].lower().replace("\u2019", "'").split())
    return next((kind for kind, pattern in _compiled() if pattern.search(folded)), None)


def is_greylisting(text: str) -> bool:
    """Tell whether a server only asks to come again, as it does with every stranger.

    Source:
        RFC 6647.
    """
    return _compiled()[0][1].search(text[:_LONGEST].lower()) is not None
