"""The inbox as lemlist's clients read it, and a person's answer."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from pomelo import teams
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.ids import new
from pomelo.inbox import ActivityNotFound
from tests import make
from tests.answering import MINUTE, RICHARD, Answering
from tests.api import client
from tests.api.client import Caller

HOUR = timedelta(hours=1)
GIVEN = "Tell me more\n\n<script>alert(1)</script>"


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Answering]:
    """Richard was written to an hour ago, and answered."""
    made = Answering(database, Clock().now() - HOUR)
    await made.open_with()
    await made.reply(GIVEN)
    yield made
    await made.close()


@pytest.fixture
async def api(office: Answering) -> AsyncIterator[Caller]:
    async with office.database.transaction() as db:
        user = (await teams.list_users(db, office.team.id))[0]
    async with client.calling(office.database, office.team, user, office.clock.now()) as caller:
        yield caller


async def carry(office: Answering) -> None:
    """Let a worker come that knows the same time as the API."""
    office.clock.forward(2 * HOUR)
    await office.carry()


def by(office: Answering, **body: Any) -> dict[str, Any]:
    """Name the mailbox as lemlist's clients do."""
    return {
        "sendUserId": office.sender.user_id,
        "sendUserEmail": office.sender.email,
        "sendUserMailboxId": office.sender.id,
        "message": "<p>Gladly</p>",
        **body,
    }


async def test_a_conversation_is_listed_in_lemlists_shape(api: Caller, office: Answering) -> None:
    listed = await api.call("GET", "/inbox", userId=api.user.id)

    (talk,) = listed["data"]
    contact = office.richard.contact_id
    assert talk["_id"] == "ibx_" + contact.partition("_")[2]
    assert talk["createdBy"].startswith("act_")
    assert talk["lastActivityAt"] == talk["lastRepliedAt"] > talk["createdAt"]
    assert {name: talk[name] for name in ("haveReplies", "lastRepliedChannel", "channels")} == {
        "haveReplies": True,
        "lastRepliedChannel": "email",
        "channels": ["email"],
    }
    assert talk["contact"] == {"_id": contact, "email": RICHARD, "fullName": "Richard"}
    assert talk["users"] == [{"userId": api.user.id, "sender": True, "read": False}]
    assert listed["pagination"] == {
        "totalItems": 1,
        "currentPage": 1,
        "nextPage": None,
        "previousPage": None,
        "perPage": 100,
        "totalPages": 1,
    }


async def test_what_was_written_is_shown_and_nothing_in_it_is_a_tag(
    api: Caller, office: Answering
) -> None:
    found = await api.call("GET", f"/inbox/{office.richard.contact_id}")

    reply, sent = found["data"]
    assert (reply["type"], sent["type"]) == ("emailsReplied", "emailsSent")
    assert reply["fromEmail"] == RICHARD
    assert reply["subject"] == "Re: Hello"
    assert reply["text"] == GIVEN
    assert reply["message"] == "<p>Tell me more</p><p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert reply["originalText"].startswith("Tell me more")
    assert sent["message"] == "<p>Hi</p>"
    assert sent["messageId"] == office.mails(RICHARD)[0]["Message-ID"]
    assert found["pagination"]["totalItems"] == 2


async def test_mails_are_paged_by_skip(api: Caller, office: Answering) -> None:
    path = f"/inbox/{office.richard.contact_id}"

    found = await api.call("GET", path, skip=1, limit=1)

    assert [mail["type"] for mail in found["data"]] == ["emailsSent"]
    assert found["pagination"]["currentPage"] == 2
    assert found["pagination"]["nextPage"] is None


async def test_the_newest_mail_comes_first_and_pages_follow_on(
    api: Caller, office: Answering
) -> None:
    for name in ("dinesh", "bertram"):
        office.clock.forward(MINUTE)
        await office.add(f"{name}@piedpiper.com")
        await office.work()

    pages = [
        await api.call("GET", "/inbox", userId=api.user.id, page=page, limit=2) for page in (1, 2)
    ]

    found = [[talk["contact"]["email"].partition("@")[0] for talk in p["data"]] for p in pages]
    assert found == [["bertram", "dinesh"], ["richard"]]
    assert [p["pagination"]["nextPage"] for p in pages] == [2, None]
    assert [p["pagination"]["totalItems"] for p in pages] == [3, 3]


async def test_a_person_in_two_campaigns_has_one_conversation(
    api: Caller, office: Answering
) -> None:
    async with office.database.transaction() as db:
        other = await make.running_campaign(db, office.team.id, office.sender, "Campaign2")
        second = await make.lead(db, other, RICHARD, variables={"firstName": "Dick"})
        await make.open_always(db, other)
    office.clock.forward(HOUR)
    await office.work()

    listed = await api.call("GET", "/inbox", userId=api.user.id)
    mails = await api.call("GET", f"/inbox/{second.contact_id}")

    assert [talk["contact"]["email"] for talk in listed["data"]] == [RICHARD]
    assert len({mail["leadId"] for mail in mails["data"]}) == 2


