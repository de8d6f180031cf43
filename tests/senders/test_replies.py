"""Whether replies to a sender were read of late, and what is said when they were not."""

from datetime import UTC, datetime, timedelta

import pytest

from pomelo import senders
from pomelo.base import addresses
from pomelo.base.clock import Clock
from pomelo.base.db import Db
from pomelo.senders import (
    Changes,
    FolderInvalid,
    FoldersEqual,
    Freshness,
    Hearing,
    ImapUnknown,
    NewSender,
    Replies,
    Sender,
    Server,
    TlsMode,
    hearing_warning,
)
from pomelo.teams import list_users
from tests import make

SINCE = datetime(2026, 3, 10, 8, 45, tzinfo=UTC)
SMTP = Server("127.0.0.1", 2525, TlsMode.NONE)
IMAP = Server("127.0.0.1", 2526, TlsMode.NONE, "jared", "secret")


async def added(db: Db, *, imap: Server | None = None, replies: Replies | None = None) -> Sender:
    team = await make.team(db)
    owner = (await list_users(db, team.id))[0]
    new = NewSender(
        owner.id, addresses.parse("jared@piedpiper.example"), SMTP, imap, replies=replies
    )
    return await senders.add(db, team.id, new, vault=make.VAULT, now=make.NOW)


async def test_where_imap_is_known_replies_are_read_there(db: Db) -> None:
    assert (await added(db, imap=IMAP)).replies is Replies.IMAP


async def test_otherwise_somebody_has_to_say(db: Db) -> None:
    assert (await added(db)).replies is None


async def test_what_is_said_by_name_counts(db: Db) -> None:
    assert (await added(db, imap=IMAP, replies=Replies.NONE)).replies is Replies.NONE


async def test_without_a_server_nothing_can_be_read_there(db: Db) -> None:
    with pytest.raises(ImapUnknown):
        await added(db, replies=Replies.IMAP)


async def test_later_neither(db: Db) -> None:
    sender = await added(db)

    with pytest.raises(ImapUnknown):
        await senders.change(
            db, sender.team_id, sender.id, Changes(replies=Replies.IMAP), now=make.NOW
        )


async def test_another_mailbox_has_not_been_read(db: Db) -> None:
    sender = await added(db, imap=IMAP)
    await senders.set_read(db, sender.team_id, sender.id, began_at=make.NOW)

    await senders.set_imap(db, sender.team_id, sender.id, IMAP, vault=make.VAULT)

    assert (await senders.get(db, sender.team_id, sender.id)).replies_read_at is None


async def test_a_reading_that_began_earlier_takes_nothing_back(db: Db) -> None:
    sender = await added(db, imap=IMAP)

    for minutes in (2, 1):
        at = make.NOW + timedelta(minutes=minutes)
        await senders.set_read(db, sender.team_id, sender.id, began_at=at)

    found = await senders.get(db, sender.team_id, sender.id)
    assert found.replies_read_at == make.NOW + timedelta(minutes=2)


async def test_only_those_who_should_be_read_and_were_not_are_unheard(db: Db) -> None:
    sender = await added(db, imap=IMAP)
    await make.sender(db, sender.team_id, "piped@piedpiper.example")

    before = await senders.list_unheard(db, since=make.NOW)
    await senders.set_read(db, sender.team_id, sender.id, began_at=make.NOW)

    assert [one.email for one in before] == ["jared@piedpiper.example"]
    assert await senders.list_unheard(db, since=make.NOW) == []


@pytest.mark.parametrize("name", ["x" * 201, "Sent\r\nA1 DELETE INBOX"])
async def test_a_folders_name_is_one_line(db: Db, name: str) -> None:
    sender = await added(db, imap=IMAP)

    with pytest.raises(FolderInvalid):
        await senders.change(db, sender.team_id, sender.id, Changes(sent_folder=name), now=make.NOW)


@pytest.mark.parametrize(("sent", "junk"), [("Mail", "Mail"), ("inbox", "Junk"), ("", "INBOX")])
async def test_sent_and_junk_are_two_folders_and_not_the_inbox(
    db: Db, sent: str, junk: str
) -> None:
    sender = await added(db, imap=IMAP)
    changes = Changes(sent_folder=sent, junk_folder=junk)

    with pytest.raises(FoldersEqual):
        await senders.change(db, sender.team_id, sender.id, changes, now=make.NOW)


async def test_folders_that_were_named_before_keep_nobody_from_changing_other_things(
    db: Db,
) -> None:
    sender = await added(db, imap=IMAP)
    await db.execute("UPDATE senders SET sent_folder = 'INBOX' WHERE id = $1", sender.id)

    changed = await senders.change(
        db, sender.team_id, sender.id, Changes(limit_per_day=7), now=make.NOW
    )

    assert changed.limit_per_day == 7


@pytest.mark.parametrize(
    ("replies", "read_at", "said"),
    [
        (Replies.PIPE, None, None),
        (Replies.IMAP, SINCE, None),
        (Replies.IMAP, None, "were never read"),
        (Replies.IMAP, SINCE - timedelta(minutes=4), "not read since 2026-03-10 08:41 UTC"),
        (Replies.NONE, None, "are not read (none)"),
        (None, None, "is not said"),
    ],
)
def test_what_is_amiss_is_said(
    replies: Replies | None, read_at: datetime | None, said: str | None
) -> None:
    warning = hearing_warning(Hearing("jared@piedpiper.example", replies, read_at), SINCE)

    assert warning is None if said is None else warning is not None and said in warning


def test_a_fast_clock_does_not_make_a_reading_older() -> None:
    fast, start = 1440.0, datetime(2026, 1, 1, tzinfo=UTC)
    clock = Clock(fast, start)

    since = Freshness(15).since(clock)

    assert timedelta(days=14) < clock.now() - since < timedelta(days=16)
