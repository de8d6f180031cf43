"""A user's mailboxes and channels on the wire."""

from typing import Annotated, Final

import msgspec

from pomelo.base.ids import SenderId, UserId

PROVIDER: Final = "custom"
PLAN: Final = "self-hosted"


class EmailLimit(msgspec.Struct, frozen=True, rename="camel"):
    """Mails in any 24 hours; 0 = no limit."""

    email_limit: int


class Lemwarm(msgspec.Struct, frozen=True):
    """Warming up by a network of mailboxes, which Pomelo does not do."""

    active: bool = False


class UserMailbox(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A mailbox of a user."""

    id: SenderId = msgspec.field(name="_id")
    email: str
    provider: str = PROVIDER
    status: Annotated[str, msgspec.Meta(description="CONNECTED, ERROR or DISCONNECTED")]
    lemlist: EmailLimit
    lemwarm: Lemwarm = Lemwarm()


class LinkedIn(msgspec.Struct, frozen=True, rename="camel"):
    """LinkedIn, which Pomelo leaves to people."""

    linkedin_url: str = ""
    status: bool = False
    invite_limit: int = 0
    send_limit: int = 0
    visit_limit: int = 0


class ShownUser(msgspec.Struct, frozen=True, rename={"id": "_id", "linked_in": "linkedIn"}):
    """A user and the mailboxes they send from."""

    id: UserId
    name: str
    email: str
    role: str
    mailboxes: list[UserMailbox]
    linked_in: LinkedIn = LinkedIn()


class Account(msgspec.Struct, frozen=True):
    """A mailbox in the list of channels."""

    id: SenderId
    email: str
    provider: str = PROVIDER


class EmailChannel(msgspec.Struct, frozen=True):
    """Whether the user can send mail, and from where."""

    connected: bool
    accounts: list[Account]
    available: bool = True


class NoChannel(msgspec.Struct, frozen=True):
    """A channel that Pomelo leaves to people."""

    connected: bool = False
    available: bool = False


class NoWhatsapp(msgspec.Struct, frozen=True, rename="camel"):
    """WhatsApp, which Pomelo leaves to people."""

    connected: bool = False
    available: bool = False
    addon_active: bool = False
    accounts: tuple[str, ...] = ()


class Channels(msgspec.Struct, frozen=True):
    """By what ways the caller's user reaches people."""

    email: EmailChannel
    linkedin: NoChannel = NoChannel()
    whatsapp: NoWhatsapp = NoWhatsapp()
    plan: str = PLAN
