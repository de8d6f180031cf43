"""The story from beginning to end: a team, four campaigns, two hundred people, two days."""

import asyncio
import errno
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from pomelo.base import clock
from pomelo.base.errors import Conflict
from pomelo.demo import checks, expected, found, neighbours, people, report, stage
from pomelo.demo.expected import Story
from pomelo.demo.people import Person
from pomelo.demo.postbox import Postbox
from pomelo.demo.server import FastClock, Server
from pomelo.demo.show import Show
from pomelo.demo.stage import Campaigns, Ports, Refusal
from pomelo.demo.town import Town
from pomelo.demo.web import Api

# A day takes so long that all post of the first mail is read before the second one goes out.
DAY_SECONDS: Final = 12.0
PERSON_SECONDS: Final = 0.07
# On a machine that is slower than that, the campaign is paused so late in the day.
LATE: Final = 0.7
# By then the fast clock has caught up with the real one; the story must have ended before.
LAG_SECONDS: Final = 170.0
GIVE_UP_SECONDS: Final = 150.0
LOOK_SECONDS: Final = 0.2
TEAM: Final = "Pomelo Growers"

ROWS: Final = "rows read"
MAILS: Final = "mails delivered"
POST: Final = "answers read"


class PortTaken(Conflict):
    """Another program listens where a mail server of the demo did; stop it, then start again."""

    def __init__(self, port: int, home: Path) -> None:
        super().__init__(
            f"A mail server of the demo was at port {port}, and that port is taken by another "
            f"program; stop that one, or remove {home} to have the story told anew."
        )


class Ending(msgspec.Struct, frozen=True):
    """How the story ended, and what it takes to look around in it later.

    Attributes:
        holds: Whether every number is what it must be.
        key: A key of the team.
        campaigns: Which campaigns there are.
        ports: Where the mail servers listen.
    """

    holds: bool
    key: str
    campaigns: Campaigns
    ports: Ports


