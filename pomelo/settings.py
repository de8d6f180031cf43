"""Every setting: type, unit, default and meaning. `docs/settings.md` is made from this.

A setting comes from the environment (`POMELO_PORT`), else from `pomelo.toml` (`port`),
else from its default.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pomelo.base.addresses import AddressInvalid, parse
from pomelo.base.errors import Invalid
from pomelo.base.outgoing import NetworkInvalid, parse_networks

FILE: Final = Path("pomelo.toml")
# Named by others' conventions, so without our prefix.
FOREIGN: Final = {"database_url": "DATABASE_URL"}
MOST: Final = 1_000_000  # nobody means more, and infinity would end every turn of a loop
A_DAY: Final = 86_400

# No user, query or fragment, and nothing that would have to be escaped in a mail.
_WEB_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9._:\[\]-]+(?:/[A-Za-z0-9._~%/-]*)?")


class SettingInvalid(Invalid):
    """A setting cannot be understood; change it, or unset it to have its default."""


def _says(meaning: str, unit: str = "") -> Meta:
    return Meta(description=meaning, extra={"unit": unit})


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an operator may choose; every default costs a feature, never money or mail."""

    data_dir: Annotated[
        str,
        _says(
            "Where the database inside, the secret key and the exports live; empty = the user's "
            "own place (`/var/lib/pomelo` for root, `~/.local/share/pomelo` for others).",
            "path",
        ),
    ] = ""
    database_url: Annotated[
        str, _says("A PostgreSQL (15 or later) to use instead of the one inside.", "libpq URL")
    ] = ""
    pg_bin: Annotated[
        str, _says("Folder of PostgreSQL's programs to use instead of the wheel's.", "path")
    ] = ""
    host: Annotated[str, _says("Address the server listens on.", "IP address")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535), _says("Port the server listens on.", "port")] = 8080
    public_url: Annotated[
        str,
        _says(
            "How the world reaches this server; links in mails and answers begin with it. "
            "Empty = `http://127.0.0.1:PORT`, which only this machine can follow.",
            "URL",
        ),
    ] = ""
    secret_key: Annotated[
        str,
        _says(
            "Encrypts senders' passwords and signs links; all processes share it. Empty = made "
            "once in the data directory; `openssl rand -base64 32` makes one for more machines.",
            "32 bytes, base64url",
        ),
    ] = ""
    export_dir: Annotated[
        str,
        _says(
            "Where export files are written; all processes share it. Empty = in the data "
            "directory.",
            "path",
        ),
    ] = ""
    export_links: Annotated[
        str,
        Meta(pattern="^(open|key)$"),
        _says(
            "`open`: whoever has a file's address can download it (the address cannot be "
            "guessed); `key`: only with a key of the team.",
            "open or key",
        ),
    ] = "open"
    rate_limit: Annotated[
        int,
        Meta(ge=0, le=MOST),
        _says("Requests a key may make in any 2 seconds; 0 = no limit.", "requests"),
    ] = 20
    allow_private_mail: Annotated[
        str,
        _says(
            "Private networks in which mail servers may be, as a comma separated list.", "CIDR list"
        ),
    ] = ""
    trusted_proxies: Annotated[
        str,
        _says(
            "Networks of the proxies in front, as a comma separated list: their X-Forwarded-For "
            "and X-Forwarded-Proto are believed, nobody else's. Without it all who come through "
            "a proxy share its address, and its share of the rate limit.",
            "CIDR list",
        ),
    ] = ""
    access_log: Annotated[
        bool,
        _says(
            "Whether each request leaves a line in the log: method, path, status, time, client, "
            "id of the key; never a key, nor a link that is a right by itself.",
            "true or false",
        ),
    ] = False
    google_client_id: Annotated[
        str, _says("This server's client id at Google, to connect mailboxes there.", "id")
    ] = ""
    google_client_secret: Annotated[str, _says("The secret that goes with it.", "secret")] = ""
    google_identity_url: Annotated[
        str, _says("Where `/auth` and `/token` are instead of at Google.", "URL")
    ] = ""
    microsoft_client_id: Annotated[
        str, _says("This server's client id at Microsoft, to connect mailboxes there.", "id")
    ] = ""
    microsoft_client_secret: Annotated[
        str, _says("The secret that goes with it; a public client has none.", "secret")
    ] = ""
    microsoft_tenant: Annotated[
        str,
        _says("`common`, `organizations`, `consumers`, or one organisation's own.", "tenant id"),
    ] = "common"
    microsoft_identity_url: Annotated[
        str, _says("Where tenants are instead of at login.microsoftonline.com.", "URL")
    ] = ""
    allow_private_hooks: Annotated[
        str,
        _says(
            "Private networks of receivers of hooks and of calls, as a comma separated list.",
            "CIDR list",
        ),
    ] = ""
    hook_ports: Annotated[
        str,
        Meta(pattern="^[0-9]{1,5}(,[0-9]{1,5})*$"),
        _says(
            "Ports of receivers of hooks and of calls; in the private networks above, any.",
            "comma separated list",
        ),
    ] = "80,443,3000,5678,8000,8080,8443"
    deliver_to: Annotated[
        str,
        _says(
            "Rehearsal: every mail goes to this address instead of its lead, marked, and no "
            "lead moves. Empty = real sending.",
            "address",
        ),
    ] = ""
    clock_speed: Annotated[
        float,
        Meta(gt=0, le=MOST),
        _says(
            "How many seconds pass in one; for demonstrations. Refused unless every sender's "
            "hosts are on this machine; others are not taken meanwhile.",
            "factor",
        ),
    ] = 1.0
    clock_start: Annotated[
        str,
        _says(
            "When a fast clock shows the real time: before that it lags, after it it runs "
            "ahead. All processes share it. Empty = when the database was made.",
            "ISO 8601 with zone",
        ),
    ] = ""
    lease_seconds: Annotated[
        float,
        Meta(gt=0, le=A_DAY),
        _says("How long a worker that died keeps what it had claimed.", "seconds"),
    ] = 60.0
    database_connections: Annotated[
        int,
        Meta(ge=5, le=MOST),
        _says(
            "Connections of this process to PostgreSQL at most; all processes together must stay "
            "below its max_connections.",
            "connections",
        ),
    ] = 20
    sender_slots: Annotated[
        int, Meta(ge=1, le=MOST), _says("Senders that one worker serves at once.", "senders")
    ] = 50
    mailbox_slots: Annotated[
        int, Meta(ge=0, le=MOST), _says("Mailboxes that one worker reads by IMAP.", "mailboxes")
    ] = 500
    replies_fresh_minutes: Annotated[
        float,
        Meta(gt=0, le=MOST),
        _says("No follow-up leaves when its sender's mailbox was not read for so long.", "minutes"),
    ] = 15.0
    doubt_minutes: Annotated[
        float,
        Meta(gt=0, le=MOST),
        _says(
            "How long a mail whose fate nobody knows is looked for in its sender's Sent folder, "
            "before it is left to a person.",
            "minutes",
        ),
    ] = 15.0
    smtp_connect_seconds: Annotated[
        float, Meta(gt=0, le=A_DAY), _says("Wait for a mail server to answer.", "seconds")
    ] = 10.0
    smtp_command_seconds: Annotated[
        float, Meta(gt=0, le=A_DAY), _says("Wait for the answer to an SMTP command.", "seconds")
    ] = 30.0
    smtp_data_seconds: Annotated[
        float, Meta(gt=0, le=A_DAY), _says("Wait for the answer to a whole mail.", "seconds")
    ] = 300.0
    log_level: Annotated[
        str,
        Meta(pattern="^(debug|info|warning|error)$"),
        _says("The least that is logged.", "debug, info, warning or error"),
    ] = "info"
    failpoint: Annotated[
        str,
        _says(
            "Tests only: the process kills itself at this point of sending (docs/guarantees.md).",
            "name",
        ),
    ] = ""


