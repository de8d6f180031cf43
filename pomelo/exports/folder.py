"""The folder of export files: written under another name, whole or not there at all.

Names are made of the export's id and the attempt's number, never of what a person chose.
"""

import asyncio
import os
import re
import tempfile
from pathlib import Path
from typing import Final

from pomelo.base.ids import ALPHABET, LENGTH, ExportId
from pomelo.exports.model import Export

# So much is written before the disk is asked to keep it, so that little is left for the end.
SYNC_BYTES: Final = 16 * 1024 * 1024
_OURS: Final = re.compile(rf"(exp_[{ALPHABET}]{{{LENGTH}}})-(\d+)\.(?:csv|\w+\.part)")


class Folder:
    """Where the files are; all processes of an installation share it.

    Args:
        path: Made when it is first needed, for nobody else to read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def path_of(self, export: Export) -> Path:
        """Give where the file of the export's present attempt is, or would be."""
        return self.path / f"{export.id}-{export.attempts}.csv"

    def begin(self, export: Export) -> "Part":
        """Open a new file for an attempt (O_EXCL and O_NOFOLLOW; the name is random)."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(
            prefix=f"{export.id}-{export.attempts}.", suffix=".part", dir=self.path
        )
        return Part(descriptor, Path(name), self.path_of(export))

    def remove(self, path: Path) -> None:
        """Remove a file that may be gone already."""
        path.unlink(missing_ok=True)

    def names(self) -> dict[str, tuple[ExportId, int]]:
        """List the files that are ours: whose each is, and of which attempt."""
        if not self.path.is_dir():
            return {}
        found = {name: _OURS.fullmatch(name) for name in os.listdir(self.path)}
        return {
            name: (ExportId(match.group(1)), int(match.group(2)))
            for name, match in found.items()
            if match is not None
        }


class Part:
    """A file that is being written."""

    def __init__(self, descriptor: int, path: Path, target: Path) -> None:
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._path = path
        self._target = target
        self._writing: asyncio.Task[None] | None = None
        self._syncing: asyncio.Task[None] | None = None
        self._asked_bytes = 0
        self.size_bytes = 0

    async def write(self, piece: bytes) -> None:
        """Append some bytes, in a thread; raises OSError when the disk is full."""
        self._writing = asyncio.create_task(asyncio.to_thread(self._write, piece))
        await asyncio.shield(self._writing)
        if self.size_bytes - self._asked_bytes >= SYNC_BYTES:
            await self._sync_beside()

    async def publish(self) -> Path:
        """Make the file be there under its name, whole, and surviving a power cut."""
        await self._synced()
        await asyncio.to_thread(self._publish)
        return self._target

    async def drop(self) -> None:
        """Close the file; what was not published is removed."""
        threads = [task for task in (self._writing, self._syncing) if task is not None]
        await asyncio.gather(*threads, return_exceptions=True)  # no thread can be stopped
        self._file.close()
        self._path.unlink(missing_ok=True)

    async def _sync_beside(self) -> None:
        """Let the disk keep what is written while more is; waits if it is still at it."""
        await self._synced()
        self._asked_bytes = self.size_bytes
        self._syncing = asyncio.create_task(asyncio.to_thread(os.fsync, self._file.fileno()))

    async def _synced(self) -> None:
        """Wait for the disk; what it could not keep it says only once, so it is raised here."""
        if self._syncing is not None:
            await asyncio.shield(self._syncing)

    def _write(self, piece: bytes) -> None:
        rest = memoryview(piece)
        while rest:
            rest = rest[self._file.write(rest) :]
        self.size_bytes += len(piece)

    def _publish(self) -> None:
        os.fsync(self._file.fileno())
        self._path.rename(self._target)
        folder = os.open(self._target.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
