"""A mailbox as lemlist's clients describe it, and what it is here."""

from typing import Annotated, Literal

import msgspec

from pomelo.base.addresses import parse
from pomelo.base.errors import Invalid
from pomelo.base.ids import UserId
from pomelo.base.secret import Secret
from pomelo.senders import NewSender, Replies, Server, protection


class FieldsMissing(Invalid):
    """Missing required fields"""


Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
IsTls = Annotated[
    bool,
    msgspec.Meta(
        description=(
            "True: TLS from the first byte; false: STARTTLS, which is required (but for a server "
            "on this machine). Left out: what is usual on that port."
        )
    ),
]


class AccountBody(msgspec.Struct, frozen=True, kw_only=True):
    """A mailbox to be added; an empty `smtp_login` means no log-in, `imap_*` may be left out."""

    sender_name: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    sender_email: str | None = None
    smtp_host: str | None = None
    smtp_port: Port | None = None
    smtp_login: str | None = None
    smtp_password: Secret | None = None
    smtp_secure: IsTls | None = None
    imap_host: str | None = None
    imap_port: Port | None = None
    imap_login: str | None = None
    imap_password: Secret | None = None
    imap_secure: IsTls | None = None
    replies: Annotated[
        Replies | None,
        msgspec.Meta(
            description="Pomelo's own: where replies are read; `imap` where its server is given"
        ),
    ] = None
    user_id: UserId | None = msgspec.field(name="userId", default=None)


class _Given(msgspec.Struct, frozen=True):
    """One server as it came."""

    kind: Literal["smtp", "imap"]
    host: str | None
    port: int | None
    login: str | None
    password: Secret | None
    is_tls: bool | None

    def is_empty(self) -> bool:
        return not (self.host or self.port or self.login or self.password)

    def missing(self) -> list[str]:
        """Name what is missing; mail may be handed over without a log-in, but not read."""
        has_login = self.login is not None if self.kind == "smtp" else bool(self.login)
        needs = {
            "host": bool(self.host),
            "port": self.port is not None,
            "login": has_login,
            "password": bool(self.password) or (has_login and not self.login),
        }
        return [f"{self.kind}_{name}" for name, is_there in needs.items() if not is_there]

    def server(self) -> Server:
        """Give what a connection needs; nothing is missing."""
        host, port = self.host or "", self.port or 0
        password = self.password.reveal() if self.password else ""
        return Server(host, port, protection(host, port, self.is_tls), self.login or "", password)


def new_sender(body: AccountBody, user: UserId) -> NewSender:
    """Make a mailbox of what came.

    Raises:
        FieldsMissing: The sentence names them.
        AddressInvalid: It cannot send from that address.
    """
    smtp = _Given(
        "smtp",
        body.smtp_host,
        body.smtp_port,
        body.smtp_login,
        body.smtp_password,
        body.smtp_secure,
    )
    imap = _Given(
        "imap",
        body.imap_host,
        body.imap_port,
        body.imap_login,
        body.imap_password,
        body.imap_secure,
    )
    missing = [name for name in ("sender_name", "sender_email") if not getattr(body, name)]
    missing += smtp.missing() + ([] if imap.is_empty() else imap.missing())
    if missing:
        raise FieldsMissing(f"Missing required fields: {', '.join(missing)}")
    return NewSender(
        user_id=user,
        name=body.sender_name or "",
        address=parse(body.sender_email or ""),
        smtp=smtp.server(),
        imap=None if imap.is_empty() else imap.server(),
        replies=body.replies,
    )
