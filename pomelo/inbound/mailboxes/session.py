"""A conversation with one mailbox: what is asked of it, and never more than reading.

Every function here blocks and is for a thread of its own; `talks` runs it.
"""

import imaplib
import socket
import ssl
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final

from imapclient.exceptions import LoginError  # type: ignore[import-untyped]

from pomelo.base.tls import Secured, secured
from pomelo.inbound.mailboxes.line import Client
from pomelo.inbound.mailboxes.model import HIGHEST_UID, Head, Listed, Opened
from pomelo.inbound.mailboxes.troubles import Garbled, LogInRefused, is_passing
from pomelo.inbound.mime.headers import HEADERS_BYTES
from pomelo.inbound.mime.parts import MESSAGE_BYTES
from pomelo.senders import ImapAccess, LogInKind, TlsMode

_HEAD: Final = ("RFC822.SIZE", f"BODY.PEEK[HEADER]<0.{HEADERS_BYTES}>")
# Gmail's number of a conversation, in 64 bits; the account's own.
_THREAD: Final = "X-GM-THRID"
_HIGHEST_THREAD: Final = 2**64 - 1

NAMES: Final = "MESSAGE-ID X-POMELO-ID"
# New mail that comes while it is asked for makes it ask again, so many times.
SEARCHES: Final = 10


