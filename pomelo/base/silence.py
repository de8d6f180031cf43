"""What PostgreSQL's refusals mean, and its silence: to who asked, and to the log."""

import asyncio
from typing import Any, Final

import asyncpg

from pomelo.base import log
from pomelo.base.errors import Conflict, Invalid, Unavailable

_log: Final = log.get("database")

# The log says at most so often that the database is away, or its disk full.
AWAY_TOLD_SECONDS: Final = 10.0
# So long a disk that was full counts as full: not every write needs new room, so one that
# succeeds says nothing.
FULL_SECONDS: Final = 60.0
AWAY: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
)
# It is there, and has no time.
_BUSY: Final = (
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,
)
# What a client sent and PostgreSQL cannot keep: 22021, 22P02, 22P05, 54000, 54001.
_REFUSED: Final = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)


class NoAnswer(Unavailable):
    """The database does not answer; send the request again in a few seconds."""


class DiskFull(Unavailable):
    """The disk of the database is full; free some space, then send the request again."""


class Presence:
    """Tells the log when the database goes, and when it is back: once, whoever asks meanwhile."""

    def __init__(self) -> None:
        self._is_away = False
        self._told_at = -AWAY_TOLD_SECONDS
        self._full_at = self._full_told_at = -FULL_SECONDS

    @property
    def is_full(self) -> bool:
        """Whether somebody found its disk full within the last minute."""
        return _time() - self._full_at < FULL_SECONDS

    def fill(self, error: BaseException) -> None:
        """Note that its disk is full."""
        self._full_at = _time()
        if self._full_at - self._full_told_at >= AWAY_TOLD_SECONDS:
            self._full_told_at = self._full_at
            _log.error("database_disk_full", reason=_reason(error))

    def confirm(self) -> None:
        """Note that it answered."""
        if self._is_away:
            self._is_away = False
            _log.warning("database_back")

    def miss(self, error: BaseException) -> None:
        """Note that it did not answer."""
        if not self._is_away and _time() - self._told_at >= AWAY_TOLD_SECONDS:
            self._is_away, self._told_at = True, _time()
            _log.warning("database_away", reason=_reason(error))


class ended:  # noqa: N801 - reads as a word in `with ended(…):`
    """Lets go of a connection after a while, so that all who wait for it are told at once."""

    def __init__(self, connection: Any, seconds: float | None) -> None:
        self._connection = connection
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._is_over = False

    def __enter__(self) -> None:
        if self._seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(self._seconds, self._let_go)

    def _let_go(self) -> None:
        self._is_over = True
        self._connection.terminate()

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._is_over and error is not None:
            raise NoAnswer from error


class told:  # noqa: N801 - reads as a word in `with told():`
    """Turns what the driver raises into the kinds of `errors`."""

    def __init__(self, presence: Presence | None = None) -> None:
        self._presence = presence

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if self._presence is not None:
            self._note(self._presence, error)
        if isinstance(error, asyncpg.TransactionRollbackError):
            raise Conflict from error
        if isinstance(error, _REFUSED):
            raise Invalid(
                "A value in the request cannot be stored; "
                "remove unusual characters and oversized values."
            ) from error
        if isinstance(error, TimeoutError):
            raise NoAnswer from error
        if isinstance(error, asyncpg.DiskFullError):
            raise DiskFull from error
        if isinstance(error, AWAY):
            raise Unavailable from error

    def _note(self, presence: Presence, error: BaseException | None) -> None:
        if error is None:
            presence.confirm()
        elif isinstance(error, asyncpg.DiskFullError):
            presence.fill(error)
        elif isinstance(error, _BUSY):
            _log.warning("database_busy", reason=_reason(error))
        elif isinstance(error, (*AWAY, TimeoutError, NoAnswer)):
            presence.miss(error)


def _reason(error: BaseException) -> str:
    """Say in words what happened; the driver's own about itself would say nothing to a reader."""
    if isinstance(error, NoAnswer | TimeoutError):
        return "no answer in time"
    is_inside = isinstance(error, asyncpg.InternalClientError | asyncpg.InterfaceError)
    return "the connection broke off" if is_inside else str(error) or repr(error)


def _time() -> float:
    return asyncio.get_running_loop().time()
