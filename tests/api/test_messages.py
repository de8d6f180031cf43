"""Mails in doubt through the API: shown to their team, and ended as a person says."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from pomelo import teams
from pomelo.api.exports import Downloads
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.demo.sink import Act, Script, Stage
from pomelo.exports import Folder, Streams
from pomelo.leads import Lead, LeadState
from pomelo.messages import MessageNotFound
from tests.api import client, exporting
from tests.api.client import Caller
from tests.exports.reading import read
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
async def caller(office: PostOffice, lead: Lead, folder: Folder) -> AsyncIterator[Caller]:
    """The team whose mail is in doubt."""
    async with office.database.transaction() as db:
        owner = (await teams.list_users(db, office.team.id))[0]
    downloads = Downloads(folder, Streams(office.database))
    async with client.calling(
        office.database, office.team, owner, lead.created_at, downloads=downloads
    ) as made:
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


async def test_both_statistics_files_tell_since_when_it_is_in_doubt(
    office: PostOffice, caller: Caller, folder: Folder
) -> None:
    began_at = office.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    made = await exporting.done(caller, folder, office.campaign)

    file = (await caller.http.get(made["url"])).content
    for (row,) in (read(file), read(await statistics(caller, office))):
        assert (row["email"], row["sentCount"], row["uncertainAt"]) == (RICHARD, "0", began_at)


async def test_statistics_tell_of_no_doubt_that_has_ended(
    office: PostOffice, caller: Caller
) -> None:
    (doubtful,) = await caller.call("GET", "/messages")

    await caller.call("POST", f"/messages/{doubtful['_id']}/resolve", {"as": "sent"})

    (row,) = read(await statistics(caller, office))
    assert (row["sentCount"], row["uncertainAt"]) == ("1", "")


async def statistics(caller: Caller, office: PostOffice) -> bytes:
    return (await caller.send("GET", f"/campaigns/{office.campaign.id}/export")).content


async def test_metrics_tell_how_many_are_in_doubt(caller: Caller) -> None:
    assert await measured(caller, "pomelo_messages_uncertain") == 1


async def test_metrics_count_mails_by_what_became_of_them(
    office: PostOffice, caller: Caller
) -> None:
    (doubtful,) = await caller.call("GET", "/messages")
    delivered, lost = await sends(caller, "delivered"), await sends(caller, "lost")

    await caller.call("POST", f"/messages/{doubtful['_id']}/resolve", {"as": "resend"})
    office.clock.forward(timedelta(minutes=1))
    await office.work()

    assert lost >= 1
    assert await sends(caller, "lost") == lost
    assert await sends(caller, "delivered") == delivered + 1


async def sends(caller: Caller, outcome: str) -> float:
    return await measured(caller, f'pomelo_sends_total{{outcome="{outcome}"}}')


async def measured(caller: Caller, name: str) -> float:
    """Ask for the metrics, and give one; what was not counted yet is 0."""
    text = (await caller.http.get("/metrics")).text
    found = re.search(rf"^{re.escape(name)} (.*)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


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
