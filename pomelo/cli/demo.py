"""`pomelo demo`: a whole campaign, with people who answer, and every number checked."""

import asyncio
import signal
from collections.abc import Awaitable
from typing import Annotated, Final

import typer

from pomelo.demo import visit
from pomelo.demo.people import EVERYBODY, ROLES
from pomelo.demo.show import Show

INTERRUPTED: Final = 130


def demo(
    stay: Annotated[
        bool, typer.Option(help="Leave a server with the data; a second time just that.")
    ] = False,
    people: Annotated[
        int, typer.Option(min=len(ROLES), max=EVERYBODY, help="How many people there are.")
    ] = EVERYBODY,
) -> None:
    """Watch a campaign of 200 people go out on a fast clock, and check every number.

    Starts a server and a mail server of its own, in a temporary directory or an empty
    POMELO_DATA_DIR; nothing leaves this machine. The people open, click, reply, are away,
    bounce and unsubscribe, and machines do what machines do. Ends with 0 only if every number
    is what their script says it must be.

    Examples:
        pomelo demo
        pomelo demo --people 40
        pomelo demo --stay
        POMELO_DATA_DIR=/srv/try POMELO_PORT=9000 pomelo demo --stay
    """
    show = Show()
    work = visit.stay(show, people) if stay else visit.once(show, people)
    try:
        holds = asyncio.run(_until_told(work))
    except (asyncio.CancelledError, KeyboardInterrupt):
        raise typer.Exit(INTERRUPTED) from None
    raise typer.Exit(0 if holds else 1)


async def _until_told(work: Awaitable[bool]) -> bool:
    """Let every signal end it as Ctrl-C does, so that the server ends too."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await task
