"""Numbers of campaigns after what really happened to their mails."""

from datetime import datetime, timedelta

import httpx

from pomelo import stats
from pomelo.api.call import AppState
from pomelo.api.tracking import Tracker
from pomelo.app import build
from pomelo.base.db import EVER, NEVER, Database
from pomelo.base.ids import MessageId
from pomelo.demo.sink import Script, Stage
from pomelo.leads import ActivityType
from pomelo.stats import CampaignStats, Wanted
from pomelo.tracking import UNSUBSCRIBE, Signer
from tests import make
from tests.answering import Answering
from tests.trips.conftest import Open
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
NOBODY = "nobody@hooli.com"
UNKNOWN = Script(Stage.RCPT, reply="550 5.1.1 No such user here")


async def report(post: PostOffice) -> dict[ActivityType, int]:
    async with post.database.transaction(readonly=True) as db:
        (told,) = await stats.list_reports(db, post.team.id, [post.campaign.id])
    return told.first


async def figures(post: PostOffice) -> CampaignStats:
    always = Wanted(EVER, NEVER, tuple(ActivityType))
    async with post.database.transaction(readonly=True) as db:
        (told,) = await stats.list_stats(db, post.team.id, [post.campaign.id], always)
    return told


async def leave_by_link(post: PostOffice) -> None:
    """Unsubscribe with one click from the newest mail."""
    signer = Signer(make.VAULT.signing_secret())
    async with post.database.transaction() as db:
        mail = MessageId(
            await db.fetchval("SELECT id FROM messages ORDER BY created_at DESC LIMIT 1")
        )
    parts: dict[type, object] = {Tracker: Tracker(post.database, signer)}
    state = AppState(post.database, post.clock, "http://track.test", parts=parts)
    transport = httpx.ASGITransport(app=build(state, rate_limit=1))
    async with httpx.AsyncClient(transport=transport, base_url="http://track.test") as http:
        answer = await http.post(f"/t/u/{signer.sign(UNSUBSCRIBE, mail)}")
    assert answer.status_code == 200


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


async def test_who_leaves_by_a_mails_link_left_at_its_step(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
    lead = await post.add(RICHARD)
    async with post.database.transaction() as db:
        elsewhere = await make.running_campaign(db, post.team.id, post.sender, "Elsewhere")
        other = await make.lead(db, elsewhere, RICHARD)
    await post.work()
    post.clock.forward(timedelta(days=1))
    await post.work()

    await leave_by_link(post)
    told = await figures(post)

    assert told.leads.unsubscribed == 1
    assert [step.unsubscribed for step in told.steps] == [0, 1]
    async with post.database.transaction() as db:
        rows = await db.fetch(
            "SELECT lead_id, message_id IS NOT NULL AS by_mail, sequence_step FROM activities"
            " WHERE type = 'emailsUnsubscribed'"
        )
    assert {tuple(row) for row in rows} == {(lead.id, True, 1), (other.id, False, None)}


async def test_what_a_person_writes_by_hand_is_no_message_of_the_campaign(
    database: Database, now: datetime
) -> None:
    post = Answering(database, now)
    await post.open_with()
    await post.reply()
    for number in range(2):
        await post.write()
        await post.carry()
        await post.reply("Good", **{"Message-ID": f"<{number}@piedpiper.com>"})

    told, first = await figures(post), await report(post)
    await post.close()

    assert [told.messages_sent, told.delivered, told.replied] == [1, 1, 1]
    assert [sum(step.sent for step in told.steps), told.leads.replied] == [1, 1]
    assert (first[ActivityType.EMAILS_SENT], first[ActivityType.EMAILS_REPLIED]) == (1, 1)
