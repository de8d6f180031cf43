"""A connection to an IMAP server: dialled before, bounded in what it takes, able to wait.

What a server sends is written by strangers: a literal or an answer larger than was asked for
ends the connection, and so does what all servers together send.
"""

import imaplib
import socket
import ssl
import threading
from contextlib import suppress
from io import BufferedReader
from typing import Any, Final, cast

from imapclient import IMAPClient  # type: ignore[import-untyped]
from imapclient.exceptions import ProtocolError  # type: ignore[import-untyped]

# The largest literal that is asked for is a mail of 2 MB.
LITERAL_BYTES: Final = 4 * 1024 * 1024
EXCHANGE_BYTES: Final = 32 * 1024 * 1024
# What each conversation may hold by itself: all that it says until it is logged in, and most
# answers. What is beyond comes from what all share.
OWN_BYTES: Final = 256 * 1024
SHARED_BYTES: Final = 256 * 1024 * 1024
# Lines and literals of one exchange: many small ones cost more than few large ones.
PIECES: Final = 50_000
# A server may say something before it agrees to wait.
ANSWERS: Final = 1000


class Shared:
    """What all conversations of this process may hold beyond what is each one's own.

    Args:
        size: In bytes.
    """

    def __init__(self, size: int) -> None:
        self._left = size
        self._lock = threading.Lock()

    def take(self, size: int) -> bool:
        """Take so many bytes; false when there are not as many left."""
        with self._lock:
            if size > self._left:
                return False
            self._left -= size
            return True

    def give_back(self, size: int) -> None:
        """Give back what was taken."""
        with self._lock:
            self._left += size


SHARED: Final = Shared(SHARED_BYTES)


class Line(imaplib.IMAP4):
    """The wire below IMAPClient.

    Args:
        dialled: A connected socket, secured where TLS comes first.
        host: The server's name, which its certificate must carry.
        port: Its port.
    """

    def __init__(self, dialled: socket.socket, host: str, port: int) -> None:
        self._dialled = dialled
        self._shared = SHARED
        self._drawn_bytes = 0
        self._may_bring(OWN_BYTES)
        self._idle_tag = b""
        super().__init__(host, port)
        self._encoding = "utf-8"

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        return self._dialled

    def quoted(self, text: str) -> str:
        """Write a text as one word of a command."""
        word: str = self._quote(text)
        return word

    def begin_exchange(self) -> None:
        """Let it take as much again as one exchange may bring.

        What the last one brought and nobody asked for is forgotten; the library would keep it.
        """
        self.untagged_responses.clear()
        self._may_bring(EXCHANGE_BYTES)

    def _may_bring(self, size: int) -> None:
        self._shared.give_back(self._drawn_bytes)
        self._drawn_bytes = self._taken_bytes = 0
        self._left_bytes, self._left_pieces = size, PIECES

    def read(self, size: int) -> bytes:
        """Read a literal, whole or not at all."""
        if size > LITERAL_BYTES:
            raise self.abort("a literal is too long")
        self._take(size)
        found = super().read(size)
        if len(found) < size:  # the library would take the rest for empty
            raise self.abort("the connection ended within a literal")
        return found

    def readline(self) -> bytes:
        """Read a line."""
        found = super().readline()
        self._take(len(found))
        return found

    def _take(self, size: int) -> None:
        self._left_bytes -= size
        self._left_pieces -= 1
        if min(self._left_bytes, self._left_pieces) < 0:
            raise self.abort("an answer is too long")
        self._taken_bytes += size
        beyond = self._taken_bytes - OWN_BYTES - self._drawn_bytes
        if beyond > 0:
            if not self._shared.take(beyond):
                raise self.abort("all servers together send too much")
            self._drawn_bytes += beyond

    def shutdown(self) -> None:
        """Hang up, and hold nothing any more."""
        try:
            super().shutdown()
        finally:
            self.untagged_responses.clear()
            self._may_bring(-1)

    def begin_idle(self) -> bool:
        """Let the server tell of new mail by itself; true when it did already.

        Source:
            RFC 2177.
        """
        self._idle_tag = self._command("IDLE")
        has_told = False
        for _ in range(ANSWERS):
            if self._get_response() is None:
                return has_told or self._has_more()
            if self.tagged_commands[self._idle_tag] or "BYE" in self.untagged_responses:
                break
            has_told = True
        raise self.abort("the server does not wait")

    def end_idle(self) -> None:
        """End the waiting."""
        self.send(b"DONE\r\n")
        while not self.tagged_commands[self._idle_tag]:
            self._get_response()
        outcome = self.tagged_commands.pop(self._idle_tag)
        if outcome is None or str(outcome[0]) != "OK":
            raise self.error("the server did not end its waiting")

    def _has_more(self) -> bool:
        """Tell whether anything was read from the socket that nobody has looked at.

        A selector sees only what is still in the kernel.
        """
        kept: bytes | None = getattr(self, "_readbuf", None)  # how Python keeps it from 3.14 on
        if kept is not None:
            return bool(kept)
        waits = self.sock.gettimeout()
        self.sock.setblocking(False)
        try:
            return bool(cast("BufferedReader", self.file).peek(1))
        except (ssl.SSLWantReadError, BlockingIOError):
            return False
        finally:
            self.sock.settimeout(waits)


class Client(IMAPClient):  # type: ignore[misc]
    """IMAPClient over such a line.

    Args:
        dialled: A connected socket.
        host: The server's name.
        port: Its port.
    """

    def __init__(self, dialled: socket.socket, host: str, port: int) -> None:
        self._dialled = dialled
        super().__init__(host, port, ssl=False)
        self.line.debug = 0  # or it would write every answer out for a log that nobody reads

    @property
    def line(self) -> Line:
        """The wire below."""
        line: Line = self._imap
        return line

    def _create_IMAP4(self) -> Any:  # noqa: N802 - the library's name
        return Line(self._dialled, self.host, self.port)

    def _set_read_timeout(self) -> None:
        """Leave the socket's time-out as it was set."""

    def _proc_folder_list(self, folder_data: list[Any]) -> list[Any]:
        """Read an answer to LIST folder by folder: one of no proper name ends nothing.

        Source:
            RFC 3501 5.1.3 (modified UTF-7), which some servers let people write as they like.
        """
        found: list[Any] = []
        for one in folder_data:
            with suppress(ValueError, ProtocolError):
                found += super()._proc_folder_list([one])
        return found
