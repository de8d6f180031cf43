"""The export folder: writable, and the same one for every process of the installation."""

import asyncio
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from pomelo.base import log
from pomelo.base.db import Db
from pomelo.base.errors import Unavailable
from pomelo.base.sql import Query
from pomelo.cli.checkup.finding import Finding, Level, good, wrong
from pomelo.cli.house import House

LOG: Final = log.get("server")
FILE: Final = ".pomelo-exports"
SUBJECT: Final = "export folder"

# The first process that asks sets it; whoever comes later reads that one.
_MARK: Final = Query(
    "mark_exports",
    """
    UPDATE installation SET export_mark = CASE export_mark WHEN '' THEN :mark ELSE export_mark END
    RETURNING export_mark""",
)


async def examine_exports(db: Db, folder: Path) -> Finding:
    """Compare the mark in the database with the one in the folder; the first time, make both.

    Args:
        db: The open transaction.
        folder: Where this process writes export files; made if it is missing.
    """
    fresh = secrets.token_hex(8)
    mark = await _MARK.one(db, str, mark=fresh)
    return await asyncio.to_thread(_look, folder, mark, is_first=mark == fresh)


async def warn_if_apart(house: House) -> None:
    """Log a sentence when this process has another export folder than those before it.

    A database that takes no mark now, because its disk is full, keeps nobody from serving.
    """
    with suppress(Unavailable):
        async with house.database.transaction() as db:
            found = await examine_exports(db, house.export_dir)
        if found.level is not Level.PASS:
            LOG.error("export_folder", reason=found.text)


def _look(folder: Path, mark: str, *, is_first: bool) -> Finding:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _compare(folder, mark, is_first=is_first)
    except OSError as error:
        return wrong(
            SUBJECT,
            f"{folder} cannot be written ({error.strerror}); set POMELO_EXPORT_DIR to a folder "
            "that this user may write to.",
        )


def _compare(folder: Path, mark: str, *, is_first: bool) -> Finding:
    file = folder / FILE
    if is_first:
        file.write_text(mark)
    if not file.exists() or file.read_text("utf-8", "replace").strip() != mark:
        return wrong(
            SUBJECT,
            f"{folder} is not the folder that other processes use, so files made here cannot be "
            "fetched there; let POMELO_EXPORT_DIR be one shared folder. If it was moved on "
            f"purpose: echo {mark} > {file}",
        )
    probe = folder / f"{FILE}.{secrets.token_hex(4)}"
    probe.write_bytes(b"")
    probe.unlink()
    return good(
        SUBJECT,
        f"{folder} is writable, and the one of this installation; a server with another one says "
        "so in its log.",
    )