class Session:
    """One logged-in conversation.

    Args:
        dialled: A connected socket with a time-out; it is ours from now on.
        access: Where it leads, and as whom.
        context: Which certificates are trusted.
    """

    def __init__(self, dialled: socket.socket, access: ImapAccess, context: ssl.SSLContext) -> None:
        self._socket = dialled
        self._access = access
        self._context = context
        self._client: Client | None = None

    def open(self) -> None:
        """Secure the line, log in, and ask that folders tell their state.

        Source:
            RFC 8314 3 (TLS), RFC 9051 6.2 (STARTTLS, AUTHENTICATE, LOGIN), RFC 7162 3.1.2
            (HIGHESTMODSEQ).
        """
        server = self._access.server
        if server.tls is TlsMode.TLS:
            self._socket = self._context.wrap_socket(self._socket, server_hostname=server.host)
        self._client = client = Client(self._socket, server.host, server.port)
        if server.tls is TlsMode.STARTTLS:
            client.starttls(self._context)
            self._socket = client.socket()
        self._log_in(client)
        self.has_idle = bool(client.has_capability("IDLE"))
        self._has_threads = bool(client.has_capability("X-GM-EXT-1"))
        if client.has_capability("ENABLE") and client.has_capability("CONDSTORE"):
            client.enable("CONDSTORE")

    def _log_in(self, client: Client) -> None:
        try:
            self._say_who(client)
        except LoginError as error:
            if isinstance(error.__context__, imaplib.IMAP4.abort):
                raise error.__context__ from None  # it hung up, and refused nothing
            if is_passing(error):
                raise imaplib.IMAP4.error from None
            raise LogInRefused from None  # what the server says of it may hold anything

    def _say_who(self, client: Client) -> None:
        server = self._access.server
        if self._access.kind is LogInKind.XOAUTH2:
            client.oauth2_login(server.login, server.password)
        elif client.has_capability("AUTH=PLAIN"):  # carries any letters
            client.plain_login(server.login, server.password)
        else:
            client.login(client.line.quoted(server.login), server.password)

    @property
    def secured(self) -> Secured | None:
        """What protects the line; None for one in clear."""
        return secured(self._socket) if isinstance(self._socket, ssl.SSLSocket) else None

    def fileno(self) -> int:
        """Give the number under which a selector knows the line."""
        return self._socket.fileno()

    def close(self) -> None:
        """Hang up, without a word: the server may be gone."""
        if self._client is not None:
            with suppress(OSError):
                self._client.line.shutdown()
        self._socket.close()

    def list_folders(self) -> list[Listed]:
        """List all folders of the mailbox whose names can be read."""
        return [
            Listed(name, frozenset(_text(one).lower() for one in attributes))
            for attributes, _, name in self._asked.list_folders()
            if isinstance(name, str)
        ]

    def examine(self, name: str) -> Opened:
        """Open a folder for reading alone.

        Source:
            RFC 9051 6.3.3.
        """
        said = self._asked.select_folder(name, readonly=True)
        uid_validity, next_uid = said.get(b"UIDVALIDITY"), said.get(b"UIDNEXT")
        if not uid_validity:
            raise Garbled
        if not next_uid:  # an old server: behind the last mail there is
            next_uid = max(self._searched("UID *"), default=0) + 1
        return Opened(uid_validity, next_uid, said.get(b"HIGHESTMODSEQ") or None)

    def list_new(self, last_uid: int) -> list[int]:
        """List the mails behind one, oldest first.

        Source:
            RFC 9051 6.4.9: `n:*` names the last mail even where that is below n.
        """
        untagged = self._asked.line.untagged_responses
        found: list[int] = []
        for _ in range(SEARCHES):
            untagged.pop("EXISTS", None)
            found = self._searched(f"UID {last_uid + 1}:*") if last_uid < HIGHEST_UID else []
            if "EXISTS" not in untagged:
                break
        return [uid for uid in found if uid > last_uid]

    def list_since(self, day: date) -> list[int]:
        """List the mails that came on a day or after it."""
        return self._searched(["SINCE", day])

    def list_left(self, uids: Iterable[int]) -> list[int]:
        """List those of some mails that are still there."""
        return self._searched(f"UID {','.join(map(str, uids))}")

    def list_bearing(self, header: str, token: str) -> list[int]:
        """List the mails that bear a signed name of ours: in a header of ours, or as Message-ID.

        Args:
            header: Our own header, which providers keep that give mails another Message-ID.
            token: Letters, digits, hyphens and underscores alone.

        Source:
            RFC 9051 6.4.4 (HEADER finds part of a field's text).
        """
        return self._searched(f"OR HEADER Message-ID {token} HEADER {header} {token}")

    def names(self, uids: Sequence[int]) -> list[bytes]:
        """Read the header fields that name mails of ours, of those that are still there.

        Source:
            RFC 9051 6.4.5 (HEADER.FIELDS).
        """
        found = self._asked.fetch(uids, [f"BODY.PEEK[HEADER.FIELDS ({NAMES})]"])
        return [part for answer in found.values() if (part := _part(answer)) is not None]

    def _searched(self, criteria: Any) -> list[int]:
        return sorted({int(uid) for uid in self._asked.search(criteria)})

    def heads(self, uids: Sequence[int]) -> dict[int, Head]:
        """Read the header blocks and sizes of mails; what is no more there is missing.

        Source:
            Gmail, "IMAP extensions", X-GM-THRID.
        """
        found = self._asked.fetch(uids, [*_HEAD, *([_THREAD] if self._has_threads else [])])
        heads = {int(uid): _head(answer) for uid, answer in found.items()}
        return {uid: head for uid, head in heads.items() if head is not None}

    def body(self, uid: int) -> bytes | None:
        """Read a mail, as far as it is looked at; None when it is no more there."""
        found = self._asked.fetch([uid], [f"BODY.PEEK[]<0.{MESSAGE_BYTES}>"])
        return _part(found[uid]) if uid in found else None

    def wait(self) -> bool:
        """Let the server tell of new mail by itself; true when there is some already."""
        return self._asked.line.begin_idle()

    def end_wait(self) -> None:
        """End the waiting, to ask again."""
        self._asked.line.end_idle()

    def rest(self) -> None:
        """Hold nothing of the last answer any more."""
        if self._client is not None:
            self._client.line.begin_exchange()

    @property
    def _asked(self) -> Client:
        assert self._client is not None, "open comes first"
        self.rest()
        return self._client


def _head(answer: dict[bytes, object]) -> Head | None:
    raw, size, thread = _part(answer), answer.get(b"RFC822.SIZE"), answer.get(_THREAD.encode())
    if raw is None or (size and not raw):  # nothing of a mail is no header block
        return None
    return Head(raw, size if isinstance(size, int) else len(raw), _gmail_thread(thread))


def _gmail_thread(number: object) -> str | None:
    is_one = isinstance(number, int) and 0 < number <= _HIGHEST_THREAD
    return f"gmail:{number}" if is_one else None


def _part(answer: dict[bytes, object]) -> bytes | None:
    """Give the text of a mail in an answer; some servers say NIL for an empty one."""
    for key, value in answer.items():
        if key.startswith(b"BODY["):
            return value if isinstance(value, bytes) else b""
    return None


def _text(value: object) -> str:
    return value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
