"""Numbers of campaigns after what really happened to their mails."""

from pomelo import stats
from pomelo.base.db import EVER, NEVER
from pomelo.demo.sink import Script, Stage
from pomelo.leads import ActivityType
from pomelo.stats import CampaignStats, Wanted
from tests.trips.conftest import Open
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
NOBODY = "nobody@hooli.com"
UNKNOWN = Script(Stage.RCPT, reply="550 5.1.1 No such user here")


async def figures(post: PostOffice) -> CampaignStats:
    always = Wanted(EVER, NEVER, tuple(ActivityType))
    async with post.database.transaction(readonly=True) as db:
        (told,) = await stats.list_stats(db, post.team.id, [post.campaign.id], always)
    return told


async def test_a_mail_that_was_refused_takes_nothing_from_those_that_were_delivered(
    office: Open,
) -> None:
    post = await office(script={NOBODY: UNKNOWN})
    await post.add(RICHARD)
    await post.add(NOBODY)

    await post.work()
    told = await figures(post)

    assert (told.messages_sent, told.messages_bounced, told.delivered) == (1, 1, 1)
    assert (told.steps[0].sent, told.steps[0].bounced, told.steps[0].delivered) == (1, 1, 1)
