"""An account is made up: what a campaign has sent, against its senders' Sent folders."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pomelo import campaigns, messages, senders
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.ids import CampaignId, MessageId, SenderId, TeamId
from pomelo.inbound.mailboxes.troubles import Trouble
from pomelo.inbound.reconciling import store
from pomelo.inbound.reconciling.accounts import Account, Copy, Stray, Unread, balance, stray
from pomelo.inbound.reconciling.store import Writer
from pomelo.messages import Message
from pomelo.senders import Sender
from pomelo.smtp import MailAccess

# A copy may take its time.
LATE: Final = timedelta(minutes=1)
DELETED: Final = "It was deleted, and with it its log-in."


async def reconcile(
    database: Database,
    team: TeamId,
    campaign: CampaignId,
    *,
    since: datetime | None,
    access: MailAccess,
    clock: Clock,
) -> Account:
    """Compare what a campaign has sent with what lies in its senders' Sent folders.

    Nothing is changed, neither here nor there. Mails of the last minute are left out.

    Args:
        database: Where the ledger is.
        team: Whose campaign.
        campaign: Which.
        since: Mails handed over before are left out; None = all.
        access: What it takes to reach the senders' servers.
        clock: Tells the time.

    Raises:
        CampaignNotFound: The team has none of that id.
    """
    async with database.transaction(readonly=True) as db:
        since = since or (await campaigns.get(db, team, campaign)).created_at
        writers = await store.list_writers(db, team, campaign, since=since)
        people = [await senders.find(db, team, one.id) for one in writers]
    until = clock.now() - LATE
    looks = {
        writer.id: await _look(database, writer, sender, since=since, access=access, clock=clock)
        for writer, sender in zip(writers, people, strict=True)
    }
    copies = {id_: look for id_, look in looks.items() if not isinstance(look, Unread)}
    async with database.transaction(readonly=True) as db:
        ledger = await store.list_ledger(db, team, campaign, since=since, until=until)
        strays = await _strays(db, [one for one in people if one], copies)
    unread = {id_: look for id_, look in looks.items() if isinstance(look, Unread)}
    return balance(campaign, ledger, copies, strays=strays, unread=unread)


async def _look(
    database: Database,
    writer: Writer,
    sender: Sender | None,
    *,
    since: datetime,
    access: MailAccess,
    clock: Clock,
) -> list[Copy] | Unread:
    """Look into one sender's folder, or say why nobody can."""
    if sender is None:
        return Unread(writer.email, DELETED)
    # Slow to import, and `pomelo receive` comes through this domain's door for each mail.
    from pomelo.inbound.reconciling.visiting import Visit  # noqa: PLC0415

    try:
        return await Visit(database, sender, access, now=clock.now()).copies(since)
    except Trouble as wrong:
        return Unread(writer.email, wrong.sentence)


async def _strays(
    db: Db, people: Sequence[Sender], copies: Mapping[SenderId, Sequence[Copy]]
) -> list[Stray]:
    """Find what lies in Sent folders and no ledger explains, be it of another campaign."""
    found: list[Stray | None] = []
    for sender in people:
        mine = copies.get(sender.id, ())
        known, buried = await _known(db, sender.team_id, mine)
        found += [stray(sender.email, one, known) for one in mine if one.message_id not in buried]
    return [one for one in found if one]


async def _known(
    db: Db, team: TeamId, copies: Sequence[Copy]
) -> tuple[dict[MessageId, Message], set[MessageId]]:
    ids = {copy.message_id for copy in copies if copy.message_id}
    known = {one.id: one for one in await messages.list_by_ids(db, ids) if one.team_id == team}
    buried = {id_ for id_ in ids - known.keys() if await messages.find_buried(db, id_)}
    return known, buried
