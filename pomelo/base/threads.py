"""Blocking work in a thread of its own: one that hangs takes nobody's place, and delays no end.

The loop's own threads are few (six on two cores), shared by all, and waited for at the end.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from traceback import clear_frames
from typing import TypeVar

Result = TypeVar("Result")


def begin(work: Callable[[], Result], name: str) -> "asyncio.Future[Result]":
    """Begin something that blocks.

    Args:
        work: What to do; nothing but the thread's end ends it.
        name: Of the thread.

    Returns:
        Its outcome, to be awaited through `asyncio.shield`: it comes, whoever still waits.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Result] = loop.create_future()
    outcome.add_done_callback(_note)
    threading.Thread(target=_run, args=(work, loop, outcome), name=name, daemon=True).start()
    return outcome


def _run(
    work: Callable[[], Result], loop: asyncio.AbstractEventLoop, outcome: "asyncio.Future[Result]"
) -> None:
    tell: Callable[[], None]
    try:
        tell = partial(outcome.set_result, work())
    except BaseException as error:
        _empty_frames(error)
        tell = partial(outcome.set_exception, error)
    with suppress(RuntimeError):  # the loop has ended, and nobody waits
        loop.call_soon_threadsafe(tell)
    del tell, outcome  # the error holds this frame, so that they would hold each other


def _empty_frames(error: BaseException | None) -> None:
    """Let go of what the ended functions held, which may be large, for as long as the error is."""
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__context__


def _note(outcome: "asyncio.Future[Result]") -> None:
    """Look at an error that nobody waits for any more."""
    if not outcome.cancelled():
        outcome.exception()
