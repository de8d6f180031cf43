"""A sender at Google through the worker: it sends by token, and stands still when leave ends."""

from dataclasses import replace
from datetime import timedelta

from msgspec import structs

from pomelo import senders, teams
from pomelo.delivery import Deliverer
from pomelo.leads import LeadState
from pomelo.senders import PausedFor, Sender, Server, TlsMode
from tests.gmail import Gmail, gmail
from tests.senders.connected import finish, start
from tests.senders.identity import Identity, providing
from tests.trips.conftest import Open
from tests.wire import PostOffice

JARED = "jared@piedpiper.example"


async def connect(post: PostOffice, identity: Identity, port: int) -> Deliverer:
    """Connect the office's sender, and give a worker that knows its provider."""
    here = Server("127.0.0.1", port, TlsMode.NONE)
    oauth = identity.oauth(client=structs.replace(identity.client(), smtp=here))
    now = post.clock.now()
    async with post.database.transaction() as db:
        user = (await teams.list_users(db, post.team.id))[0]
    identity.account = JARED
    started = await start(post.database, identity, user, now=now, email=JARED)
    await finish(post.database, identity, started, now=now, oauth=oauth)
    identity.forms.clear()
    return Deliverer(replace(post.desk, oauth=oauth), slots=10)


async def sender_of(post: PostOffice) -> Sender:
    async with post.database.transaction() as db:
        return await senders.get(db, post.team.id, post.sender.id)


async def test_mails_go_out_by_token_over_hours_and_renewals(office: Open) -> None:
    handler = Gmail(*(f"access-{number}" for number in range(10)), user=JARED)
    async with providing() as identity, gmail(handler) as port:
        post = await office()
        worker = await connect(post, identity, port)
        for number in range(3):
            await post.add(f"lead{number}@hooli.com")
            await post.work(worker)
            await worker.finish()  # ends its session, so that the next mail logs in again
            post.clock.forward(timedelta(hours=2))

    assert handler.mails == 3
    assert handler.shown == ["access-2", "access-3", "access-4"]
    assert (await sender_of(post)).paused_for is None


async def test_when_leave_ends_the_sender_says_so_and_its_leads_keep_their_place(
    office: Open,
) -> None:
    handler = Gmail("access-2", "access-4", user=JARED)
    async with providing() as identity, gmail(handler) as port:
        post = await office()
        worker = await connect(post, identity, port)
        lead = await post.add("lead@hooli.com")
        post.clock.forward(timedelta(hours=2))
        identity.answers = [(400, {"error": "invalid_grant"})]

        await post.work(worker)
        paused = await sender_of(post)
        again = await connect(post, identity, port)
        await post.work(again)
        for one in (worker, again):
            await one.finish()

    assert paused.paused_for is PausedFor.AUTH
    assert paused.paused_reply.startswith("Reconnect needed: Google")
    assert (await sender_of(post)).paused_for is None
    assert (await post.lead(lead.id)).state is LeadState.CONTACTED
    assert handler.mails == 1
