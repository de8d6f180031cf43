"""Earlier hits are judged again: state, counts, stops, lists and hooks follow the verdict."""

import asyncio
from itertools import permutations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pomelo import activities, unsubscribes
from pomelo.activities import Fact
from pomelo.base import addresses
from pomelo.base.db import Database, Db
from pomelo.base.ids import MessageId
from pomelo.leads import ActivityType, LeadState
from pomelo.tracking import Hit, Recorder, record
from tests import make
from tests.tracking.conftest import MAIL
from tests.tracking.hitting import (
    SCANNER,
    at,
    clicked,
    left,
    opened,
    reasons,
    shown,
    standing,
    stop_on_click,
    visited,
    whose,
)


async def test_earlier_clicks_are_judged_again_and_the_lead_steps_back(
    database: Database, mail: MessageId
) -> None:
    async with database.transaction() as db:
        await stop_on_click(db)
        await record(db, [clicked(mail, 60, "a")])
        was = await standing(db)
        await record(db, [clicked(mail, 62, "b"), clicked(mail, 64, "c")])
        now = await standing(db)

        assert (was.state, was.clicked_count, was.stopped_by) == (
            LeadState.ATTRACTED, 1, ActivityType.EMAILS_CLICKED,
        )  # fmt: skip
        assert (now.state, now.clicked_count, now.clicked_at) == (LeadState.IMPORTED, 0, None)
        assert (now.stopped_by, now.last_state) == (None, "")
        assert await reasons(db) == ["all_links"] * 3
        assert [(one.is_bot, one.is_first, one.reached, one.has_stopped) for one in await shown(db)
                ] == [(True, False, None, False)] * 3  # fmt: skip


async def test_what_a_person_did_besides_stays(database: Database, mail: MessageId) -> None:
    async with database.transaction() as db:
        await record(db, [opened(mail, 60), clicked(mail, 100, "a"), clicked(mail, 200, "b")])
        await record(db, [visited(mail, 101)])
        lead, facts = await standing(db), await shown(db)

    assert (lead.state, lead.clicked_count, lead.clicked_at) == (LeadState.ATTRACTED, 1, at(200))
    assert [(one.is_bot, one.is_first, one.reached) for one in facts] == [
        (False, True, LeadState.HOOKED),
        (True, False, None),
        (False, True, LeadState.ATTRACTED),
    ]


async def test_a_reply_keeps_its_lead_stopped_and_warm(database: Database, mail: MessageId) -> None:
    async with database.transaction() as db:
        await stop_on_click(db)
        await record(db, [clicked(mail, 60)])
        team, lead = await whose(db)
        reply = Fact(team_id=team, type=ActivityType.EMAILS_REPLIED, lead_id=lead, at=at(300))
        await activities.record(db, [reply])
        await record(db, [visited(mail, 61)])
        now = await standing(db)

    assert (now.state, now.stopped_by) == (LeadState.WARMED, ActivityType.EMAILS_REPLIED)
    assert (now.clicked_count, now.last_state) == (0, ActivityType.EMAILS_REPLIED)


async def test_an_unsubscribe_is_never_undone(database: Database, mail: MessageId) -> None:
    async with database.transaction() as db:
        await record(db, [clicked(mail, 60)])
        team, _ = await whose(db)
        email = addresses.parse(await db.fetchval("SELECT email FROM leads"))
        source = unsubscribes.Source.LEAD
        await activities.unsubscribe(db, team, [email], source=source, now=at(61))
        await record(db, [visited(mail, 60)])
        now = await standing(db)

    assert (now.state, now.clicked_count) == (LeadState.EMAILS_UNSUBSCRIBED, 0)
    assert now.stopped_by is ActivityType.EMAILS_UNSUBSCRIBED


async def test_a_first_open_that_comes_late_makes_a_click_a_persons_again(
    database: Database, mail: MessageId
) -> None:
    async with database.transaction() as db:
        await record(db, [opened(mail, 100)])
        await record(db, [clicked(mail, 104)])
        assert await reasons(db) == ["click_after_open"]

        await record(db, [opened(mail, 60)])

        assert await reasons(db) == [""]
        assert (await standing(db)).clicked_count == 1


async def test_an_open_that_comes_after_its_click_tells_on_it(
    database: Database, mail: MessageId
) -> None:
    async with database.transaction() as db:
        await record(db, [clicked(mail, 104)])
        await record(db, [opened(mail, 100)])

        assert await reasons(db) == ["click_after_open"]


async def told(db: Db) -> list[tuple[str, bool]]:
    """What hooks are still to hear, and as whose."""
    return [(one.type, one.is_bot) for one in await activities.list_untold(db, limit=100)]


async def hear_all(db: Db) -> None:
    untold = await activities.list_untold(db, limit=100)
    await activities.mark_told(db, untold, now=make.NOW)


