"""Conversations with the IMAP server for tests: its commands, each in a function."""

import asyncio
import base64
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from tests.inbound.imapfolder import Folder

if TYPE_CHECKING:
    from tests.inbound.imapsim import Account


class Dropped(Exception):
    """The connection ends here."""


class Talk:
    """One conversation.

    Args:
        account: With whose server.
        reader: What the client says.
        writer: What it hears.
    """

    def __init__(
        self, account: "Account", reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.account = account
        self.reader = reader
        self.writer = writer
        self.selected: Folder | None = None
        self.is_idling = False
        self.is_mute = False
        self.is_behind = False

    def say(self, line: str) -> None:
        self.raw(line.encode() + b"\r\n")

    def raw(self, data: bytes) -> None:
        if not self.is_mute:
            self.writer.write(data)

    def tell(self, folder: str) -> None:
        """Say that a mail came, to who waits now; else as soon as they do (RFC 9051 5.2)."""
        if self.selected and self.selected.name == folder:
            self.is_behind = True
            self.catch_up()

    def catch_up(self) -> None:
        if self.is_behind and self.is_idling and self.selected:
            self.is_behind = False
            self.say(f"* {len(self.selected.mails)} EXISTS")

    async def line(self) -> str:
        found = await self.reader.readline()
        if not found:
            raise Dropped
        return found.decode().rstrip("\r\n")

    async def run(self) -> None:
        self.say(f"* OK [CAPABILITY {self.capabilities}] ready")
        while True:
            tag, _, rest = (await self.line()).partition(" ")
            words = rest.split(" ")
            name = words[1].upper() if words[0].upper() == "UID" else words[0].upper()
            self.account.heard.append(rest if name not in ("LOGIN", "AUTHENTICATE") else name)
            await self.fail(self.account.fault(name))
            await getattr(self, f"do_{name.lower()}", self.refuse)(tag, rest)

    async def fail(self, fault: str | None) -> None:
        match fault:
            case "drop":
                raise Dropped
            case "bye":
                self.say("* BYE so long")
                raise Dropped
            case "mute":
                self.is_mute = True

    @property
    def capabilities(self) -> str:
        offered = {
            " AUTH=PLAIN": self.account.has_plain,
            " IDLE": self.account.has_idle,
            " STARTTLS": self.account.starttls is not None,
            " X-GM-EXT-1": self.account.has_threads,
        }
        return "IMAP4rev1 SPECIAL-USE" + "".join(name for name, has in offered.items() if has)

    async def refuse(self, tag: str, _: str) -> None:
        self.say(f"{tag} BAD this server is for reading alone")

    async def do_capability(self, tag: str, _: str) -> None:
        self.say(f"* CAPABILITY {self.capabilities}")
        self.say(f"{tag} OK done")

    async def do_authenticate(self, tag: str, rest: str) -> None:
        if rest.endswith("XOAUTH2"):
            await self.take_token(tag)
            return
        self.say("+ ")
        given = base64.b64decode(await self.line()).decode().split("\0")
        if given != ["", self.account.login, self.account.password]:
            self.say(f"{tag} NO [AUTHENTICATIONFAILED] canary")
            return
        self.account.log_ins += 1
        self.say(f"{tag} OK [CAPABILITY {self.capabilities}] in")

    async def take_token(self, tag: str) -> None:
        self.say("+ ")
        token = base64.b64decode(await self.line()).decode().split("Bearer ")[1].strip("\x01")
        self.account.shown.append(token)
        if token not in self.account.tokens:
            self.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
            await self.line()
            self.say(f"{tag} NO canary")
            return
        self.account.log_ins += 1
        self.say(f"{tag} OK in")

    async def do_login(self, tag: str, rest: str) -> None:
        is_right = rest.partition(" ")[2] == quoted(self.account.login) + " " + quoted(
            self.account.password
        )
        self.account.log_ins += is_right
        self.say(f"{tag} OK in" if is_right else f"{tag} NO canary")

    async def do_starttls(self, tag: str, _: str) -> None:
        self.say(f"{tag} OK go ahead")
        assert self.account.starttls is not None
        await self.writer.start_tls(self.account.starttls)

    async def do_list(self, tag: str, _: str) -> None:
        for folder in self.account.folders.values():
            self.say(f'* LIST ({folder.attributes}) "/" "{folder.name}"')
        self.say(f"{tag} OK done")

    async def do_examine(self, tag: str, rest: str) -> None:
        name = rest.partition(" ")[2].strip('"')
        folder = self.account.folders.get(name)
        if folder is None:
            self.say(f"{tag} NO there is no such folder")
            return
        self.selected, self.is_behind = folder, False
        self.say(f"* {len(folder.mails)} EXISTS")
        self.say("* 0 RECENT")
        self.say(f"* OK [UIDVALIDITY {folder.uid_validity}] valid")
        self.say(f"* OK [UIDNEXT {folder.next_uid}] next")
        self.say(f"* OK [HIGHESTMODSEQ {folder.next_uid}] so far")
        self.say(f"{tag} OK [READ-ONLY] open")

    async def do_search(self, tag: str, rest: str) -> None:
        assert self.selected is not None
        uids = sorted(self.selected.mails)
        criteria = rest.split(" ", 2)[2]
        if since := re.fullmatch(r"SINCE (\S+)", criteria):
            day = parsedate_to_datetime(since[1].strip('"').replace("-", " ") + " 00:00").date()
            found = [uid for uid in uids if self.selected.mails[uid][1] >= day]
        elif begin := re.fullmatch(r"UID (\d+):\*", criteria):
            found = [uid for uid in uids if uid >= int(begin[1])] or uids[-1:]
        elif named := re.fullmatch(r"OR HEADER (\S+) (\S+) HEADER (\S+) (\S+)", criteria):
            asked = [(named[1], named[2]), (named[3], named[4])]
            found = [uid for uid in uids if self.selected.bears(uid, asked)]
        else:
            found = [uid for uid in uids if str(uid) in criteria.removeprefix("UID ").split(",")]
        self.say(f"* SEARCH {' '.join(map(str, found))}".rstrip())
        self.say(f"{tag} OK done")

    async def do_fetch(self, tag: str, rest: str) -> None:
        assert self.selected is not None
        _, _, asked, items = rest.split(" ", 3)
        for uid in map(int, asked.split(",")):
            if uid in self.selected.refused:
                self.say(f"{tag} NO this one is broken")
                return
            if uid in self.selected.mails:
                await self.give(uid, self.selected.mails[uid][0], items)
        self.say(f"{tag} OK done")

    async def give(self, uid: int, raw: bytes, items: str) -> None:
        is_head = "HEADER" in items
        part = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if is_head else raw
        key = "BODY[HEADER]<0>" if is_head else "BODY[]<0>"
        size = f"RFC822.SIZE {len(raw)} " if is_head else ""
        if "X-GM-THRID" in items:
            assert self.selected is not None
            size += f"X-GM-THRID {self.selected.thread_of(uid)} "
        place = sorted(self.selected.mails).index(uid) + 1 if self.selected else 0
        length = self.account.announced_bytes or len(part)
        self.raw(f"* {place} FETCH (UID {uid} {size}{key} {{{length}}}\r\n".encode())
        if (fault := self.account.fault("LITERAL")) is not None:
            self.raw(part[: len(part) // 2])
            await self.fail(fault)
        self.raw(part + b")\r\n")

    async def do_idle(self, tag: str, _: str) -> None:
        self.raw(self.account.idle_says)
        self.is_idling = True
        self.catch_up()
        try:
            while (await self.line()).upper() != "DONE":
                pass
        finally:
            self.is_idling = False
        await self.fail(self.account.fault("DONE"))
        self.say(f"{tag} OK done")

    async def do_noop(self, tag: str, _: str) -> None:
        self.say(f"{tag} OK done")


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
