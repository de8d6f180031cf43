"""A random campaign on the real engine, watched from outside: mails, calls and tasks."""

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

from pomelo import activities, campaigns, delivery, leads, sequences, tasks, teams, worker
from pomelo.activities import Fact
from pomelo.base.db import Database, Db
from pomelo.base.ids import SequenceId
from pomelo.campaigns import CampaignChanges
from pomelo.delivery.release import LOOK_AGAIN_SECONDS
from pomelo.leads import ActivityType, Lead
from pomelo.sequences import StepType
from pomelo.tasks import TaskState, Wanted
from pomelo.teams import Cap, ContactRules
from tests import make
from tests.conftest import EMPTY_ALL
from tests.hooks.receiver import Receiver, receiving
from tests.trips import naive
from tests.trips.naive import Said, firm_of
from tests.trips.oracle import Oracle
from tests.trips.plays import NOBODY, TICK, TICKS, Call, Event, Fork, Mail, Node, Over, Play, Task
from tests.wire import PostOffice

EVENTS: Final = ("onReplied", "onLinkClicked", "onMeetingBooked")
FACTS: Final = {
    "reply": ActivityType.EMAILS_REPLIED,
    "click": ActivityType.EMAILS_CLICKED,
    "open": ActivityType.EMAILS_OPENED,
    "meeting": ActivityType.MEETING_BOOKED,
    "bounce": ActivityType.EMAILS_BOUNCED,
    "unsubscribe": ActivityType.EMAILS_UNSUBSCRIBED,
}


async def check(database: Database, now: datetime, play: Play) -> None:
    """Perform a play on the engine, and hold what was seen against a naive reading of it."""
    async with database.transaction() as db:
        await db.execute(EMPTY_ALL)
    async with receiving() as receiver:
        assert await Stage(database, now, receiver, play).perform() == naive.perform(play)


