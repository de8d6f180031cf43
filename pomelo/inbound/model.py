"""What a mail that came back looks like: read (`Parsed`), then understood (`Understood`)."""

from datetime import date, datetime
from enum import StrEnum

from msgspec import Struct


class MailKind(StrEnum):
    """What a mail that came back is; the order of the rules is in `classify`."""

    REPLY = "reply"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    DELAYED = "delayed"
    UNSUBSCRIBE = "unsubscribe"
    COMPLAINT = "complaint"
    CALENDAR = "calendar"
    RECEIPT = "receipt"
    UNREADABLE = "unreadable"


class MatchRule(StrEnum):
    """By what a mail may be tied to one that we sent; the surest first.

    `from_subject`: a lead writes of the same subject; `from`: a lead writes at all.
    """

    ADDRESS_TAG = "address_tag"
    IN_REPLY_TO = "in_reply_to"
    REFERENCES = "references"
    ENVELOPE_ID = "envelope_id"
    RETURNED_ID = "returned_id"
    TOKEN = "token"  # noqa: S105 - the name of a rule
    LINK = "link"
    # The provider keeps both in one conversation.
    THREAD = "thread"
    # Not found in the mail itself, so these come last and mean less.
    FROM_SUBJECT = "from_subject"
    FROM = "from"


class BouncedRecipient(Struct, frozen=True):
    """One recipient's block of a delivery report; blocks are never mixed.

    `action` is `failed`, `delayed`, `delivered`, `relayed` or `expanded` (RFC 3464 2.3.3).
    `original_address` is what we wrote to, when the mail was forwarded to `address`.
    """

    address: str
    action: str
    status: str | None = None
    diagnostic: str = ""
    original_address: str = ""


class Feedback(Struct, frozen=True):
    """A complaint report's fields (RFC 5965): its type, and who complained if it says so."""

    type: str
    recipients: tuple[str, ...] = ()


class Parsed(Struct, frozen=True, kw_only=True):
    """A mail as read, every part of it bounded, all of it written by strangers.

    Message-IDs keep their angle brackets. `headers` holds, by lower-case name, the first
    value of those that classing needs. `reply` is the newest text without what it quotes;
    `reply_unsigned` is also without signature. `tokens` are values of X-Pomelo-Id anywhere
    in the mail, `link_tokens` those of tracking links; neither is verified here.
    `given_thread` alone is not the mail's own: it is the conversation in which the mailbox's
    server keeps it, where that says so.
    """

    digest: str
    size_bytes: int
    is_cut: bool = False
    message_id: str | None = None
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    from_address: str = ""
    from_name: str = ""
    to_addresses: tuple[str, ...] = ()
    subject: str = ""
    date: datetime | None = None
    headers: dict[str, str] = {}
    content_types: tuple[str, ...] = ()
    text: str = ""
    reply: str = ""
    reply_unsigned: str = ""
    has_html: bool = False
    report_type: str = ""
    bounced: tuple[BouncedRecipient, ...] = ()
    envelope_id: str | None = None
    returned_ids: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    link_tokens: tuple[str, ...] = ()
    feedback: Feedback | None = None
    disposition: str = ""
    calendar_method: str = ""
    given_thread: str | None = None


class Unreadable(Struct, frozen=True):
    """A mail that could not be read within the limits; it is set aside and counted."""

    reason: str
    digest: str
    size_bytes: int


class Candidate(Struct, frozen=True):
    """One way a mail may be tied to ours: a Message-ID (with brackets) or a token."""

    rule: MatchRule
    header_id: str | None = None
    token: str | None = None


class Understood(Struct, frozen=True):
    """What a mail means, before anybody looked up whether it concerns us.

    `candidates` are in the order in which to try them; the first that is ours wins.
    `bounced` counts only for the lead whom the matched mail was sent to; who complained is that
    lead, whatever `complained` says.
    `returns_on` is the first day on which the writer of an automatic answer is back.
    """

    kind: MailKind
    reply_text: str = ""
    bounced: tuple[BouncedRecipient, ...] = ()
    complained: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    returns_on: date | None = None
