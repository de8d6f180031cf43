"""What every part of sending shares in one worker."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import msgspec

from pomelo import campaigns, messages, senders
from pomelo.base import metrics
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.failpoint import Failpoint
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.ids import CampaignId, SenderId
from pomelo.base.outgoing import Guard
from pomelo.base.vault import Vault
from pomelo.campaigns import NextLook
from pomelo.delivery import outcomes
from pomelo.delivery.outcomes import Outcome
from pomelo.letters import Letters
from pomelo.messages import Mark
from pomelo.smtp import MailAccess, Timeouts
from pomelo.tracking import Signer

# Many senders' mails end at about the same time: a moment's patience writes them together.
GATHER_SECONDS: Final = 0.005


class Leave(msgspec.Struct, frozen=True):
    """A mail that wants to begin DATA, and the rest that follows.

    Attributes:
        mark: The mail.
        campaign_id: Its campaign.
        sender_id: Who sends it.
        gap: How long its sender then rests in this campaign.
        rest: How long it then rests in all of them.
    """

    mark: Mark
    campaign_id: CampaignId
    sender_id: SenderId
    gap: timedelta
    rest: timedelta


@dataclass(frozen=True, kw_only=True)
class Desk:
    """One worker's tools.

    Args:
        worker: Its name, for claims.
        database: The pool.
        clock: Tells the time.
        vault: Reads senders' passwords.
        guard: Says which mail hosts may be reached.
        public_url: Where tracking links point, without a slash at the end.
        deliver_to: Rehearsal address; empty = mails go to the leads.
        lease_seconds: How long a claim lasts without a sign of life.
        timeouts: Of the SMTP stages.
        context: Which certificates are trusted.
        failpoint: For kill tests.
    """

    worker: str
    database: Database
    clock: Clock
    vault: Vault
    guard: Guard
    public_url: str
    deliver_to: str = ""
    lease_seconds: float = 60.0
    timeouts: Timeouts = field(default_factory=Timeouts)
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    failpoint: Failpoint = field(default_factory=Failpoint)
    letters: Letters = field(default_factory=Letters)
    signer: Signer = field(init=False)
    access: MailAccess = field(init=False)
    leaves: GroupCommit[Leave, bool] = field(init=False)
    records: GroupCommit[Outcome, None] = field(init=False)

    def __post_init__(self) -> None:
        """Make what is made of the rest."""
        set_once = object.__setattr__
        set_once(self, "signer", Signer(self.vault.signing_secret()))
        set_once(self, "access", self._reach())
        set_once(
            self,
            "leaves",
            GroupCommit(
                self.database,
                self._give_leave,
                metrics.group_size("leaves"),
                gather_seconds=GATHER_SECONDS,
            ),
        )
        set_once(
            self,
            "records",
            GroupCommit(
                self.database,
                self._record,
                metrics.group_size("results"),
                gather_seconds=GATHER_SECONDS,
            ),
        )

    def _reach(self) -> MailAccess:
        return MailAccess(
            vault=self.vault, guard=self.guard, context=self.context, timeouts=self.timeouts
        )

    @property
    def is_rehearsal(self) -> bool:
        """Whether mails go to the operator's own address."""
        return bool(self.deliver_to)

    def span(self, seconds: float) -> timedelta:
        """Give what the clock shows to have passed after some real seconds."""
        return timedelta(seconds=seconds * self.clock.speed)

    def lease_end(self, now: datetime) -> datetime:
        """Give when a claim of now ends."""
        return now + self.span(self.lease_seconds)

    async def _give_leave(self, db: Db, leaves: Sequence[Leave]) -> list[bool]:
        now = self.clock.now()
        marked = set(await messages.mark(db, [leave.mark for leave in leaves], now=now))
        resting = [leave for leave in leaves if leave.gap and leave.mark.id in marked]
        if resting:
            await _rest(db, resting, now)
        return [leave.mark.id in marked for leave in leaves]

    async def _record(self, db: Db, items: Sequence[Outcome]) -> list[None]:
        await outcomes.record(db, items, now=self.clock.now())
        for item in items:
            metrics.SENDS.labels(type(item.ending).__name__.lower()).inc()
        return [None] * len(items)


async def _rest(db: Db, leaves: Sequence[Leave], now: datetime) -> None:
    """Count the gap from the moment the mail may have gone, so that a kill shortens none."""
    rests = [
        (leave.mark.team_id, leave.sender_id, now + leave.rest) for leave in leaves if leave.rest
    ]
    if rests:
        await senders.rest(db, rests)
    await campaigns.set_next(
        db,
        [
            NextLook(
                team_id=leave.mark.team_id,
                campaign_id=leave.campaign_id,
                sender_id=leave.sender_id,
                next_at=now + leave.gap,
                may_send_at=now + leave.gap,
            )
            for leave in leaves
        ],
    )