class Stage:
    """Where a play is performed.

    Args:
        database: An empty one.
        now: When it begins.
        receiver: What calls reach.
        play: What is performed.
    """

    def __init__(self, database: Database, now: datetime, receiver: Receiver, play: Play) -> None:
        self.post = PostOffice(database, now)
        self.receiver = receiver
        self.play = play
        self.tick = 0
        self.people: list[Lead] = []
        self.said: list[Said] = []
        self.tasks_seen: set[str] = set()
        self.oracle = Oracle(self.post, play, self.people)

    async def perform(self) -> list[Said]:
        """Give all that was to be seen, in order."""
        await self._open()
        try:
            for self.tick in range(TICKS + 1):
                for event in self.play.events:
                    if event.tick == self.tick:
                        await self._happens(event)
                late = await self._work()
                await self._look()
                await self.oracle.listen(self.tick, self.said)
                self.post.clock.forward(TICK - late)
        finally:
            await self.post.close()
        return sorted(self.said)

    async def _open(self) -> None:
        post, play = self.post, self.play
        await post.open(("elsewhere", "<p>Hi</p>"))
        self.elsewhere = post.campaign
        async with post.database.transaction() as db:
            rules = ContactRules(play.cap and Cap(*play.cap), quiet_days=play.quiet)
            await teams.set_contact_rules(db, post.team.id, rules)
            other = await post.add_sender(db, "monica@piedpiper.example")
            post.campaign = await make.campaign(db, post.team.id)
            await make.open_always(db, post.campaign)
            await campaigns.change(db, post.team.id, post.campaign.id, self._rules())
            await self._write(db, play.steps, None)
            await post.start(db, post.sender, other)
            await worker.appear(db, "wrk_one", "")
        for number in range(play.people):
            self.people.append(await post.add(f"p{number}@firm{firm_of(play, number)}.example"))

    def _rules(self) -> CampaignChanges:
        said = {
            "replied": self.play.on_replied,
            "clicked": self.play.on_clicked,
            "meeting": self.play.on_meeting,
        }
        return CampaignChanges(
            stop_on_replied=said["replied"] != "continue",
            stop_on_clicked=said["clicked"] != "continue",
            stop_on_meeting=said["meeting"] != "continue",
            pause_on=tuple(sorted(event for event, does in said.items() if does == "pause")),
            other_settings={
                event: {"propagateProgressToCompany": self.play.spreads} for event in EVENTS
            },
        )

    async def _write(self, db: Db, nodes: tuple[Node, ...], branch: SequenceId | None) -> None:
        for place, node in enumerate(nodes):
            is_first = branch is None and place == 0
            await self._step(db, node, branch, is_first=is_first)

    async def _step(self, db: Db, node: Node, branch: SequenceId | None, *, is_first: bool) -> None:
        campaign = self.post.campaign
        delay: dict[str, Any] = {} if isinstance(node, Fork) else {"delay_days": node.delay}
        if is_first and not isinstance(node, Fork):
            delay = {"delay_days": 0}
        match node:
            case Mail(name=name):
                said: dict[str, Any] = {"subject": name, "message": "<p>Hi</p>"}
                await make.other_step(db, campaign, StepType.EMAIL, branch, **delay, **said)
            case Task(name=name):
                await make.other_step(db, campaign, StepType.MANUAL, branch, **delay, title=name)
            case Call(name=name):
                fields: dict[str, Any] = {
                    "method": "POST",
                    "url": f"{self.receiver.url}/{name}/{{{{email}}}}",
                }
                await make.other_step(db, campaign, StepType.API, branch, **delay, **fields)
            case Over():
                kind = StepType.SEND_TO_ANOTHER_CAMPAIGN
                target: dict[str, Any] = {"campaign_id": self.elsewhere.id}
                await make.other_step(db, campaign, kind, branch, **delay, **target)
            case Fork():
                await self._fork(db, node, branch)

    async def _fork(self, db: Db, node: Fork, branch: SequenceId | None) -> None:
        waits: dict[str, Any] = {"delay_type": "waitUntil"}
        if node.within is not None:
            waits = {"delay_type": "within", "delay_days": node.within}
        step = await make.other_step(
            db, self.post.campaign, StepType.CONDITIONAL, branch, key=node.key, **waits
        )
        for into, nodes in zip(await make.branches(db, step), (node.yes, node.no), strict=True):
            await self._write(db, nodes, into)

    async def _happens(self, event: Event) -> None:
        post = self.post
        now, team = post.clock.now(), post.team.id
        async with post.database.transaction() as db:
            if event.who == NOBODY:
                await self._switch(db, event.what)
            elif event.who < len(self.people):
                lead = self.people[event.who]
                match event.what:
                    case "pause":
                        await activities.pause(db, team, [lead.id], now=now)
                    case "resume":
                        await activities.resume(db, team, [lead.id], now=now)
                    case "phone":
                        await leads.set_variables(db, team, lead.id, {"phone": "+1"}, now=now)
                    case "done":
                        await self._end_task(db, lead)
                    case what:
                        fact = Fact(team_id=team, type=FACTS[what], lead_id=lead.id, at=now)
                        await activities.record(db, [fact])

    async def _switch(self, db: Db, what: str) -> None:
        post = self.post
        found = await campaigns.get(db, post.team.id, post.campaign.id)
        if what == "halt" and found.state == "running":
            await campaigns.pause(db, post.team.id, post.campaign.id)
        if what == "start" and found.state == "paused":
            now = post.clock.now()
            await sequences.start_campaign(db, post.team.id, post.campaign.id, now=now)

    async def _end_task(self, db: Db, lead: Lead) -> None:
        found = await tasks.list_open(db, lead.team_id, Wanted(), offset=0, limit=100)
        ids = [task.id for task in found if task.lead_id == lead.id]
        if ids:
            await delivery.end_tasks(
                db, lead.team_id, ids, TaskState.DONE, now=self.post.clock.now()
            )

    async def _work(self) -> timedelta:
        """Do all that is due; gives how long somebody had to be waited for.

        Whoever wakes a campaign that another transaction holds passes it over, and it is looked at
        a little later.
        """
        await self.post.work()
        if not await self._is_anybody_due():
            return timedelta()
        late = timedelta(seconds=LOOK_AGAIN_SECONDS)
        self.post.clock.forward(late)
        await self.post.work()
        return late

    async def _is_anybody_due(self) -> bool:
        async with self.post.database.transaction(readonly=True) as db:
            due: bool = await db.fetchval(
                "SELECT EXISTS (SELECT FROM leads l"
                " JOIN campaigns c ON c.team_id = l.team_id AND c.id = l.campaign_id"
                " WHERE c.state = 'running' AND l.waits_for IS NULL AND l.stopped_by IS NULL"
                " AND NOT l.is_paused AND l.due_at <= $1)", self.post.clock.now(),
            )  # fmt: skip
        return due

    async def _look(self) -> None:
        """Take down what came since the last time."""
        mails, calls = self.post.sink.mails[:], self.receiver.told[:]
        self.post.sink.mails.clear()
        self.receiver.told.clear()
        for mail in mails:
            subject = next(x for x in mail.raw.split(b"\r\n") if x.startswith(b"Subject: "))
            name = subject.removeprefix(b"Subject: ").decode().removeprefix("Re: ")
            self._say(mail.recipients[0], "mail", name)
        for call in calls:
            _, _, name, email = call.path.split("/")
            self._say(unquote(email), "call", name)
        async with self.post.database.transaction(readonly=True) as db:
            made = await db.fetch(
                "SELECT t.id, t.title, l.email FROM tasks t"
                " JOIN leads l ON l.team_id = t.team_id AND l.id = t.lead_id"
            )
        for task, title, email in made:
            if task not in self.tasks_seen:
                self.tasks_seen.add(task)
                self._say(email, "task", title)

    def _say(self, email: str, what: str, name: str) -> None:
        number = int(email.partition("@")[0].removeprefix("p"))
        self.said.append((self.tick, number, what, name))
