"""One thing done to many leads: all of them once, with progress, in turns."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from pomelo import bulk, campaigns
from pomelo.bulk import Action, BulkEdit, Editor, EditStatus, NewEdit, SenderElsewhere, store, turns
from pomelo.leads import LeadState
from tests.trips.conftest import Open, office
from tests.wire import PostOffice

__all__ = ["office"]

A_TURN = 5


@pytest.fixture(autouse=True)
def short_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "AT_ONCE", A_TURN)


async def start(post: PostOffice, action: Action, **changed: object) -> BulkEdit:
    new = NewEdit(post.campaign.id, action, **changed)  # type: ignore[arg-type]
    async with post.database.transaction() as db:
        return await bulk.start(db, post.team.id, new, post.sender.user_id, now=post.clock.now())


async def finish(post: PostOffice, edit: BulkEdit) -> BulkEdit:
    await Editor(post.database, post.clock).run(f"{post.team.id} {edit.id}".encode())
    async with post.database.transaction() as db:
        return await bulk.get(db, post.team.id, edit.id)


async def column(post: PostOffice, name: str) -> list[object]:
    async with post.database.transaction() as db:
        found: Sequence[object] = await db.fetch(f"SELECT {name} AS it FROM leads ORDER BY id")
    return [row["it"] for row in found]  # type: ignore[index]


async def test_the_first_have_it_at_once_and_a_job_does_the_rest(office: Open) -> None:
    post = await office()
    await post.add_many(12)

    begun = await start(post, Action.PAUSE)
    paused = (await column(post, "is_paused")).count(True)
    ended = await finish(post, begun)

    assert (begun.status, begun.done, begun.total, paused) == (EditStatus.RUNNING, 5, 12, 5)
    assert (ended.status, ended.done, ended.ended_at) == (EditStatus.DONE, 12, post.clock.now())
    assert await column(post, "is_paused") == [True] * 12


async def test_what_is_paused_goes_on_when_it_is_resumed(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await post.add_many(12)
    await finish(post, await start(post, Action.PAUSE))
    await post.work()
    before = len(post.sink.mails)

    await finish(post, await start(post, Action.RESUME))
    await post.work()

    assert (before, len(post.sink.mails)) == (0, 12)


async def test_who_waits_for_a_review_is_launched_and_nobody_else(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await post.add_many(7)
    async with post.database.transaction() as db:
        await db.execute("UPDATE leads SET waits_for = 'review'")
        await db.execute("UPDATE leads SET is_paused = true WHERE id = (SELECT min(id) FROM leads)")
    await start(post, Action.SKIP, states=frozenset({LeadState.CONTACTED}))

    await finish(post, await start(post, Action.REVIEW))
    await post.work()

    assert len(post.sink.mails) == 6
    assert (await column(post, "reviewed_at")).count(None) == 1


async def test_only_leads_in_the_named_states_are_meant(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
    await post.add_many(7)
    await post.work()
    await post.add("new@hooli.com")

    await finish(post, await start(post, Action.SKIP, states=frozenset({LeadState.CONTACTED})))

    assert sorted(map(str, await column(post, "stopped_by"))) == ["None", *["skipped"] * 7]


async def test_leads_go_to_another_sender_and_go_on_from_there(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
    await post.add_many(7)
    await post.work()
    async with post.database.transaction() as db:
        other = await post.add_sender(db, "dinesh@piedpiper.example")
        both = [post.sender.id, other.id]
        await campaigns.set_senders(db, post.team.id, post.campaign.id, both, now=post.clock.now())
    post.sink.mails.clear()

    await finish(post, await start(post, Action.MOVE, to=other.id))
    post.clock.forward(timedelta(days=1))
    await post.work()

    assert {mail.envelope_from for mail in post.sink.mails} == {other.email}
    assert len(post.sink.mails) == 7


async def test_nobody_goes_to_a_sender_that_the_campaign_does_not_have(office: Open) -> None:
    post = await office()
    async with post.database.transaction() as db:
        other = await post.add_sender(db, "dinesh@piedpiper.example")

    with pytest.raises(SenderElsewhere):
        await start(post, Action.MOVE, to=other.id)


async def test_who_comes_in_later_is_not_meant(office: Open) -> None:
    post = await office()
    await post.add_many(7)
    begun = await start(post, Action.PAUSE)
    post.clock.forward(timedelta(seconds=1))
    await post.add("late@hooli.com")

    ended = await finish(post, begun)

    assert ended.done == 7
    assert (await column(post, "is_paused")).count(False) == 1


async def test_two_workers_do_it_once(office: Open) -> None:
    post = await office()
    await post.add_many(42)
    begun = await start(post, Action.SKIP)

    ended, _ = await asyncio.gather(finish(post, begun), finish(post, begun))

    async with post.database.transaction() as db:
        told = await db.fetchval("SELECT count(*) FROM activities WHERE type = 'skipped'")
    assert (ended.done, told) == (42, 42)


async def test_a_turn_that_fails_leaves_no_half_of_it(
    office: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await office()
    await post.add_many(12)
    begun = await start(post, Action.PAUSE)

    async def break_off(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(store, "go_on", break_off)
        with pytest.raises(RuntimeError):
            await finish(post, begun)
    half = (await column(post, "is_paused")).count(True)
    ended = await finish(post, begun)

    assert (half, ended.done) == (5, 12)


async def test_a_cancelled_edit_goes_no_further(office: Open) -> None:
    post = await office()
    await post.add_many(12)
    begun = await start(post, Action.PAUSE)

    async with post.database.transaction() as db:
        await bulk.cancel(db, post.team.id, begun.id, now=post.clock.now())
    ended = await finish(post, begun)

    assert (ended.status, ended.done) == (EditStatus.CANCELLED, 5)
    with pytest.raises(bulk.EditEnded):
        async with post.database.transaction() as db:
            await bulk.cancel(db, post.team.id, begun.id, now=post.clock.now())
