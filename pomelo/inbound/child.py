"""The process that reads foreign mail: frames in on stdin, frames out on stdout.

It has no secrets, opens nothing, and may use 256 MB and 2 s of CPU a mail. It is started
by its path, so that this domain's door does not load the whole program into it.
"""

import contextlib
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

MEMORY_BYTES: Final = 256 * 1024 * 1024
CPU_SECONDS: Final = 2
LENGTH_BYTES: Final = 4
READY: Final = b"R"


def main() -> None:
    """Read one frame after another until stdin ends."""
    _shut_the_door()
    from pomelo.inbound.parse import parse  # noqa: PLC0415 - only behind the shut door

    _limit_memory()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    serve(sys.stdin.buffer, sys.stdout.buffer, lambda raw: msgspec.msgpack.encode(parse(raw)))


def serve(source: BinaryIO, sink: BinaryIO, answer: Callable[[bytes], bytes]) -> None:
    """Answer frames: four bytes of length, then as many bytes; an empty one says "failed"."""
    while len(prefix := source.read(LENGTH_BYTES)) == LENGTH_BYTES:
        raw = source.read(int.from_bytes(prefix))
        _limit_cpu()
        try:
            frame = answer(raw)
        except Exception:  # whatever it was, the parent sets the mail aside
            frame = b""
        sink.write(len(frame).to_bytes(LENGTH_BYTES) + frame)
        sink.flush()


def _shut_the_door() -> None:
    """Stand in for the domain's door: its parts load, what it re-exports does not."""
    package = types.ModuleType("pomelo.inbound")
    package.__path__ = [str(Path(__file__).parent)]
    sys.modules[package.__name__] = package


def _limit_memory() -> None:
    _limit("RLIMIT_AS", MEMORY_BYTES)
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_FSIZE", 0)


def _limit_cpu() -> None:
    """Let this mail take its seconds beyond what those before it took."""
    import resource  # noqa: PLC0415 - not on every system

    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit("RLIMIT_CPU", int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1)


def _limit(name: str, amount: int) -> None:
    import resource  # noqa: PLC0415 - not on every system

    which = getattr(resource, name)
    _, most = resource.getrlimit(which)
    # macOS refuses RLIMIT_AS; the parent's wall limit still holds there.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(which, (amount, most))


if __name__ == "__main__":
    main()
