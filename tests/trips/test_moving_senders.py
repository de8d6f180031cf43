"""Leads of a sender that is lost go on from another one."""

from datetime import timedelta

import pytest

from pomelo import bulk, campaigns, leads
from pomelo.api.email_accounts import remove
from pomelo.api.sender_moves import SameSender, carry_out
from pomelo.base.clock import Clock
from pomelo.base.ids import SenderId
from pomelo.bulk import Action, Editor, NewEdit, turns
from pomelo.delivery import carry
from pomelo.delivery.drafts import Draft
from pomelo.leads import Move, Moving, moving
from pomelo.senders import Sender, SenderNotFound
from tests.trips.conftest import Open
from tests.wire import PostOffice

DAY = timedelta(days=1)
STEPS = (("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
MONICA = "monica@piedpiper.example"


async def lose_sender(post: PostOffice) -> Sender:
    """Let everybody get a first mail, and delete who sent it; gives the one that is left."""
    await post.add_many(3)
    await post.work()
    async with post.database.transaction() as db:
        other = await post.add_sender(db, MONICA)
        both, now = [post.sender.id, other.id], post.clock.now()
        await campaigns.set_senders(db, post.team.id, post.campaign.id, both, now=now)
        await remove(db, post.team.id, post.sender.id, now=now)
    post.clock.forward(DAY)
    return other


async def move(post: PostOffice, to: SenderId | None, *, is_preview: bool = False) -> list[int]:
    async with post.database.transaction() as db:
        what = Move(post.team.id, post.sender.id, to)
        done = await carry_out(db, what, is_preview=is_preview, now=post.clock.now())
    return [done.leads, done.moved, done.in_doubt]


def senders_of_day(post: PostOffice) -> list[str]:
    return [mail.envelope_from for mail in post.sink.mails[3:]]


async def test_a_preview_changes_nothing(office: Open) -> None:
    post = await office(*STEPS)
    other = await lose_sender(post)

    said = await move(post, other.id, is_preview=True)
    await post.work()

    assert said == [3, 3, 0]
    assert senders_of_day(post) == []


@pytest.mark.parametrize("is_named", [True, False])
async def test_their_conversations_go_on_from_the_other_sender(
    office: Open, is_named: bool
) -> None:
    post = await office(*STEPS)
    other = await lose_sender(post)
    await post.work()

    await move(post, other.id if is_named else None)
    await post.work()

    assert senders_of_day(post) == [MONICA] * 3
    first, second = post.mails("lead0@hooli.com")
    assert second["In-Reply-To"] == first["Message-ID"]


async def test_whose_campaign_lacks_the_other_sender_stays(office: Open) -> None:
    post = await office(*STEPS)
    await lose_sender(post)
    async with post.database.transaction() as db:
        stranger = await post.add_sender(db, "laurie@piedpiper.example")

    assert await move(post, stranger.id) == [3, 0, 0]
    assert await move(post, None, is_preview=True) == [3, 3, 0]


async def test_whose_last_mail_is_in_doubt_stays(office: Open) -> None:
    post = await office(*STEPS)
    other = await lose_sender(post)
    async with post.database.transaction() as db:
        await db.execute("UPDATE leads SET waits_for = 'uncertain' WHERE email = 'lead1@hooli.com'")

    assert await move(post, other.id) == [3, 2, 1]
    await post.work()
    assert post.mails("lead1@hooli.com")[1:] == []
    assert len(senders_of_day(post)) == 2


async def test_who_is_paused_is_moved_and_stays_paused(office: Open) -> None:
    post = await office(*STEPS)
    other = await lose_sender(post)
    async with post.database.transaction() as db:
        await db.execute("UPDATE leads SET is_paused = true")
    await move(post, other.id)
    await post.work()
    assert senders_of_day(post) == []

    async with post.database.transaction() as db:
        rows = await db.fetch("SELECT DISTINCT sender_id, waits_for, is_paused FROM leads")
    assert [tuple(row) for row in rows] == [(other.id, None, True)]


async def test_of_many_a_job_moves_the_rest_and_may_run_twice(
    office: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await office(*STEPS)
    other = await lose_sender(post)
    monkeypatch.setattr(moving, "AT_ONCE", 1)
    await move(post, other.id)
    async with post.database.transaction() as db:
        (job,) = await db.fetch("SELECT payload FROM jobs.pgqueuer WHERE entrypoint='move_sender'")

    for _ in range(2):
        await Moving(post.database, Clock()).run(job["payload"])

    async with post.database.transaction() as db:
        count = await db.fetchval("SELECT count(*) FROM leads WHERE sender_id = $1", other.id)
    assert count == 3


async def test_only_another_sender_of_the_team_can_be_named(office: Open) -> None:
    post = await office(*STEPS)

    with pytest.raises(SameSender):
        await move(post, post.sender.id)
    with pytest.raises(SenderNotFound):
        await move(post, SenderId("usm_nobody"))
    async with post.database.transaction() as db:
        with pytest.raises(SenderNotFound):
            what = Move(post.team.id, SenderId("usm_nobody"), None)
            await carry_out(db, what, is_preview=True, now=post.clock.now())


async def owners(post: PostOffice) -> dict[str, int]:
    """How many leads whose are."""
    async with post.database.transaction() as db:
        rows = await db.fetch("SELECT sender_id, count(*) FROM leads GROUP BY sender_id")
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_no_lead_is_given_to_a_sender_that_left_meanwhile(
    office: Open, monkeypatch: pytest.MonkeyPatch, is_deleted: bool
) -> None:
    monkeypatch.setattr(turns, "AT_ONCE", 5)
    post = await office(*STEPS)
    await post.add_many(12)
    await post.work()
    async with post.database.transaction() as db:
        team, campaign, now = post.team.id, post.campaign.id, post.clock.now()
        other = await post.add_sender(db, MONICA)
        await campaigns.set_senders(db, team, campaign, [post.sender.id, other.id], now=now)
        new = NewEdit(campaign, Action.MOVE, to=other.id)
        edit = await bulk.start(db, team, new, post.sender.user_id, now=now)
    async with post.database.transaction() as db:
        if is_deleted:
            await remove(db, team, other.id, now=now)
        else:
            await campaigns.set_senders(db, team, campaign, [post.sender.id], now=now)

    await Editor(post.database, post.clock).run(f"{team} {edit.id}".encode())

    assert await owners(post) == {post.sender.id: 7, other.id: 5}  # five were given before


async def test_a_mail_that_has_not_begun_goes_from_the_sender_its_lead_was_given_to(
    office: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await office(*STEPS)
    lead = await post.add("richard@piedpiper.com")
    async with post.database.transaction() as db:
        both = [post.sender.id, (await post.add_sender(db, MONICA)).id]
        await campaigns.set_senders(db, post.team.id, post.campaign.id, both, now=post.clock.now())
    ask = carry.Carrier._may_begin
    given: list[SenderId] = []

    async def give_then_ask(self: carry.Carrier, written: Draft) -> bool | None:
        if not given:
            given.extend(one for one in both if one != written.intent.sender_id)
            async with post.database.transaction() as db:
                await leads.give(db, post.team.id, [lead.id], given[0], now=post.clock.now())
        return await ask(self, written)

    monkeypatch.setattr(carry.Carrier, "_may_begin", give_then_ask)
    await post.work()
    assert post.sink.mails == []
    post.clock.forward(timedelta(seconds=15))
    await post.work()

    async with post.database.transaction() as db:
        sent_by = await db.fetchval("SELECT sender_id FROM messages WHERE state = 'sent'")
    assert [sent_by] == given
    assert await owners(post) == {sent_by: 1}
