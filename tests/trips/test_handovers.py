"""Steps that send leads to another campaign: exactly once, with all that is known of them."""

from pomelo import campaigns, leads, sequences
from pomelo.base.ids import CampaignId
from pomelo.leads import Lead, LeadState
from pomelo.sequences import StepType
from tests import make
from tests.trips.conftest import Open
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
SAID = {"firstName": "Richard", "colour": "red"}


async def other_campaign(office: PostOffice) -> CampaignId:
    """Make another campaign, and a step that sends leads there after the first mail."""
    async with office.database.transaction() as db:
        target = await make.campaign(db, office.team.id, "Elsewhere")
        await campaigns.pause(db, office.team.id, office.campaign.id)
        await make.other_step(
            db,
            office.campaign,
            StepType.SEND_TO_ANOTHER_CAMPAIGN,
            delay_days=0,
            campaign_id=target.id,
        )
        await sequences.start_campaign(
            db, office.team.id, office.campaign.id, now=office.clock.now()
        )
    return target.id


async def everywhere(office: PostOffice) -> dict[CampaignId, Lead]:
    async with office.database.transaction() as db:
        found = await leads.list_of_key(db, office.team.id, RICHARD)
    return {lead.campaign_id: lead for lead in found}


async def test_a_lead_goes_over_with_its_variables_and_ends_here(office: Open) -> None:
    post = await office()
    target = await other_campaign(post)
    await post.add(RICHARD, SAID)

    await post.work()
    await post.work()

    found = await everywhere(post)
    assert set(found) == {post.campaign.id, target}
    assert found[target].variables == SAID
    assert found[target].state is LeadState.IMPORTED
    here = found[post.campaign.id]
    assert (here.due_at, here.last_state) == (None, "sendToAnotherCampaign")


async def test_who_is_there_already_stays_as_they_are(office: Open) -> None:
    post = await office()
    target = await other_campaign(post)
    async with post.database.transaction() as db:
        there = await campaigns.get(db, post.team.id, target)
        await make.lead(db, there, RICHARD, variables={"colour": "blue"})
    await post.add(RICHARD, SAID)

    await post.work()

    found = await everywhere(post)
    assert found[target].variables == {"colour": "blue"}
    assert found[post.campaign.id].due_at is None
