"""A sender's mails are shared among its campaigns by weight, and among senders by what is left."""

import itertools
from collections import Counter
from datetime import timedelta

from pomelo import campaigns, leads, senders
from pomelo.base import addresses
from pomelo.campaigns import Campaign, CampaignChanges
from pomelo.leads import NewLead
from pomelo.senders import Changes
from tests import make
from tests.trips.conftest import Open
from tests.wire import PostOffice

MINUTE = timedelta(minutes=1)
ONE = ("Hello", "<p>Hi</p>")


async def another_campaign(post: PostOffice, count: int, *, weight: int) -> Campaign:
    """Let another campaign run with the same sender, and so many people."""
    async with post.database.transaction() as db:
        made = await make.campaign(db, post.team.id)
        await make.step(db, made, *ONE)
        await campaigns.change(db, post.team.id, made.id, CampaignChanges(weight=weight))
        post.campaign = made
        await make.open_always(db, post.campaign)
        await post.start(db, post.sender)
        new = [
            NewLead(post.team.id, made.id, addresses.parse(f"other{n}@hooli.com"))
            for n in range(count)
        ]
        await leads.add(db, new, now=post.clock.now())
    return made


async def minutes(post: PostOffice, amount: int) -> Counter[str]:
    """Let minutes go by; gives how many mails went to whom, by the letters of the address."""
    before = len(post.sink.mails)
    for _ in range(amount):
        await post.work()
        post.clock.forward(MINUTE)
    to = [mail.recipients[0].partition("@")[0] for mail in post.sink.mails[before:]]
    return Counter(name.rstrip("0123456789") for name in to)


async def test_campaigns_of_one_sender_go_by_their_weight(office: Open) -> None:
    post = await office(ONE, gap=60)
    await post.add_many(40)
    await another_campaign(post, 40, weight=3)

    assert await minutes(post, 40) == {"lead": 10, "other": 30}


async def test_a_campaign_that_comes_later_does_not_catch_up(office: Open) -> None:
    post = await office(ONE, gap=60)
    await post.add_many(60)
    await minutes(post, 20)
    await another_campaign(post, 40, weight=1)

    went = await minutes(post, 20)

    assert abs(went["lead"] - went["other"]) <= 2


async def test_new_leads_go_to_who_has_most_left(office: Open) -> None:
    post = await office(ONE, limit=10)
    async with post.database.transaction() as db:
        other = await post.add_sender(db, "monica@piedpiper.example", limit=30)
        both, now = [post.sender.id, other.id], post.clock.now()
        await campaigns.set_senders(db, post.team.id, post.campaign.id, both, now=now)
    await post.add_many(24)

    await post.work()

    by = Counter(mail.envelope_from for mail in post.sink.mails)
    assert by == {"monica@piedpiper.example": 22, "jared@piedpiper.example": 2}


async def test_a_gap_is_as_long_as_it_says_or_longer(office: Open) -> None:
    post = await office(ONE, gap=60)
    async with post.database.transaction() as db:
        changes = Changes(gap_jitter_seconds=60)
        await senders.change(db, post.team.id, post.sender.id, changes, now=post.clock.now())
    await post.add_many(30)
    went: list[int] = []
    for second in range(1_800):
        if second % 5 == 0:
            await post.work()
            went += [second] * (len(post.sink.mails) - len(went))
        post.clock.forward(timedelta(seconds=1))

    gaps = [late - early for early, late in itertools.pairwise(went)]
    assert min(gaps) >= 60
    assert max(gaps) <= 60 + 60 + 5
    assert len(set(gaps)) > 3
