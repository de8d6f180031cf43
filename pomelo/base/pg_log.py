"""PostgreSQL's log file: kept small while it is written, and asked why a start failed."""

import os
import shutil
from pathlib import Path
from typing import BinaryIO, Final

from pomelo.base.errors import Forbidden

LIMIT_BYTES: Final = 8 * 1024 * 1024


class LogUnwritable(Forbidden):
    """PostgreSQL's log cannot be written; move it away, and a new one is begun."""

    def __init__(self, log: Path, reason: str) -> None:
        super().__init__(
            f"PostgreSQL's log {log} cannot be written ({reason});"
            " move it away, and a new one is begun."
        )


def open_log(log: Path) -> BinaryIO:
    """Open it so that every write goes to its end, wherever that is by then.

    Raises:
        LogUnwritable: It is a directory, or another user's.
    """
    try:
        return os.fdopen(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")
    except (IsADirectoryError, PermissionError) as error:
        raise LogUnwritable(log, error.strerror or str(error)) from error


def bound(log: Path) -> None:
    """Move a log of more than 8 MB to `.1` and begin again, also under a living writer."""
    if log.exists() and log.stat().st_size > LIMIT_BYTES:
        old = log.with_name(f"{log.name}.1")
        shutil.copyfile(log, old)
        old.chmod(0o600)
        os.truncate(log, 0)


def last_complaint(log: Path, since: int) -> str:
    """Give the reason of a failed start: the first fatal line, else the last line.

    Args:
        log: The file.
        since: Its size in bytes before that start.
    """
    with log.open("rb") as file:
        file.seek(since)
        lines = file.read(100_000).decode("utf-8", "replace").splitlines()
    for line in lines:
        for level in ("FATAL:  ", "PANIC:  "):
            if level in line:
                return line.partition(level)[2]
    return next((line for line in reversed(lines) if line), "it gave no reason")
