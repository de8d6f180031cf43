"""One conversation of the IMAP server: as much of the protocol as reading a mailbox takes.

Nothing can be changed in a folder but that a mail is put there: no mail is marked, moved or
deleted.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeAlias, TypeVar

from pomelo.demo.imap.account import Account
from pomelo.demo.imap.choosing import chosen, matching, read_moment
from pomelo.demo.imap.folder import Folder
from pomelo.demo.imap.giving import asked, given
from pomelo.demo.imap.wire import HungUp, Wire
from pomelo.demo.imap.words import Garbled, Word, quoted, read_words, text

CAPABILITIES: Final = "IMAP4rev1 AUTH=PLAIN IDLE SPECIAL-USE UNSELECT"
BY_UID: Final = frozenset({"SEARCH", "FETCH"})
DONE: Final = "OK done"
NOT_NOW: Final = "BAD not now"
REFUSED: Final = "NO [AUTHENTICATIONFAILED] that is not the password"
NO_FOLDER: Final = "NO [NONEXISTENT] there is no such folder"

Each = TypeVar("Each")
Verb: TypeAlias = Callable[[list[Word]], Awaitable[str]]


class Dialogue:
    """Talks to one client until either hangs up; each verb gives the words behind the tag.

    Args:
        accounts: Who may log in, by name.
        wire: The connection.
    """

    def __init__(self, accounts: Mapping[str, Account], wire: Wire) -> None:
        self._accounts = accounts
        self._wire = wire
        self._account: Account | None = None
        self._folder: Folder | None = None
        self._told = 0
        self._is_idle = False
        self._is_uid = False

    async def run(self) -> None:
        """Talk; every end of it is a normal one."""
        try:
            await self._wire.say(f"* OK [CAPABILITY {CAPABILITIES}] ready")
            while True:
                await self._answer(await self._wire.command())
        except HungUp:
            pass
        finally:
            self._leave()
            self._wire.close()

    async def _answer(self, parts: list[bytes]) -> None:
        tag, _, rest = parts[0].partition(b" ")
        name = ""
        try:
            words = read_words([rest, *parts[1:]])
            name = text(words.pop(0)).upper() if words else ""
            outcome = await self._do(name, words)
        except Garbled:
            outcome = "BAD that is not a command of this server"
        self._tell_new()
        await self._wire.say(f"{tag.decode('ascii', 'replace')} {outcome}")
        if name == "LOGOUT":
            raise HungUp

    async def _do(self, name: str, words: list[Word]) -> str:
        self._is_uid = name == "UID"
        if self._is_uid:
            name = text(words.pop(0)).upper() if words else ""
            if name not in BY_UID:
                raise Garbled
        if verb := self._anybodys().get(name):
            return await verb(words)
        if self._account is None:
            return NOT_NOW
        if verb := self._owners(self._account).get(name):
            return await verb(words)
        if verb := self._readers().get(name):
            return await verb(words) if self._folder else NOT_NOW
        raise Garbled

    def _anybodys(self) -> Mapping[str, Verb]:
        return {
            "CAPABILITY": self._capability,
            "NOOP": self._noop,
            "LOGOUT": self._logout,
            "LOGIN": self._login,
            "AUTHENTICATE": self._authenticate,
        }

    def _owners(self, account: Account) -> Mapping[str, Verb]:
        return {
            "LIST": lambda words: self._list(account, words),
            "EXAMINE": lambda words: self._open(account, words),
            "SELECT": lambda words: self._open(account, words),
            "APPEND": lambda words: self._append(account, words),
            "IDLE": self._idle,
        }

    def _readers(self) -> Mapping[str, Verb]:
        return {
            "SEARCH": self._search,
            "FETCH": self._fetch,
            "UNSELECT": self._unselect,
        }

    async def _capability(self, _: list[Word]) -> str:
        self._wire.tell(f"* CAPABILITY {CAPABILITIES}")
        return DONE

    async def _noop(self, _: list[Word]) -> str:
        return DONE

    async def _logout(self, _: list[Word]) -> str:
        self._wire.tell("* BYE so long")
        return DONE

    async def _login(self, words: list[Word]) -> str:
        login, password = _exactly(words, 2)
        return self._let_in(text(login), text(password))

    async def _authenticate(self, words: list[Word]) -> str:
        if [text(word).upper() for word in words] != ["PLAIN"]:
            return "NO only PLAIN is known here"
        await self._wire.say("+ ")
        try:
            shown = base64.b64decode(await self._wire.line(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise Garbled from None
        _, login, password = _exactly(shown.split("\0"), 3)
        return self._let_in(login, password)

    def _let_in(self, login: str, password: str) -> str:
        if self._account is not None:
            return NOT_NOW
        account = self._accounts.get(login)
        if account is None or account.password != password:
            return REFUSED
        self._account = account
        return f"OK [CAPABILITY {CAPABILITIES}] in"

    async def _list(self, account: Account, words: list[Word]) -> str:
        _, wanted = _exactly(words, 2)
        for folder in account.folders.values():
            if text(wanted) in ("*", "%", folder.name):
                self._wire.tell(f'* LIST ({folder.attribute}) "/" {quoted(folder.name)}')
        return DONE

    async def _open(self, account: Account, words: list[Word]) -> str:
        self._leave()
        folder = account.find(text(_exactly(words, 1)[0]))
        if folder is None:
            return NO_FOLDER
        self._folder, self._told = folder, len(folder.mails)
        folder.watchers.add(self._push)
        self._wire.tell(
            "* FLAGS (\\Seen)",
            f"* {self._told} EXISTS",
            "* 0 RECENT",
            "* OK [PERMANENTFLAGS ()] none",
            f"* OK [UIDVALIDITY {folder.uid_validity}] valid",
            f"* OK [UIDNEXT {folder.next_uid}] next",
        )
        return "OK [READ-ONLY] open"

    async def _append(self, account: Account, words: list[Word]) -> str:
        if len(words) < 2:
            raise Garbled
        name, *between, raw = words
        folder = account.find(text(name))
        if folder is None:
            return "NO [TRYCREATE] there is no such folder"
        if not isinstance(raw, bytes):
            raise Garbled
        if said := folder.refuses(raw):
            return f"NO {said}"
        flags = [text(flag) for word in between if isinstance(word, list) for flag in word]
        moments = [read_moment(text(word)) for word in between if isinstance(word, bytes)]
        folder.add(raw, moments[0] if moments else datetime.now(UTC), tuple(flags))
        return DONE

    async def _search(self, words: list[Word]) -> str:
        found = matching(self._opened, words)
        numbers = [mail.uid if self._is_uid else place for place, mail in found]
        self._wire.tell(" ".join(["* SEARCH", *map(str, numbers)]))
        return DONE

    async def _fetch(self, words: list[Word]) -> str:
        if not words:
            raise Garbled
        numbers, *items = words
        wanted = asked(items, by_uid=self._is_uid)
        for place, mail in chosen(self._opened, text(numbers), by_uid=self._is_uid):
            self._wire.write(b"* %d FETCH (%b)\r\n" % (place, given(mail, wanted)))
            await self._wire.flush()
        return DONE

    async def _unselect(self, _: list[Word]) -> str:
        self._leave()
        return DONE

    async def _idle(self, _: list[Word]) -> str:
        """Tell of new mail until the client has enough.

        Source:
            RFC 2177.
        """
        self._wire.tell("+ idling")
        self._is_idle = True
        try:
            self._push()
            return DONE if (await self._wire.line()).upper() == b"DONE" else NOT_NOW
        finally:
            self._is_idle = False

    @property
    def _opened(self) -> Folder:
        if self._folder is None:
            raise Garbled
        return self._folder

    def _push(self) -> None:
        if self._is_idle:
            self._tell_new()

    def _tell_new(self) -> None:
        if self._folder is not None and self._told < len(self._folder.mails):
            self._told = len(self._folder.mails)
            self._wire.tell(f"* {self._told} EXISTS")

    def _leave(self) -> None:
        if self._folder is not None:
            self._folder.watchers.discard(self._push)
            self._folder = None


def _exactly(words: Sequence[Each], amount: int) -> Sequence[Each]:
    """Give the words of a command that has so many."""
    if len(words) != amount:
        raise Garbled
    return words