class Demo:
    """One run of the story.

    Args:
        server: The server, not started yet.
        show: Where it is told.
        file: Where the export shall lie.
        amount: How many people.
    """

    def __init__(self, server: Server, show: Show, file: Path, amount: int) -> None:
        self._server = server
        self._show = show
        self._file = file
        self.rows = people.read_rows(amount)
        self.people = people.cast(self.rows)
        self.story: Story = expected.tell(self.people)
        self.day_seconds = DAY_SECONDS + PERSON_SECONDS * len(self.people)
        self.postbox = Postbox(self._mark)
        self.town = Town(self.people, self.postbox.put, self.postbox.keep)
        self._faults: list[str] = []
        self._api: Api
        self._campaigns: Campaigns
        self._neighbours: dict[str, str]

    @property
    def buyer(self) -> str:
        """Address of somebody who wants to buy."""
        return next(person.email for person in self.people if person.role.is_marked)

    async def play(self) -> Ending:
        """Tell the whole story; the server runs on the real clock at its end."""
        ports = await self._open_post(Ports())
        await self._begin(ports)
        refused = await self._fill()
        await self._live()
        status = await self._server.stop()
        await self._server.start()
        self._show.say("The days are over; the clock is the real one again.")
        seen = await found.look(self._api, self._campaigns)
        ledger = await found.reconcile(self._server, self._campaigns.main)
        near = await neighbours.look(self._api, self._neighbours)
        await asyncio.to_thread(self._file.write_bytes, seen.file)
        results = [
            *checks.of_rows(self.rows, refused),
            *checks.of_states(self.story, seen),
            *checks.of_numbers(self.story, seen),
            *checks.of_mails(self.story, self.town.letters),
            *checks.of_ledger(self.story, ledger),
            *checks.of_export(self.people, seen.people),
            *checks.of_neighbours(near),
            *checks.of_faults([*self._faults, *self.town.faults, *self.postbox.faults], status),
        ]
        report.tell(self._show, seen, refused, near=near, checks=results)
        holds = all(check.holds for check in results)
        return Ending(holds, self._api.key, self._campaigns, ports)

    async def resume(self, ending: Ending) -> None:
        """Go on living where an earlier story ended, on the real clock."""
        await self._open_post(ending.ports)
        self._campaigns = ending.campaigns
        self._api = Api(self._server.url, ending.key)
        await self._server.start()
        self.postbox.watch(self._api, self._campaigns.main)

    async def close(self) -> None:
        """End what still runs, but for the server."""
        await self.postbox.close()
        await self.town.close()

    async def _open_post(self, ports: Ports) -> Ports:
        """Open the mail servers, at free ports where none is said, and give where they are."""
        smtp = await self._listen(self.town.sink.start, ports.smtp)
        return Ports(smtp, await self._listen(self.postbox.mailboxes.start, ports.imap))

    async def _listen(self, start: Callable[[int], Awaitable[int]], port: int) -> int:
        # The senders know the port, and a sender's SMTP server cannot be changed.
        try:
            return await start(port)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(port, self._server.home) from None
            raise

    async def _begin(self, ports: Ports) -> None:
        """Start the server on a fast clock, with a team, its senders and empty campaigns."""
        speed = timedelta(days=1).total_seconds() / self.day_seconds
        right_at = datetime.now(UTC) + timedelta(seconds=LAG_SECONDS)
        await self._server.start(FastClock(speed, right_at))
        self._show.say(
            f"The server is at {self._server.url}; its clock runs {speed:,.0f} times as fast."
        )
        await self._server.command("team", "create", TEAM)
        key = await self._server.command("key", "create", "--name", "demo")
        self._api = Api(self._server.url, key.splitlines()[-1])
        senders = await stage.add_senders(self._api, ports)
        self._campaigns = await stage.make_campaigns(self._api, senders)
        self._neighbours = await neighbours.begin(self._api, senders)
        self._show.say(f"A team with {len(senders)} senders has made four campaigns.")

    async def _fill(self) -> list[Refusal]:
        """Read the file of people into the main campaign, and a few into the others."""
        total = len(self.rows)
        with self._show.watching({ROWS: total}):
            refused = await stage.add_people(
                self._api,
                self._campaigns.main,
                self.rows,
                lambda done: self._show.progress(ROWS, done, total),
            )
        await stage.add_others(self._api, self._campaigns)
        return refused

    async def _live(self) -> None:
        """Start the main campaign and let two days pass."""
        totals = {MAILS: self.story.mails, POST: self.story.post}
        with self._show.watching(totals):
            try:
                async with asyncio.timeout(GIVE_UP_SECONDS):
                    await self._until(self._is_heard)
                    await self._begin_main()
                    await self._read_first_post()
                    await self._until(self._guests_are_scanned)
                    await stage.review(self._api, self._campaigns)
                    await self._until(self._is_over)
            except TimeoutError:
                self._faults.append(f"the story was not over after {GIVE_UP_SECONDS:.0f} seconds")
            self._tell_how_far()

    async def _begin_main(self) -> None:
        self.postbox.watch(self._api, self._campaigns.main)
        await self._api.text(f"/api/campaigns/{self._campaigns.main}/start", "POST")
        self._show.say("The campaign is started, and the people act on what they get.")

    async def _read_first_post(self) -> None:
        """Let what comes back after the first mail be read before the second one goes out."""
        first = sum(person.role.mails > 0 for person in self.people)
        late_at = clock.monotonic() + LATE * self.day_seconds

        async def is_read() -> bool:
            is_late = clock.monotonic() > late_at
            return is_late or (self.town.count >= first and await self._is_quiet())

        await self._until(is_read)
        if not await self._is_quiet():
            campaign = f"/api/campaigns/{self._campaigns.main}"
            await self._api.text(f"{campaign}/pause", "POST")
            self._show.say("There is much post, so the campaign pauses until it is read.")
            await self._until(self._is_quiet)
            await self._api.text(f"{campaign}/start", "POST")

    async def _is_heard(self) -> bool:
        return await stage.are_read(self._api)

    async def _until(self, is_so: Callable[[], Awaitable[bool]]) -> None:
        while not await is_so():
            self._tell_how_far()
            await asyncio.sleep(LOOK_SECONDS)

    def _tell_how_far(self) -> None:
        self._show.progress(MAILS, self.town.count, self.story.mails)
        self._show.progress(POST, self.postbox.count, self.story.post)

    async def _guests_are_scanned(self) -> bool:
        path = f"/api/campaigns/{self._campaigns.guests}/leads?state=imported"
        return not await self._api.get(list[object], path)

    async def _is_over(self) -> bool:
        """Tell whether no step is left to come and everybody has done what they do."""
        return (
            await self._is_quiet()
            and await found.status(self._api, self._campaigns.main) == "ended"
            and await self._is_quiet()  # somebody may have acted while we asked
        )

    async def _is_quiet(self) -> bool:
        return self.town.is_idle and self.postbox.is_empty

    async def _mark(self, person: Person) -> None:
        """Decide about somebody who has replied, as the seller would."""
        if person.role.is_marked is None:
            return
        word = "interested" if person.role.is_marked else "notinterested"
        path = stage.lead_path(self._campaigns.main, person.email)
        await self._api.text(f"{path}/{word}", "POST")