async def test_hooks_that_heard_of_a_click_hear_of_it_again(
    database: Database, mail: MessageId
) -> None:
    async with database.transaction() as db:
        await db.execute("UPDATE teams SET has_hooks = true")
        await record(db, [clicked(mail, 60, "a")])
        await hear_all(db)
        await record(db, [clicked(mail, 61, "b"), clicked(mail, 62, "c")])

        assert await told(db) == [("emailsClicked", True)]
        (again,) = await activities.list_untold(db, limit=100)
    assert (again.is_first, again.reached) == (True, None)


async def test_a_machine_that_was_recognised_before_hooks_heard_is_not_told(
    database: Database, mail: MessageId
) -> None:
    async with database.transaction() as db:
        await db.execute("UPDATE teams SET has_hooks = true")
        await record(db, [clicked(mail, 60, "a")])
        await record(db, [clicked(mail, 61, "b"), clicked(mail, 62, "c")])

        assert await told(db) == []


async def test_without_hooks_nothing_waits_to_be_told(database: Database, mail: MessageId) -> None:
    async with database.transaction() as db:
        await record(db, [clicked(mail, 60, "a")])
        await record(db, [visited(mail, 60)])

        assert await told(db) == []


async def test_lists_agree_with_the_verdict(database: Database, mail: MessageId) -> None:
    async with database.transaction() as db:
        await record(db, [clicked(mail, 60, "a"), clicked(mail, 300, "b")])
        await record(db, [visited(mail, 60)])
        team, lead = await whose(db)

        async def found(**asked: object) -> list[float]:
            page = activities.Filter(lead=lead, **asked)  # type: ignore[arg-type]
            rows = await activities.list_page(db, team, page, offset=0, limit=9)
            return [(one.created_at - make.NOW).total_seconds() for one in rows]

        assert await found(is_bot=False) == await found(is_first=True) == [300]
        assert await found(reached=LeadState.ATTRACTED) == [300]
        assert await found(is_bot=True) == [60]


HITS = (
    st.builds(opened, st.just(MAIL), st.integers(6, 40))
    | st.builds(opened, st.just(MAIL), st.integers(6, 40), st.just(SCANNER))
    | st.builds(visited, st.just(MAIL), st.integers(6, 40))
    | st.builds(
        clicked, st.just(MAIL), st.integers(6, 40), st.sampled_from("abc"), links=st.just(3)
    )
    | st.builds(
        clicked, st.just(MAIL), st.integers(6, 40), st.sampled_from("abc"),
        links=st.just(3), agent=st.just(SCANNER),
    )
)  # fmt: skip


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(hits=st.lists(HITS, min_size=2, max_size=7), data=st.data())
async def test_in_whatever_order_hits_come_the_end_is_that_of_judging_all_at_once(
    database: Database, mail: MessageId, hits: list[Hit], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(hits))
    cuts = data.draw(st.lists(st.booleans(), min_size=len(hits), max_size=len(hits)))
    ends = []
    for order, is_cut in ((sorted(hits, key=lambda hit: hit.at), [False] * 7), (mixed, cuts)):
        async with database.transaction() as db:
            async with db.transaction():
                await stop_on_click(db)
                batch: list[Hit] = []
                for hit, ends_here in zip(order, is_cut, strict=False):
                    batch.append(hit)
                    if ends_here:
                        await record(db, batch)
                        batch = []
                if batch:
                    await record(db, batch)
                ends.append(await left(db))
            await db.execute("DELETE FROM page_visits; DELETE FROM activities")
            await db.execute(
                "UPDATE leads SET state = 'imported', opened_at = NULL, clicked_at = NULL,"
                " opened_count = 0, clicked_count = 0, stopped_by = NULL, last_state = ''"
            )

    assert ends[0] == ends[1]


async def test_hits_that_come_at_once_from_everywhere_are_judged_together(
    database: Database, mail: MessageId
) -> None:
    hits = [clicked(mail, 60 + number, link) for number, link in enumerate("abc")]
    for order in list(permutations(hits))[:4]:
        recorders = [Recorder(database) for _ in order]
        await asyncio.gather(*(one.add(hit) for one, hit in zip(recorders, order, strict=True)))
        await asyncio.gather(*(one.drain() for one in recorders))

    async with database.transaction() as db:
        assert set(await reasons(db)) == {"all_links"}
        assert (await standing(db)).clicked_count == 0


async def test_an_open_and_a_click_at_once_are_judged_together(
    database: Database, mail: MessageId
) -> None:
    for number in range(20):
        shift = 60 + 100 * number
        async with database.transaction() as db:
            await db.execute("DELETE FROM activities")
        hits = [opened(mail, shift), clicked(mail, shift + 1)]
        recorders = [Recorder(database), Recorder(database)]
        await asyncio.gather(*(one.add(hit) for one, hit in zip(recorders, hits, strict=True)))
        await asyncio.gather(*(one.drain() for one in recorders))

        async with database.transaction() as db:
            assert await reasons(db) == ["click_after_open"]
