"""People on the team's list: not written to, and let go again when they leave it."""

from datetime import timedelta

from pomelo import activities, unsubscribes
from pomelo.base import addresses
from pomelo.leads import LeadState, WaitsFor
from pomelo.unsubscribes import Source
from tests.trips.conftest import Open

RICHARD = "richard@piedpiper.com"


async def test_a_lead_whose_person_bounced_elsewhere_waits_in_its_state_until_freed(
    office: Open,
) -> None:
    post = await office()
    lead = await post.add(RICHARD)
    async with post.database.transaction() as db:
        await unsubscribes.add(
            db,
            post.team.id,
            [addresses.parse(RICHARD)],
            source=Source.BOUNCED,
            now=post.clock.now(),
        )

    await post.work()
    waiting = await post.lead(lead.id)
    assert (waiting.state, waiting.waits_for) == (LeadState.IMPORTED, WaitsFor.SUPPRESSED)
    async with post.database.transaction() as db:
        await activities.resubscribe(db, post.team.id, RICHARD, now=post.clock.now())
    post.clock.forward(timedelta(minutes=1))
    await post.work()

    assert len(post.mails(RICHARD)) == 1
