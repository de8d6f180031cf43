"""Logs: one JSON object a line, the same keys in the same order, secrets as stars."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import msgspec

from pomelo.base.plainly import without
from pomelo.base.secret import STARS, Secret

# To colour what it writes to a terminal: a tenth of a second, and megabytes, of every process.
with without("rich"):
    import structlog
    from structlog.typing import EventDict, FilteringBoundLogger, Processor

ORDER: Final = ("at", "level", "event", "of")
LEVELS: Final = {"debug": 10, "info": 20, "warning": 30, "error": 40}
# A key of these letters anywhere in a name hides its value, at any depth.
HIDDEN: Final = ("password", "secret", "token", "authorization", "cookie", "api_key", "apikey")
# A key under the names that people give it, and the code that a provider of mailboxes sends a
# browser back with.
_SECRET_IN_URL: Final = re.compile(r"(token=|api_?key=|[?&]code=)[^&\s\"'#]*", re.IGNORECASE)
# How `teams` writes keys: wherever one stands, it is a key, escaped (again and again) or not.
_KEY: Final = re.compile(
    "".join(f"(?:{letter}|%(?:25)*{ord(letter):x})" for letter in "pml_")
    + "(?:[a-z0-9]|%(?:25)*[3-7][0-9a-f])+",
    re.IGNORECASE,
)
# Standard loggers of libraries whose own words say too much or too often.
QUIET: Final = ("_granian", "asyncio", "aiosmtplib", "httpx", "httpcore")


def get(of: str) -> FilteringBoundLogger:
    """Get the logger of a part of the program; every line says `of` which."""
    logger: FilteringBoundLogger = structlog.get_logger(of=of)
    return logger


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send all logs, those of libraries too, to a stream as JSON lines.

    Args:
        level: The least that is written: debug, info, warning or error.
        stream: Where to; standard error by default.
    """
    _configure_ours(level, stream)
    foreign: list[Processor] = [
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.add_logger_name,
        *_PROCESSORS,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=foreign,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_LAST],
    )
    handler = _Handler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(level=LEVELS[level], handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(LEVELS[level], logging.WARNING))


class _Handler(logging.Handler):
    """Writes to a stream, or to whatever standard error is at that moment."""

    def __init__(self, stream: TextIO | None) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        try:
            (self._stream or sys.stderr).write(self.format(record) + "\n")
        except Exception:  # logging must not end what it tells of
            self.handleError(record)


def _configure_ours(level: str, stream: TextIO | None) -> None:
    structlog.configure(
        processors=[*_PROCESSORS, *_LAST],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=lambda *_: structlog.WriteLogger(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def hide(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Put stars where a secret stands: by the name of its key, by type, and in URLs."""
    return {key: _hidden(key, value) for key, value in event.items()}


def _hidden(key: str, value: object) -> object:
    """Give what may be written of a value; `_record` and its like stay as they are."""
    name = key.lower()
    if any(word in name for word in HIDDEN):
        return STARS
    return value if key.startswith("_") else _masked(value)


def _masked(value: object) -> object:
    if isinstance(value, str):
        return mask_url(value)
    if isinstance(value, MutableMapping):
        return {str(key): _hidden(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(item) for item in value]
    return STARS if isinstance(value, Secret) else value


def mask_url(text: str) -> str:
    """Put stars for keys, by name and by how they look, and for a provider's code, in a text."""
    return _KEY.sub(STARS, _SECRET_IN_URL.sub(rf"\1{STARS}", text))


def in_order(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Put the keys that every line has first, the others after them as they came."""
    if "logger" in event:
        event["of"] = event.pop("logger")
    first = {key: event[key] for key in ORDER if key in event}
    return {**first, **event}


def _line(event: EventDict, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=repr).decode()


_PROCESSORS: Final[tuple[Processor, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper("iso", utc=True, key="at"),
    structlog.processors.format_exc_info,
    hide,
)
_LAST: Final[tuple[Processor, ...]] = (
    in_order,
    structlog.processors.JSONRenderer(serializer=_line),
)

# From the first line on: structlog's own way shows the local variables of every frame of a
# trace, and keys and passwords among them.
_configure_ours("info", None)
