"""Foreign mail is read in a child process that may be killed; one child, used again.

A mail that takes longer than its limit, or that ends the child, is set aside: the next
one finds a new child.
"""

import asyncio
import contextlib
import hashlib
import os
import sys
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from pomelo.base.errors import Unavailable
from pomelo.inbound import child
from pomelo.inbound.mime.parts import MESSAGE_BYTES
from pomelo.inbound.model import Parsed, Unreadable

READ_SECONDS: Final = 2.0
START_SECONDS: Final = 30.0
ANSWER_BYTES: Final = 16 * 1024 * 1024

_KEPT_ENVIRONMENT: Final = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
# Another locale maps an archive of all locales, up to 200 MB, into the child's memory.
_LOCALE: Final = "C.UTF-8"


class ReaderBroken(Unavailable):
    """The program that reads mails does not start; look at this machine's memory and its Python."""


class Reader:
    """Reads mails one at a time in a limited child, started at the first one.

    Args:
        seconds: The longest that one mail may take, start of the child apart.
        command: What to start instead of the child (for tests of the limits).
    """

    def __init__(
        self, seconds: float = READ_SECONDS, command: tuple[str, ...] | None = None
    ) -> None:
        self._seconds = seconds
        self._command = command or (sys.executable, "-P", child.__file__)
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def read(self, raw: bytes) -> Parsed | Unreadable:
        """Read a mail; whatever it does to the child, there is an answer.

        One that cannot be read is shown to a new child once more, before it counts as such.

        Args:
            raw: All of its bytes; past 2 MB they are not looked at.

        Returns:
            What the mail holds, or why it could not be read: `too slow`, `crashed`,
            `failed`.

        Raises:
            ReaderBroken: The child does not even start: no fault of the mail's.
        """
        digest = await asyncio.to_thread(lambda: hashlib.sha256(raw).hexdigest())
        async with self._turn:
            answer = await self._ask(raw[:MESSAGE_BYTES])
            if isinstance(answer, str):  # the machine may have been busy, or the child worn out
                await self.close()
                answer = await self._ask(raw[:MESSAGE_BYTES])
        if isinstance(answer, str):
            return Unreadable(reason=answer, digest=digest, size_bytes=len(raw))
        is_cut = len(raw) > MESSAGE_BYTES
        return replace(answer, digest=digest, size_bytes=len(raw), is_cut=is_cut)

    async def close(self) -> None:
        """End the child; a later `read` starts another."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.communicate()

    async def _ask(self, raw: bytes) -> Parsed | str:
        try:
            process = await self._started()
            async with asyncio.timeout(self._seconds):
                frame = await _exchange(process, raw)
            return msgspec.msgpack.decode(frame, type=Parsed) if frame else "failed"
        except TimeoutError:
            reason = "too slow"
        except (OSError, EOFError, ValueError):
            reason = "crashed"  # ended, or said what no child of ours says
        except BaseException:
            await self.close()  # cancelled in the middle: its answer would be the next mail's
            raise
        await self.close()
        return reason

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self.close()
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,  # a traceback would hold text of the mail
                env=_environment(),
                close_fds=True,
            )
            async with asyncio.timeout(START_SECONDS):
                await _output(process).readexactly(len(child.READY))
        except (OSError, EOFError) as error:  # no mail was shown to it yet
            raise ReaderBroken from error
        return process


def _environment() -> dict[str, str]:
    """Give the child what it needs to start, and none of our secrets."""
    kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    package = str(Path(__file__).parents[2])
    return {**kept, "LC_ALL": _LOCALE, "PYTHONPATH": package, "PYTHONWARNINGS": "ignore"}


async def _exchange(process: asyncio.subprocess.Process, raw: bytes) -> bytes:
    sink, source = process.stdin, _output(process)
    if sink is None:
        raise EOFError
    sink.write(len(raw).to_bytes(child.LENGTH_BYTES) + raw)
    await sink.drain()
    size_bytes = int.from_bytes(await source.readexactly(child.LENGTH_BYTES))
    if size_bytes > ANSWER_BYTES:
        raise ValueError("the answer is too long")
    return await source.readexactly(size_bytes)


def _output(process: asyncio.subprocess.Process) -> asyncio.StreamReader:
    if process.stdout is None:
        raise EOFError
    return process.stdout
