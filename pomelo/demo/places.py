"""Where the demo lives: a directory of its own, never one with somebody's data in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from pomelo.base.datadir import MODE_OF_ROOT, HomeLock, default_home, prepare
from pomelo.base.errors import Conflict
from pomelo.demo.run import Ending

FILE: Final = "pomelos_for_everybody.csv"
LOG: Final = "server.log"
CLUSTER: Final = "pg"
NOTE: Final = "demo.json"
FILE_MODE: Final = 0o600


class HomeTaken(Conflict):
    """This data directory holds data already; the demo begins in an empty one."""


class Room(msgspec.Struct, frozen=True):
    """A place for one run.

    Attributes:
        home: The data directory.
        folder: Where the export and the server's log shall lie.
    """

    home: Path
    folder: Path

    @property
    def file(self) -> Path:
        """Where the export shall lie."""
        return self.folder / FILE

    @property
    def log(self) -> Path:
        """Where the server's log shall lie."""
        return self.folder / LOG


class Note(msgspec.Struct, frozen=True):
    """What a data directory of the demo remembers; without an ending it was broken off."""

    port: int
    ending: Ending | None = None


@contextmanager
def room(environ: Mapping[str, str]) -> Iterator[Room]:
    """Give a place for a run that leaves nothing but its export and the server's log.

    In POMELO_DATA_DIR, if that is set, everything stays.

    Raises:
        HomeTaken: There is a database in POMELO_DATA_DIR already.
    """
    given = environ.get("POMELO_DATA_DIR")
    if given:
        home = Path(given).absolute()
        if (home / CLUSTER).exists():
            raise HomeTaken(f"{home} holds data already; name an empty directory for the demo.")
        prepare(home)
        yield Room(home, home)
        return
    away = Path(tempfile.mkdtemp(prefix="pomelo-demo-"))
    away.chmod(MODE_OF_ROOT)  # PostgreSQL runs as somebody else under root, and passes through
    place = Room(away / "data", away)
    try:
        prepare(place.home)
        yield place
    finally:
        is_told = place.file.exists()  # else there is nothing to look at
        shutil.rmtree(place.home if is_told else away, ignore_errors=True)


def lasting_home(environ: Mapping[str, str]) -> Path:
    """Give the directory of the demo that stays: beside the user's real one."""
    given = environ.get("POMELO_DATA_DIR")
    return Path(given).absolute() if given else default_home(environ).with_name("pomelo-demo")


def read_note(home: Path) -> Note | None:
    """Read what a lasting demo remembers; one that was broken off is cleared away.

    Raises:
        HomeTaken: There is a database that is none of the demo's.
        HomeInUse: A server runs on it, perhaps in a story that is not over.
    """
    with HomeLock(home):
        return _read_note(home)


def _read_note(home: Path) -> Note | None:
    file, cluster = home / NOTE, home / CLUSTER
    if file.exists():
        note = msgspec.json.decode(file.read_bytes(), type=Note)
        if note.ending is not None:
            return note
        shutil.rmtree(cluster, ignore_errors=True)
        file.unlink()
        return None
    if cluster.exists():
        raise HomeTaken(
            f"{home} holds data that `pomelo demo --stay` did not make; "
            "set POMELO_DATA_DIR to another directory."
        )
    return None


def write_note(home: Path, note: Note) -> None:
    """Remember; the note holds a key, so nobody else may read it."""
    with open(os.open(home / NOTE, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, FILE_MODE), "wb") as out:
        out.write(msgspec.json.encode(note))