def variable(name: str) -> str:
    """Give a setting's name in the environment."""
    return FOREIGN.get(name, f"POMELO_{name.upper()}")


def load(environ: Mapping[str, str], file: Path = FILE) -> Settings:
    """Read the settings.

    Args:
        environ: The environment.
        file: The TOML file; need not exist.

    Raises:
        SettingInvalid: A value is of the wrong type or range, or the file names something
            that is no setting; the sentence says which.
    """
    given: dict[str, object] = dict(_from_file(file))
    said_as = {name: f"{file}: {name}" for name in given}
    fields = zip(Settings.__struct_fields__, Settings.__struct_defaults__, strict=True)
    for name, default in fields:
        value = environ.get(variable(name))
        # Files for containers often hold `NAME=`: a text may be meant so, a number is not said.
        if value or (value == "" and isinstance(default, str)):
            given[name], said_as[name] = value, variable(name)
    try:
        settings = msgspec.convert(given, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingInvalid(f"A setting is wrong: {_named(error, said_as, file)}.") from None
    _check_addresses(settings, said_as)
    return settings


def _named(error: msgspec.ValidationError, said_as: Mapping[str, str], file: Path) -> str:
    """Say which setting is meant, as the environment or the file names it."""
    words, _, name = str(error).partition(" - at `$.")
    return f"{said_as[name.rstrip('`')] if name else file}: {words}"


def _check_addresses(settings: Settings, said_as: Mapping[str, str]) -> None:
    """Refuse what every mail would carry, for ever, and nobody could use."""
    if settings.public_url and not _WEB_ADDRESS.fullmatch(settings.public_url):
        raise SettingInvalid(
            f"{said_as['public_url']} must be a web address such as https://pomelo.company.com, "
            "without a query."
        )
    try:
        if settings.deliver_to:
            parse(settings.deliver_to)
    except AddressInvalid as error:
        raise SettingInvalid(f"{said_as['deliver_to']}: {error}") from None
    for name in ("allow_private_mail", "allow_private_hooks", "trusted_proxies"):
        try:
            parse_networks(getattr(settings, name))
        except NetworkInvalid as error:
            raise SettingInvalid(f"{said_as[name]}: {error}") from None


def _from_file(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingInvalid(f"{file} cannot be read: {error}.") from None
