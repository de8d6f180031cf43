"""What a campaign should do, told the slow and simple way: everybody looked at in every tick.

Written apart from the engine: it knows no queue, no claims, no waking and no rows.
"""

from collections.abc import Iterator
from typing import Final

from tests.trips.plays import NOBODY, TICKS, Call, Event, Fork, Mail, Node, Over, Play, Task

DAY: Final = 2
"""In ticks."""
Said = tuple[int, int, str, str]
"""Tick, person, what, and of which step."""
SEEN_AS: Final = {Task: "task", Call: "call"}


class Person:
    """Somebody in a campaign.

    Args:
        number: Which.
        play: The campaign.
    """

    def __init__(self, number: int, play: Play) -> None:
        self.number = number
        self.play = play
        self.facts: set[str] = set()
        self.is_paused = False
        self.has_ended = False
        self.mails: list[int] = []
        self.task: str | None = None
        self.task_done = 0
        self.tick = 0
        self.said: list[Said] = []
        self.way = self._walk()
        self.firm: list[Person] = [self]
        self.replies: list[int] = []
        self.elsewhere: Iterator[None] = iter(())

    def happens(self, what: str, tick: int) -> None:
        """Take note of what happened to them, and of when a task was done."""
        match what:
            case "pause" | "resume":
                self.is_paused = what == "pause"
            case "done":
                self.task, self.task_done = None, tick
            case "phone":
                self.facts.add("hasPhoneNumber")
            case "open":
                self.facts.add("emailsOpened")
            case "click":
                self.facts.add("emailsClicked")
                self._progress(self.play.on_clicked)
            case "meeting":
                self.facts.add("meetingBooked")
                self._progress(self.play.on_meeting)
            case "reply":
                self.replies.append(tick)
                self._progress(self.play.on_replied)
            case _:
                self.has_ended = True
                self.elsewhere = iter(())

    def _progress(self, progress: str) -> None:
        for person in self.firm if self.play.spreads else [self]:
            if progress == "stop":
                person.has_ended = True
            elif progress == "pause" and not person.has_ended:
                person.is_paused = True

    def look(self, tick: int, *, is_running: bool) -> None:
        """Go on as far as they can; the other campaign runs all the time, with rules of its own."""
        self.tick = tick
        may_go = is_running and not self.has_ended and not self.is_paused
        if may_go and next(self.way, "end") == "end":
            self.has_ended = True
        next(self.elsewhere, None)

    def _walk(self) -> Iterator[None]:
        """Go through all steps; each stop on the way is where they must wait."""
        yield from self._go(self.play.steps, 0, is_first=True)

    def _go(self, nodes: tuple[Node, ...], since: int, *, is_first: bool = False) -> Iterator[None]:
        self.done = since
        for place, node in enumerate(nodes):
            delay = 0 if isinstance(node, Fork) or (is_first and place == 0) else node.delay
            due = self.done + delay * DAY
            while self.tick < due:
                yield
            yield from self._do(node, due)

    def _do(self, node: Node, due: int) -> Iterator[None]:
        if isinstance(node, Fork):
            while node.key not in self.facts and not self._is_over(node, due):
                yield
            yield from self._go(node.yes if node.key in self.facts else node.no, self.tick)
            return
        if isinstance(node, Over):
            self.elsewhere = self._write("elsewhere")
            return
        if isinstance(node, Mail):
            yield from self._write(node.name)
        else:
            self._say(SEEN_AS[type(node)], node.name)
        if isinstance(node, Task):
            self.task = node.name
            while self._has_task():
                yield
            self.done = self.task_done  # a pause since then delays nothing
            return
        self.done = self.tick

    def _write(self, name: str) -> Iterator[None]:
        while not self._may_write():
            yield
        self.mails.append(self.tick)
        self._say("mail", name)

    def _is_over(self, fork: Fork, due: int) -> bool:
        return fork.within is not None and self.tick >= due + fork.within * DAY

    def _has_task(self) -> bool:
        return self.task is not None

    def _may_write(self) -> bool:
        return not self._is_quiet() and not self._has_enough()

    def _is_quiet(self) -> bool:
        since = self.tick - (self.play.quiet or 0) * DAY
        return any(at > since for person in self.firm for at in person.replies)

    def _has_enough(self) -> bool:
        if self.play.cap is None:
            return False
        mails, days = self.play.cap
        return len([at for at in self.mails if at > self.tick - days * DAY]) >= mails

    def _say(self, what: str, name: str) -> None:
        self.said.append((self.tick, self.number, what, name))


def firm_of(play: Play, number: int) -> int:
    """Tell for whom somebody works."""
    return number // play.colleagues


def perform(play: Play) -> list[Said]:
    """Give all that is to be seen from outside, in order."""
    people = [Person(number, play) for number in range(play.people)]
    for person in people:
        person.firm = [
            one for one in people if firm_of(play, one.number) == firm_of(play, person.number)
        ]
    is_running = True
    for tick in range(TICKS + 1):
        for event in play.events:
            if event.tick == tick:
                is_running = _happens(people, event, is_running=is_running)
        for person in people:
            person.look(tick, is_running=is_running)
    return sorted(said for person in people for said in person.said)


def _happens(people: list[Person], event: Event, *, is_running: bool) -> bool:
    if event.who == NOBODY:
        return event.what == "start"
    if event.who < len(people):
        people[event.who].happens(event.what, event.tick)
    return is_running