async def test_a_user_has_read_up_to_when_they_said(api: Caller, office: Answering) -> None:
    path = f"/inbox/{office.richard.contact_id}"

    async def reads() -> list[bool]:
        (talk,) = (await api.call("GET", "/inbox", userId=api.user.id))["data"]
        return [user["read"] for user in talk["users"]]

    before = await reads()
    await api.call("GET", path, userId=api.user.id, markAsRead="true")
    after = await reads()
    async with office.database.transaction() as db:
        await db.execute("UPDATE conversation_reads SET read_at = $1", office.clock.now())
    await office.reply("And?", **{"Message-ID": "<two@piedpiper.com>"})

    assert (before, after, await reads()) == ([False], [True], [False])


async def test_an_answer_is_kept_and_then_sent(api: Caller, office: Answering) -> None:
    body = by(office, contactId=office.richard.contact_id, replyToActivityId="latest")

    answered = await api.call("POST", "/inbox/email", body)
    await carry(office)

    assert (answered["ok"], answered["contactId"]) == (True, office.richard.contact_id)
    assert office.mails(RICHARD)[-1]["In-Reply-To"] == "<one@piedpiper.com>"
    newest = (await api.call("GET", f"/inbox/{office.richard.contact_id}"))["data"][0]
    assert newest["message"] == "<p>Gladly</p>"
    assert newest["writtenBy"] == api.user.id
    assert newest["sendUserMailboxId"] == office.sender.id


async def test_a_named_mail_is_answered(api: Caller, office: Answering) -> None:
    first = (await api.call("GET", f"/inbox/{office.richard.contact_id}"))["data"][-1]
    body = by(office, leadId=office.richard.id, replyToActivityId=first["_id"])

    await api.call("POST", "/inbox/email", body)
    await carry(office)

    assert office.mails(RICHARD)[-1]["In-Reply-To"] == office.mails(RICHARD)[0]["Message-ID"]


async def test_the_mailbox_that_wrote_answers_unless_another_is_named(
    api: Caller, office: Answering
) -> None:
    async with office.database.transaction() as db:
        other = await office.add_sender(db, "gilfoyle@piedpiper.example")
    plain = {"leadId": office.richard.id, "message": "Gladly"}
    froms = []

    for named in (
        {},
        {"sendUserMailboxId": other.id},
        {"sendUserId": office.sender.user_id},
        {"sendUserEmail": office.sender.email.upper()},
    ):
        await api.call("POST", "/inbox/email", {**plain, **named})
        await carry(office)
        froms.append(office.mails(RICHARD)[-1]["From"])

    first, second = (f"Jared Dunn <{one}>" for one in (office.sender.email, other.email))
    assert froms == [first, second, second, first]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sendUserId": new("usr")}, "Invalid sendUserId"),
        ({"sendUserEmail": "gavin@hooli.com"}, "Invalid sendUserEmail"),
        ({"sendUserMailboxId": new("usm")}, "Invalid sendUserMailboxId"),
        ({"leadId": ""}, "contactId or leadId is required"),
        ({"leadId": "", "contactId": new("ctc")}, "Invalid contactId"),
        ({"message": "<p></p>"}, "The answer is empty; write at least a word (message)."),
    ],
)
async def test_a_wrong_answer_is_refused_in_lemlists_words(
    api: Caller, office: Answering, wrong: dict[str, str], sentence: str
) -> None:
    body = by(office, **{"leadId": office.richard.id, **wrong})

    assert await api.refused("POST", "/inbox/email", body) == (400, sentence)
    assert await office.queue() == 0


async def test_what_is_not_there_is_not_answered(api: Caller, office: Answering) -> None:
    lead = by(office, leadId=new("lea"))
    mail = by(office, leadId=office.richard.id, replyToActivityId=new("act"))

    assert await api.refused("POST", "/inbox/email", lead) == (404, "Lead not found")
    assert await api.refused("POST", "/inbox/email", mail) == (404, str(ActivityNotFound()))


async def test_a_copy_must_be_an_address(api: Caller, office: Answering) -> None:
    body = by(office, leadId=office.richard.id, cc=["no address"])

    status, _ = await api.refused("POST", "/inbox/email", body)

    assert status == 400


async def test_whose_inbox_must_be_said(api: Caller, office: Answering) -> None:
    path, nobody = f"/inbox/{office.richard.contact_id}", new("usr")

    assert await api.refused("GET", "/inbox") == (400, "User ID is required")
    assert await api.refused("GET", "/inbox", userId=nobody) == (400, "User not in team")
    assert await api.refused("GET", path, userId=nobody) == (400, "User not in team")
    assert await api.refused("GET", path, markAsRead="true") == (
        400,
        "User ID is required to mark as read",
    )
    assert await api.refused("GET", f"/inbox/{new('ctc')}") == (400, "Invalid contactId")


async def test_a_step_is_tried_over_the_api(api: Caller, office: Answering) -> None:
    steps = await api.call("GET", f"/campaigns/{office.campaign.id}/sequences")
    step = next(iter(steps.values()))["steps"][0]
    path = f"/campaigns/{office.campaign.id}/sequences/steps/{step['_id']}/test"

    sent = await api.call("POST", path, {"leadId": office.richard.id, "to": "me@hooli.com"})
    await carry(office)

    assert sent["messageId"].startswith("msg_")
    assert office.mails("me@hooli.com")[0]["X-Pomelo-Test"] == RICHARD
