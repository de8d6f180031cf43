"""Messages in the database: one function a query."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import LeadId, MessageId, SenderId, TeamId
from pomelo.base.sql import load
from pomelo.messages.model import (
    Buried,
    Doubtful,
    Fetched,
    FirstMails,
    Intent,
    Mark,
    Message,
    MessageState,
    Quota,
    Result,
    SingleMail,
    TakenUp,
    TeamQuota,
)
from pomelo.senders import LAST_MAILS, HardBounces

QUERIES: Final = load(__package__ or "")


async def begin(db: Db, intents: Sequence[Intent], *, now: datetime) -> list[MessageId]:
    """Write intents; gives the ids of those that may go on (their own, or the first attempt's)."""
    return await QUERIES["begin"].rows(
        db,
        MessageId,
        team_ids=[i.team_id for i in intents],
        ids=[i.id for i in intents],
        kinds=[i.kind for i in intents],
        campaign_ids=[i.campaign_id for i in intents],
        lead_ids=[i.lead_id for i in intents],
        sender_ids=[i.sender_id for i in intents],
        step_ids=[i.step_id for i in intents],
        step_versions=[i.step_version for i in intents],
        sequence_steps=[i.sequence_step for i in intents],
        fences=[i.fence for i in intents],
        recipients=[i.recipient for i in intents],
        address_keys=[i.address_key for i in intents],
        header_ids=[i.header_id for i in intents],
        subjects=[i.subject for i in intents],
        thread_ids=[i.thread_ids for i in intents],
        links=[i.links for i in intents],
        raws=[i.raw for i in intents],
        now=now,
    )


async def mark(
    db: Db, marks: Sequence[Mark], *, worker: str, now: datetime, heard_since: datetime
) -> list[MessageId]:
    """Set data_at where nothing stops the mail; gives the ids that may begin DATA.

    Args:
        db: The open transaction.
        marks: The mails.
        worker: Who has claimed their senders.
        now: When they begin.
        heard_since: At or after this instant a mailbox that is read must have been, before its
            sender writes to people who could have answered.
    """
    return await QUERIES["mark"].rows(
        db,
        MessageId,
        team_ids=[m.intent.team_id for m in marks],
        ids=[m.intent.id for m in marks],
        lead_ids=[m.intent.lead_id for m in marks],
        campaign_ids=[m.intent.campaign_id for m in marks],
        sender_ids=[m.intent.sender_id for m in marks],
        step_ids=[m.intent.step_id for m in marks],
        positions=[m.intent.sequence_step for m in marks],
        fences=[m.intent.fence for m in marks],
        modes=[m.deliver_to for m in marks],
        keys=["\n".join(m.suppression_keys) for m in marks],
        versions=[m.rules_version for m in marks],
        heard_since=heard_since,
        worker=worker,
        now=now,
    )


async def insert_single(db: Db, mail: SingleMail, *, now: datetime) -> None:
    """Keep a mail that belongs to no step, until somebody takes it up."""
    await QUERIES["insert_single"].run(
        db,
        team_id=mail.team_id,
        id=mail.id,
        kind=mail.kind,
        campaign_id=mail.campaign_id,
        lead_id=mail.lead_id,
        sender_id=mail.sender_id,
        sequence_step=mail.sequence_step,
        recipient=mail.recipient,
        address_key=mail.address_key,
        header_id=mail.header_id,
        subject=mail.subject,
        thread_ids=mail.thread_ids,
        links=mail.links,
        raw=mail.raw,
        now=now,
    )


async def take_up(db: Db, claims: Sequence[tuple[TeamId, MessageId, int]]) -> list[TakenUp]:
    """Begin single mails (team, id, fence); gives those that may be sent."""
    return await QUERIES["take_up"].rows(
        db,
        TakenUp,
        team_ids=[team for team, _, _ in claims],
        ids=[message for _, message, _ in claims],
        fences=[fence for _, _, fence in claims],
    )


async def mark_single(db: Db, mail: TakenUp, *, keys: Sequence[str], now: datetime) -> bool:
    """Set data_at of a single mail where nothing stops it; says whether it may begin DATA.

    Args:
        db: The open transaction.
        mail: Which.
        keys: All under which those who get it may be known not to exist.
        now: When it begins.
    """
    marked = await QUERIES["mark_single"].row(
        db,
        MessageId,
        team_id=mail.team_id,
        id=mail.id,
        fence=mail.fence,
        keys=list(keys),
        now=now,
    )
    return marked is not None


async def put_back(db: Db, mail: TakenUp | Intent) -> int:
    """Let a mail wait that did not come to DATA, whatever leave it had."""
    return await QUERIES["put_back"].run(db, team_id=mail.team_id, id=mail.id, fence=mail.fence)


async def finish(db: Db, results: Sequence[Result]) -> list[MessageId]:
    """Write how conversations ended; gives the ids that were still this worker's."""
    return await QUERIES["finish"].rows(db, MessageId, rows=results)


async def drop_raw(db: Db, team: TeamId, messages: Sequence[MessageId]) -> int:
    """Forget the bytes of sent mails."""
    return await QUERIES["drop_raw"].run(db, team_id=team, ids=list(messages))


async def withdraw(db: Db, intents: Sequence[tuple[TeamId, MessageId, int]]) -> int:
    """Delete intents (team, id, fence) that were stopped before DATA."""
    return await QUERIES["withdraw"].run(db, **_arrays(intents))


def _arrays(attempts: Sequence[tuple[TeamId, MessageId, int]]) -> dict[str, object]:
    return {
        "team_ids": [team for team, _, _ in attempts],
        "ids": [message for _, message, _ in attempts],
        "fences": [fence for _, _, fence in attempts],
    }


async def list_lost(db: Db, *, now: datetime) -> list[Doubtful]:
    """Lock and list mails begun by a worker that is gone."""
    return await QUERIES["list_lost"].rows(db, Doubtful, now=now)


async def list_doubtful(db: Db, team: TeamId, offset: int, limit: int) -> list[Doubtful]:
    """List a team's uncertain mails, oldest first."""
    return await QUERIES["list_doubtful"].rows(
        db, Doubtful, team_id=team, offset=offset, limit=limit
    )


async def lock_doubtful(db: Db, team: TeamId, message: MessageId) -> Doubtful | None:
    """Lock a message and its lead."""
    return await QUERIES["lock_doubtful"].row(db, Doubtful, team_id=team, id=message)


async def settle(db: Db, team: TeamId, message: MessageId, state: MessageState) -> int:
    """End a doubt: `sent`, or `deferred` to go again (`send_again`)."""
    return await QUERIES["settle"].run(db, team_id=team, id=message, state=state)


async def send_again(db: Db, mail: Doubtful) -> None:
    """Let a mail in doubt go again; that it may have arrived still counts."""
    await keep_attempts(db, [(mail.team_id, mail.id, mail.fence)])
    await settle(db, mail.team_id, mail.id, MessageState.DEFERRED)


async def keep_attempts(db: Db, attempts: Sequence[tuple[TeamId, MessageId, int]]) -> int:
    """Count attempts in doubt (team, id, fence) that are now to be made again."""
    return await QUERIES["keep_attempts"].run(db, **_arrays(attempts))


async def doubt(db: Db, mails: Sequence[Doubtful]) -> int:
    """Turn begun mails into uncertain ones."""
    return await QUERIES["doubt"].run(
        db, team_ids=[m.team_id for m in mails], ids=[m.id for m in mails]
    )


async def quotas(
    db: Db, limits: Sequence[tuple[TeamId, SenderId, int]], *, since: datetime
) -> list[Quota]:
    """Count what senders have begun to send since then, each up to its limit."""
    return await QUERIES["quotas"].rows(
        db,
        Quota,
        team_ids=[team for team, _, _ in limits],
        sender_ids=[sender for _, sender, _ in limits],
        limits=[limit for _, _, limit in limits],
        since=since,
    )


async def team_quotas(
    db: Db, limits: Mapping[TeamId, int], *, since: datetime
) -> dict[TeamId, TeamQuota]:
    """Count what teams have begun to send since then, each up to its limit."""
    found = await QUERIES["team_quotas"].rows(
        db, TeamQuota, team_ids=[*limits], limits=[*limits.values()], since=since
    )
    return {one.team_id: one for one in found}


async def count_first(
    db: Db, senders: Sequence[tuple[TeamId, SenderId]], *, since: datetime
) -> dict[SenderId, int]:
    """Count, of what senders have begun to send since then, the first mails to leads."""
    found = await QUERIES["count_first"].rows(
        db,
        FirstMails,
        team_ids=[team for team, _ in senders],
        sender_ids=[sender for _, sender in senders],
        since=since,
    )
    return {one.sender_id: one.mails for one in found}


async def list_by_ids(db: Db, ids: Iterable[MessageId]) -> list[Message]:
    """Find messages by their ids alone: a public link names no team."""
    return await QUERIES["list_by_ids"].rows(db, Message, ids=list(ids))


async def list_fetched(db: Db, ids: Iterable[MessageId]) -> list[Fetched]:
    """Find of messages, by their ids alone, what a fetched pixel or link needs."""
    return await QUERIES["list_fetched"].rows(db, Fetched, ids=list(ids))


async def find_by_headers(db: Db, team: TeamId, header_ids: Sequence[str]) -> list[Message]:
    """Find a team's messages by Message-ID, own or effective."""
    return await QUERIES["find_by_headers"].rows(
        db, Message, team_id=team, header_ids=list(header_ids)
    )


async def find_buried(db: Db, message: MessageId) -> Buried | None:
    """Find what is kept of a removed lead's mail."""
    return await QUERIES["find_buried"].row(db, Buried, id=message)


async def bury(db: Db, team: TeamId, lead: LeadId, *, replied_at: datetime | None) -> int:
    """Keep what links and rules need of a lead that is removed; `replied_at`: its last answer."""
    return await QUERIES["bury"].run(db, team_id=team, lead_id=lead, replied_at=replied_at)


async def set_bounced(
    db: Db, team: TeamId, message: MessageId, *, is_hard: bool, now: datetime
) -> int:
    """Note that a bounce came back for a sent mail; hard: the address is no good."""
    return await QUERIES["set_bounced"].run(db, team_id=team, id=message, is_hard=is_hard, now=now)


async def hard_bounces(db: Db, team: TeamId, sender: SenderId) -> HardBounces:
    """Count how many of a sender's last mails came back for good."""
    return await QUERIES["hard_bounces"].one(
        db, HardBounces, team_id=team, id=sender, last_mails=LAST_MAILS
    )


async def count_uncertain(db: Db) -> int:
    """Count the uncertain mails of all teams."""
    return await QUERIES["count_open"].one(db, int)


async def learn_effective(db: Db, team: TeamId, message: MessageId, effective_id: str) -> int:
    """Write which Message-ID a provider gave a mail instead of ours, where none is known."""
    return await QUERIES["learn_effective"].run(
        db, team_id=team, id=message, effective_id=effective_id
    )
