"""A rehearsal shows whom the texts cannot be written to, and moves no lead."""

from datetime import timedelta

from pomelo import activities, insight, leads, worker
from pomelo.insight import Cause
from pomelo.leads import LeadState, WaitsFor
from tests.insight.scenes import explain, pause
from tests.trips.conftest import Open
from tests.wire import PostOffice

OPERATOR = "operator@piedpiper.example"
CITY = ("Hello", "<p>How is {{city}}?</p>")
RICHARD, MONICA = "richard@piedpiper.com", "monica@piedpiper.com"


async def enter(post: PostOffice, deliver_to: str) -> None:
    async with post.database.transaction() as db:
        await worker.enter(db, "wrk_one", deliver_to)


async def test_who_lacks_what_the_text_names_is_told_of_and_not_moved(office: Open) -> None:
    post = await office(CITY, deliver_to=OPERATOR)
    await enter(post, OPERATOR)
    lacking = await post.add(RICHARD)
    other = await post.add(MONICA, {"city": "Paris"})
    before = await post.places()

    await post.work()
    own, others = await explain(post, lacking.id), await explain(post, other.id)
    everybody = await explain(post, post.campaign.id)
    async with post.database.transaction(readonly=True) as db:
        warned = (await insight.failing_warnings(db, post.team.id))[post.campaign.id]
        finished = await leads.finished_campaigns(db, post.team.id)
        recorded = await db.fetch("SELECT FROM activities")

    assert (own.cause, own.goes_at) == (Cause.TEMPLATE_FAILING, None)
    assert own.sentence.endswith("is missing: city.")
    assert others.cause is Cause.REHEARSAL
    assert everybody.counts == {Cause.TEMPLATE_FAILING: 1, Cause.REHEARSAL: 1}
    assert [text.partition(":")[0] for text in warned] == ["1 lead could not be written to"]
    assert (recorded, finished, len(post.mails(OPERATOR))) == ([], set(), 1)
    assert await post.places() == before


async def test_a_paused_campaign_says_of_a_rehearsed_lead_what_its_text_lacks(office: Open) -> None:
    post = await office(CITY, deliver_to=OPERATOR)
    await enter(post, OPERATOR)
    lead = await post.add(RICHARD)
    await post.work()

    await pause(post)

    said = await explain(post, lead.id)
    assert (said.cause, said.next[0].cause) == (Cause.CAMPAIGN_PAUSED, Cause.TEMPLATE_FAILING)
    assert said.next[0].sentence.endswith("is missing: city.")


async def test_a_text_that_is_mended_is_rehearsed(office: Open) -> None:
    post = await office(CITY, deliver_to=OPERATOR)
    await enter(post, OPERATOR)
    lead, other = await post.add(RICHARD), await post.add(MONICA)
    await post.work()

    async with post.database.transaction() as db:
        team, now = post.team.id, post.clock.now()
        await leads.set_variables(db, team, lead.id, {"city": "Paris"}, now=now)
        await activities.mend_campaign(db, team, post.campaign.id, now=now)
    await post.work()

    after = await post.lead(lead.id)
    assert (after.waits_for, after.due_at) == (WaitsFor.REHEARSAL, lead.due_at)
    assert (await post.lead(other.id)).waits_for is WaitsFor.MENDING
    assert len(post.mails(OPERATOR)) == 1


async def test_what_a_rehearsal_found_fails_for_real_when_it_ends(office: Open) -> None:
    post = await office(CITY, deliver_to=OPERATOR)
    lead = await post.add(RICHARD)
    await enter(post, OPERATOR)
    await post.work()

    await worker.leave(post.database, "wrk_one")
    await enter(post, "")
    # Nobody is left unlooked-at for longer than a quarter of a minute.
    real = PostOffice(post.database, post.clock.now() + timedelta(seconds=15))
    await real.work()
    await real.close()

    after = await post.lead(lead.id)
    assert (after.state, after.stopped_by) == (LeadState.EMAILS_BOUNCED, "emailsFailed")
