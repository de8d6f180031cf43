"""Random pools of senders and campaigns, run through days, and what the people's server saw.

Nothing is read back from our own rows: the log is the server's, in virtual time.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from pomelo import campaigns, leads, senders, teams
from pomelo.base import addresses
from pomelo.base.db import Database, Db
from pomelo.campaigns import CampaignChanges
from pomelo.demo.sink import Sink
from pomelo.demo.sink.script import Act, Delivered, Script, Stage
from pomelo.leads import NewLead
from pomelo.schedules import ScheduleChanges, ScheduleValues
from pomelo.senders import Changes, Sender
from pomelo.teams import Cap, ContactRules
from tests import make
from tests.wire import PostOffice

DAY: Final = timedelta(hours=24)
LEASE_SECONDS: Final = 86_400.0
ZONES: Final = ("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Europe/Paris")
COMPANIES: Final = ("hooli.com", "raviga.com", "bream-hall.com", "aviato.com")
ANSWERS: Final = (
    Script(at=Stage.DOT, do=Act.DROP, times=1),  # taken, but we never hear of it
    Script(at=Stage.DATA, reply="451 4.3.0 later", times=1),
    Script(at=Stage.RCPT, reply="450 4.2.1 later", times=1),
    Script(at=Stage.RCPT, reply="550 5.1.1 no such user", times=1),
)


class Rules(NamedTuple):
    """What was promised of a sender."""

    limit: int
    gap: int
    ramp: int
    domain_gap: int


class Hours(NamedTuple):
    """When a campaign may send."""

    zone: str
    start: int
    end: int
    weekdays: tuple[int, ...]

    def has(self, at: datetime) -> bool:
        """Tell whether the clocks there show a time inside."""
        wall = at.astimezone(ZoneInfo(self.zone))
        is_in_time = time(self.start) <= wall.time() < time(self.end)
        return is_in_time and wall.isoweekday() in self.weekdays


class Seen(NamedTuple):
    """A mail as the server had it: RCPT came, and its end was answered."""

    sender: str
    campaign: str
    to: str
    began_at: datetime
    ended_at: datetime


class Watched(Sink):
    """The people's server, whose answers are a pool's, and which it watches.

    Args:
        pool: The pool.
    """

    def __init__(self, pool: "Pool") -> None:
        super().__init__(on_mail=pool.ends)
        self._pool = pool

    def next_script(self, stage: Stage, keys: Sequence[str]) -> Script | None:
        """Ask the pool."""
        return self._pool.answer(stage, keys)


class Pool:
    """A team with random senders, campaigns, rules and people.

    Args:
        database: Where.
        now: When it begins.
        seed: Says what it is like.
    """

    def __init__(self, database: Database, now: datetime, seed: int) -> None:
        self.chance = random.Random(seed)
        self.post = PostOffice(database, now)
        self.post.sink = Watched(self)
        self.began_at = now
        self.rules: dict[str, Rules] = {}
        self.hours: dict[str, Hours] = {}  # of campaigns, and of senders that have their own
        self.contact_rules = ContactRules()
        self.team_limit = 0
        self.seen: list[Seen] = []
        self._asked_at: dict[str, datetime] = {}

    def answer(self, stage: Stage, keys: Sequence[str]) -> Script | None:
        """Say what the server does; most of the time nothing special."""
        if stage is Stage.RCPT:
            self._asked_at[keys[0]] = self.post.clock.now()
        script = self.chance.choice(ANSWERS)
        return script if script.at is stage and self.chance.random() < 0.1 else None

    def ends(self, mail: Delivered) -> None:
        """Take some time, then answer."""
        self.post.clock.forward(timedelta(seconds=self.chance.choice((0, 0, 1, 20, 240))))
        (to,) = mail.recipients
        subject = next(line for line in mail.raw.split(b"\r\n") if line.startswith(b"Subject: "))
        campaign = subject.rpartition(b" ")[2].decode()
        began_at, ended_at = self._asked_at[to], self.post.clock.now()
        self.seen.append(Seen(mail.envelope_from, campaign, to, began_at, ended_at))

    async def open(self) -> None:
        """Make all of it."""
        await self.post.open(("Hi of none", "<p>Hi</p>"))
        async with self.post.database.transaction() as db:
            await campaigns.pause(db, self.post.team.id, self.post.campaign.id)
            self.contact_rules = self._contact_rules()
            await teams.set_contact_rules(db, self.post.team.id, self.contact_rules)
            self.team_limit = self.chance.choice((0, 0, 3, 9))
            await teams.set_limit(db, self.post.team.id, self.team_limit)
            made = [await self._sender(db, n) for n in range(self.chance.randint(1, 4))]
            for number in range(self.chance.randint(1, 3)):
                await self._campaign(db, f"c{number}", made)

    def _contact_rules(self) -> ContactRules:
        some, number = self.chance.random, self.chance.randint
        return ContactRules(
            person=Cap(number(1, 2), number(1, 9)) if some() < 0.5 else None,
            company=Cap(number(1, 5), number(1, 5)) if some() < 0.5 else None,
        )

    async def _sender(self, db: Db, number: int) -> Sender:
        pick, address = self.chance.choice, f"s{number}@piedpiper.example"
        rules = Rules(
            pick((0, 1, 3, 8)),
            pick((0, 0, 60, 600, 3_600)),
            pick((0, 0, 1, 2)),
            pick((0, 0, 600, 9_000)),
        )
        one = await self.post.add_sender(db, address, gap=rules.gap, limit=rules.limit)
        changes = Changes(
            gap_jitter_seconds=pick((0, 30)),
            ramp_per_day=rules.ramp,
            domain_gap_seconds=rules.domain_gap,
        )
        await senders.change(db, one.team_id, one.id, changes, now=self.began_at)
        self.rules[address] = rules
        if self.chance.random() < 0.3:
            hours = self.hours[address] = self._hours()
            own = await make.schedule(db, one.team_id, ScheduleValues(**_said(hours)))
            await campaigns.set_sender_hours(db, one.team_id, one.id, own.id, now=self.began_at)
        return one

    def _hours(self) -> Hours:
        start = self.chance.randint(0, 20)
        return Hours(
            self.chance.choice(ZONES),
            start,
            self.chance.randint(start + 1, 23),
            tuple(sorted(self.chance.sample(range(1, 8), self.chance.randint(2, 7)))),
        )

    async def _campaign(self, db: Db, name: str, made: list[Sender]) -> None:
        hours = self.hours[name] = self._hours()
        campaign = await make.campaign(db, self.post.team.id, name)
        for _ in range(self.chance.randint(1, 3)):
            await make.step(
                db, campaign, f"Hi of {name}", "<p>Hi</p>", delay_days=self.chance.randint(0, 4)
            )
        (schedule,) = await campaigns.schedules_of(db, campaign.team_id, campaign.id)
        wait = self.chance.choice((0, 300))
        values = ScheduleChanges(seconds_to_wait=wait, **_said(hours))
        await campaigns.change_schedule(
            db, campaign.team_id, schedule.id, values, now=self.began_at
        )
        weight = CampaignChanges(weight=self.chance.randint(1, 5))
        await campaigns.change(db, campaign.team_id, campaign.id, weight)
        self.post.campaign = campaign
        await self.post.start(db, *self.chance.sample(made, self.chance.randint(1, len(made))))
        people = [
            NewLead(
                campaign.team_id,
                campaign.id,
                addresses.parse(f"p{number}@{self.chance.choice(COMPANIES)}"),
            )
            for number in range(self.chance.randint(5, 40))
        ]
        await leads.add(db, people, now=self.began_at)

    async def run(self, days: int) -> None:
        """Let days go by in uneven strides, often just to when somebody may send; two workers."""
        workers = [self.post.deliverer, self.post.another_worker()]
        for one in workers:  # a living worker renews its claims, however slow the server is
            object.__setattr__(one._desk, "lease_seconds", LEASE_SECONDS)
        clock = self.post.clock
        while clock.now() < self.began_at + days * DAY:
            await asyncio.gather(*(self.post.work(one) for one in workers))
            clock.forward(await self._stride())
        for one in workers:
            await one.finish(within_seconds=1)

    async def _stride(self) -> timedelta:
        """Give how long to wait: mostly exactly until somebody may send."""
        now = self.post.clock.now()
        async with self.post.database.transaction(readonly=True) as db:
            at: datetime | None = await db.fetchval(
                "SELECT min(next_at) FROM (SELECT next_at FROM senders UNION ALL"
                " SELECT next_at FROM campaign_senders) n WHERE next_at > $1"
                " AND next_at < 'infinity'", now,
            )  # fmt: skip
        # Senders that have nothing to do are looked at again every few seconds.
        if at is not None and at - now > timedelta(seconds=30) and self.chance.random() < 0.5:
            return min(at - now, 6 * timedelta(hours=1))
        return timedelta(seconds=self.chance.choice((1, 59, 60, 61, 599, 1_800, 7_200, 20_000)))

    def faults(self) -> Iterator[str]:
        """Hold the server's log against what was promised."""
        for sender, rules in self.rules.items():
            mails = [mail for mail in self.seen if mail.sender == sender]
            mails.sort(key=lambda mail: mail.began_at)
            yield from self._beyond_limit(sender, rules, mails)
            yield from _crowded(sender, timedelta(seconds=rules.domain_gap), mails)
            for early, late in pairwise(mails if rules.gap else ()):
                if late.began_at < early.ended_at + timedelta(seconds=rules.gap):
                    yield f"gap of {sender} {rules}: {early} {late}"
        for mail in self.seen:
            for hours in (self.hours[mail.campaign], self.hours.get(mail.sender)):
                if hours and not hours.has(mail.began_at):
                    yield f"outside {hours}: {mail}"
        if self.team_limit:
            cap = Cap(self.team_limit, 1)
            yield from self._too_often("team", cap, lambda _: "all of it")
        yield from self._too_often("person", self.contact_rules.person, lambda to: to)
        yield from self._too_often(
            "company", self.contact_rules.company, lambda to: to.rpartition("@")[2]
        )

    def _beyond_limit(self, sender: str, rules: Rules, mails: list[Seen]) -> Iterator[str]:
        for mail in mails:
            ramp = rules.ramp * ((mail.began_at - self.began_at) // DAY + 1)
            limit = min([one for one in (rules.limit, ramp) if one], default=0)
            span = [m for m in mails if mail.began_at - DAY < m.began_at <= mail.began_at]
            if limit and len(span) > limit:
                yield f"limit {limit} of {sender} {rules}: {span}"

    def _too_often(self, what: str, cap: Cap | None, key: Callable[[str], str]) -> Iterator[str]:
        if cap is None:
            return
        mails = defaultdict(list)
        for mail in self.seen:
            mails[key(mail.to)].append(mail.began_at)
        for whom, ats in mails.items():
            for end in ats:
                if sum(end - cap.days * DAY < at <= end for at in ats) > cap.mails:
                    yield f"{what} {whom} {cap}: {sorted(ats)}"


def _said(hours: Hours) -> dict[str, Any]:
    """Say hours as a schedule does."""
    return {
        "timezone": hours.zone,
        "start_time": f"{hours.start:02}:00",
        "end_time": f"{hours.end:02}:00",
        "weekdays": hours.weekdays,
    }


def _crowded(sender: str, gap: timedelta, mails: Iterable[Seen]) -> Iterator[str]:
    """Find mails that came too soon after another one to their domain."""
    before: dict[str, Seen] = {}
    for mail in mails:
        domain = mail.to.rpartition("@")[2]
        if domain in before and mail.began_at < before[domain].began_at + gap:
            yield f"domain gap {gap} of {sender}: {before[domain]} {mail}"
        before[domain] = mail
