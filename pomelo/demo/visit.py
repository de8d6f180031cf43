"""The two ways to watch the demo: once, with nothing left behind, or with a server that stays."""

import asyncio
import os
import signal
from contextlib import suppress
from typing import Final

from pomelo.api.ratelimit import UNLIMITED
from pomelo.base.datadir import prepare
from pomelo.demo import places, report
from pomelo.demo.places import Note, Room
from pomelo.demo.run import Demo, Ending
from pomelo.demo.server import Server, free_port
from pomelo.demo.show import Show

USUAL_PORT: Final = 8080
# Who tries a client here would else think that it keeps the limit.
NO_RATE_LIMIT: Final = (
    f"Its rate limit is off (X-RateLimit-Limit: {UNLIMITED}), for the story's sake; "
    "`pomelo serve` has one (POMELO_RATE_LIMIT)."
)


async def once(show: Show, amount: int) -> bool:
    """Tell the story; gives whether every number was right.

    Args:
        show: Where it is told.
        amount: How many people, 200 at most.
    """
    with places.room(os.environ) as room:
        server = Server(room.home, free_port(), room.log)
        demo = Demo(server, show, room.file, amount)
        try:
            ending = await demo.play()
        finally:
            await demo.close()
            await server.stop()
    if not ending.holds:
        show.say(f"What the server said: {room.log}")
    show.say("`pomelo demo --stay` (`make run`) leaves a server with this data, and says its key.")
    usual = f"http://127.0.0.1:{USUAL_PORT}"
    report.tell_where(show, file=room.file, url=usual, key="$KEY", person=demo.buyer)
    return ending.holds


async def stay(show: Show, amount: int) -> bool:
    """Tell the story the first time, then leave the server until told to stop."""
    home = places.lasting_home(os.environ)
    prepare(home)
    note = places.read_note(home)
    port = free_port(note.port if note else int(os.environ.get("POMELO_PORT") or USUAL_PORT))
    room = Room(home, home)
    server = Server(home, port, room.log)
    demo = Demo(server, show, room.file, amount)
    try:
        ending = await _first_or_again(demo, note, server, show)
        show.say()
        show.say(f"The server is at {server.url} (reference at /docs). Ctrl-C ends it.")
        show.say(f"A key of the team: {ending.key}")
        show.say(NO_RATE_LIMIT)
        report.tell_where(show, file=room.file, url=server.url, key=ending.key, person=demo.buyer)
        await _until_stopped(server)
    finally:
        await demo.close()
        await server.stop()
    return ending.holds


async def _first_or_again(demo: Demo, note: Note | None, server: Server, show: Show) -> Ending:
    if note is not None and note.ending is not None:
        show.say("The story was told before; its data is still here. (The mailboxes are empty:")
        show.say("they were mail servers of the demo's own, which keep nothing.)")
        await demo.resume(note.ending)
        return note.ending
    places.write_note(server.home, Note(server.port))
    ending = await demo.play()
    places.write_note(server.home, Note(server.port, ending))
    return ending


async def _until_stopped(server: Server) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    waits = [asyncio.ensure_future(wait) for wait in (stop.wait(), server.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
        with suppress(asyncio.CancelledError):
            await wait
