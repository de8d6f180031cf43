"""Mailboxes on the wire."""

from typing import Annotated, Final

import msgspec

from pomelo.api.answers import Moment
from pomelo.api.sender_replies import RepliesChanges, RepliesShown
from pomelo.base.ids import ScheduleId, SenderId, UserId
from pomelo.base.secret import Secret
from pomelo.senders import PausedFor, Provider, TlsMode

LIMIT_AT_MOST: Final = 100_000
GAP_SECONDS_AT_MOST: Final = 86_400
RAMP_AT_MOST: Final = 10_000


class Pause(msgspec.Struct, frozen=True):
    """Why a mailbox does not send: what its server said last, and what ends it."""

    reason: PausedFor = msgspec.field(name="for")
    reply: str
    since: Moment | None
    until: Annotated[
        Moment | None,
        msgspec.Meta(description="When it tries again by itself; null: a person must end it"),
    ]
    what_to_do: str = msgspec.field(name="whatToDo")


class ServerShown(msgspec.Struct, frozen=True):
    """A mail server, and as whom we log in; its password is never given back."""

    host: str
    port: int
    tls: TlsMode
    login: str


class MailSender(RepliesShown, frozen=True, rename="camel", kw_only=True):
    """A mailbox. `nextSendAt` is null while nothing but a person can end its pause."""

    id: SenderId = msgspec.field(name="_id")
    user_id: UserId
    email: str
    name: str
    signature: str
    variables: dict[str, str]
    limit_per_day: int
    gap_seconds: int
    gap_jitter_seconds: int
    schedule_id: Annotated[
        ScheduleId | None, msgspec.Meta(description="Hours of its own, beside its campaigns'")
    ]
    domain_gap_seconds: Annotated[
        int, msgspec.Meta(description="Least time between two mails to one domain; 0 = no gap")
    ]
    ramp_per_day: Annotated[
        int, msgspec.Meta(description="Mails on its first day, and more on each later; 0 = no ramp")
    ]
    limit_today: Annotated[
        int, msgspec.Meta(description="What limit and ramp allow in 24 hours now; 0 = no limit")
    ]
    sent_in_24_hours: int = msgspec.field(name="sentIn24Hours")
    next_send_at: Annotated[
        Moment | None,
        msgspec.Meta(description="Not before, by limit, gap and health; work has hours of its own"),
    ]
    paused: Pause | None
    new_leads_stopped_at: Annotated[
        Moment | None, msgspec.Meta(description="Too many mails bounced; see `warnings`")
    ]
    smtp: ServerShown
    imap: Annotated[
        ServerShown | None, msgspec.Meta(description="Where it is read; null: nobody has said")
    ]
    connected: Annotated[
        Provider | None, msgspec.Meta(description="Used by its provider's leave, not a password")
    ]
    warnings: list[str]
    created_at: Moment


class SenderChanges(
    RepliesChanges, frozen=True, rename="camel", kw_only=True, forbid_unknown_fields=True
):
    """What may be changed of a mailbox."""

    name: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    signature: Annotated[str, msgspec.Meta(max_length=20_000, description="HTML")] | None = None
    variables: (
        Annotated[
            dict[str, Annotated[str, msgspec.Meta(max_length=2_000)]],
            msgspec.Meta(description="What templates name as `{{ sender.… }}`; replaces all"),
        ]
        | None
    ) = None
    limit_per_day: (
        Annotated[
            int, msgspec.Meta(ge=0, le=LIMIT_AT_MOST, description="In any 24 hours; 0 = no limit")
        ]
        | None
    ) = None
    gap_seconds: (
        Annotated[
            int,
            msgspec.Meta(ge=0, le=GAP_SECONDS_AT_MOST, description="Least time between two mails"),
        ]
        | None
    ) = None
    gap_jitter_seconds: (
        Annotated[
            int,
            msgspec.Meta(
                ge=0, le=GAP_SECONDS_AT_MOST, description="Gaps are longer by up to so much"
            ),
        ]
        | None
    ) = None
    schedule_id: (
        Annotated[str, msgspec.Meta(description="Hours of its own; empty ends that")] | None
    ) = None
    domain_gap_seconds: (
        Annotated[
            int,
            msgspec.Meta(
                ge=0, le=GAP_SECONDS_AT_MOST, description="Least time between two to one domain"
            ),
        ]
        | None
    ) = None
    ramp_per_day: (
        Annotated[
            int,
            msgspec.Meta(
                ge=0, le=RAMP_AT_MOST, description="Mails on its first day, and more on each later"
            ),
        ]
        | None
    ) = None
    smtp_login: str | None = None
    smtp_password: Secret | None = None
