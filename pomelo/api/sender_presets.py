"""Which provider a mailbox is at, so that nobody has to know its hosts."""

from typing import Annotated, Final

import msgspec
from msgspec import structs

from pomelo import senders
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, Operation, Permission
from pomelo.api.email_account_body import AccountBody
from pomelo.base.addresses import AddressInvalid, parse
from pomelo.senders import LogIn, Provider, Server, TlsMode
from pomelo.smtp import MailAccess

SECTION: Final = "Senders"
CUSTOM: Final = "custom"


class PresetQuery(msgspec.Struct, frozen=True):
    """The mailbox that is meant."""

    email: str


class PresetServer(msgspec.Struct, frozen=True):
    """A mail server of a provider."""

    host: str
    port: int
    tls: TlsMode


class PresetAnswer(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What is known of a mailbox's provider; `custom`: nothing, so its hosts must be given."""

    preset: str
    title: str
    smtp: PresetServer | None
    imap: PresetServer | None
    log_ins: Annotated[list[LogIn], msgspec.Meta(description="What it takes, the best first")]
    connect: Provider | None
    keeps_sent: Annotated[
        bool, msgspec.Meta(description="It puts what goes out by SMTP into Sent by itself")
    ]
    advice: str


async def find(call: Call[PresetQuery, None]) -> PresetAnswer:
    """Answer what is known of a mailbox's provider."""
    address = parse(call.query.email)
    preset = await senders.find_preset(address, call.state.part(MailAccess).look_up)
    if preset is None:
        return PresetAnswer(
            preset=CUSTOM,
            title="Another provider",
            smtp=None,
            imap=None,
            log_ins=[LogIn.PASSWORD],
            connect=None,
            keeps_sent=False,
            advice="",
        )
    return PresetAnswer(
        preset=preset.name,
        title=preset.title,
        smtp=_server(preset.smtp),
        imap=_server(preset.imap),
        log_ins=list(preset.log_ins),
        connect=preset.connect,
        keeps_sent=preset.keeps_sent,
        advice=senders.advice(preset, address.given),
    )


def _server(server: Server) -> PresetServer:
    return PresetServer(server.host, server.port, server.tls)


async def with_hosts(body: AccountBody, access: MailAccess) -> tuple[AccountBody, list[str]]:
    """Fill in where a mailbox's mail goes out and is read, when nobody said and we know.

    Returns:
        The mailbox, and what to know about its provider's log-in.

    Raises:
        AddressInvalid: It cannot send from that address.
    """
    if body.smtp_host or body.smtp_port or not body.sender_email:
        return body, []
    address = parse(body.sender_email)
    preset = await senders.find_preset(address, access.look_up)
    if preset is None:
        return body, []
    login = address.given if body.smtp_login is None else body.smtp_login
    filled = structs.replace(
        body,
        smtp_host=preset.smtp.host,
        smtp_port=preset.smtp.port,
        smtp_secure=None,
        smtp_login=login,
    )
    if not (body.imap_host or body.imap_port):
        filled = structs.replace(
            filled,
            imap_host=preset.imap.host,
            imap_port=preset.imap.port,
            imap_secure=None,
            imap_login=body.imap_login or login,
            imap_password=body.imap_password or body.smtp_password,
        )
    return filled, list(filter(None, [senders.advice(preset, address.given)]))


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/senders/presets",
        run=find,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Find a mailbox's provider",
        text=(
            "Pomelo's own. By the address's domain, else by where that domain takes its mail; "
            "while the name system does not answer, what it alone knows is `custom`."
        ),
        query=PresetQuery,
        answer=PresetAnswer,
        errors=(AddressInvalid,),
    ),
)
