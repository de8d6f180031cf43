"""Mails in doubt through the API: shown to their team, and ended as a person says."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from pomelo import teams
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.demo.sink import Act, Script, Stage
from pomelo.leads import Lead, LeadState
from pomelo.messages import MessageNotFound
from tests.api import client
from tests.api.client import Caller
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.test"
UNREAD = (
    "Its sender's mailbox is not read by IMAP, so nobody looked for it: look into the Sent folder "
    "yourself."
)
# Once, the server takes the whole mail and dies before it says so.
DIES_ONCE = {RICHARD: Script(Stage.DOT, Act.DROP, times=1)}


@pytest.fixture
async def office(database: Database) -> AsyncIterator[PostOffice]:
    post = PostOffice(database, Clock().now(), script=DIES_ONCE)
    await post.open()
    yield post
    await post.close()


@pytest.fixture
async def lead(office: PostOffice) -> Lead:
    """A lead whose mail is in doubt."""
    added = await office.add(RICHARD)
    await office.work()
    return added


@pytest.fixture
async def caller(office: PostOffice, lead: Lead) -> AsyncIterator[Caller]:
    """The team whose mail is in doubt."""
    async with office.database.transaction() as db:
        owner = (await teams.list_users(db, office.team.id))[0]
    async with client.calling(office.database, office.team, owner, lead.created_at) as made:
        yield made


async def test_a_mail_in_doubt_is_shown_with_what_finds_it(
    office: PostOffice, lead: Lead, caller: Caller
) -> None:
    (found,) = await caller.call("GET", "/messages", state="uncertain")

    assert found.pop("_id").startswith("msg_")
    assert found.pop("createdAt")
    assert found == {
        "leadId": lead.id,
        "leadEmail": RICHARD,
        "campaignId": office.campaign.id,
        "senderEmail": office.sender.email,
        "messageId": office.mails(RICHARD)[0]["Message-ID"],
        "state": "uncertain",
        "note": UNREAD,
    }


async def test_another_team_neither_sees_nor_ends_it(caller: Caller, stranger: Caller) -> None:
    (mine,) = await caller.call("GET", "/messages")
    path = f"/messages/{mine['_id']}/resolve"

    assert await stranger.call("GET", "/messages") == []
    assert await stranger.refused("POST", path, {"as": "sent"}) == (404, MessageNotFound.__doc__)
    assert await caller.call("GET", "/messages") == [mine]


async def test_sent_counts_as_sent_and_is_never_sent_again(
    office: PostOffice, lead: Lead, caller: Caller
) -> None:
    (doubtful,) = await caller.call("GET", "/messages")

    resolved = await caller.call("POST", f"/messages/{doubtful['_id']}/resolve", {"as": "sent"})
    office.clock.forward(timedelta(minutes=1))
    await office.work()

    assert resolved == {**doubtful, "state": "sent", "note": ""}
    assert (await office.lead(lead.id)).state is LeadState.CONTACTED
    assert len(office.mails(RICHARD)) == 1
    assert await caller.call("GET", "/messages") == []


async def test_resend_sends_the_same_mail_once_more(
    office: PostOffice, lead: Lead, caller: Caller
) -> None:
    (doubtful,) = await caller.call("GET", "/messages")

    resolved = await caller.call("POST", f"/messages/{doubtful['_id']}/resolve", {"as": "resend"})
    office.clock.forward(timedelta(minutes=1))
    await office.work()

    assert resolved["state"] == "deferred"
    first, second = office.mails(RICHARD)
    assert first.as_bytes() == second.as_bytes()
    assert (await office.lead(lead.id)).state is LeadState.CONTACTED


async def test_a_doubt_ends_once(caller: Caller) -> None:
    (doubtful,) = await caller.call("GET", "/messages")
    path = f"/messages/{doubtful['_id']}/resolve"
    await caller.call("POST", path, {"as": "sent"})

    status, text = await caller.refused("POST", path, {"as": "resend"})

    assert status == 409
    assert "not uncertain any more" in text


@pytest.mark.parametrize("body", [{}, {"as": "maybe"}, {"as": None}])
async def test_what_it_became_must_be_said_clearly(caller: Caller, body: dict[str, object]) -> None:
    (doubtful,) = await caller.call("GET", "/messages")

    status, _ = await caller.refused("POST", f"/messages/{doubtful['_id']}/resolve", body)

    assert status == 400
    assert await caller.call("GET", "/messages") == [doubtful]


async def test_only_uncertain_mails_are_listed(api: Caller) -> None:
    status, text = await api.refused("GET", "/messages", state="sent")

    assert (status, text) == (400, "Bad params: state must be one of uncertain.")
