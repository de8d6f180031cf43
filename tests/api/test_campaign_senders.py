"""A campaign's senders through the API: chosen by user or mailbox, and who sends for what."""

from tests import make
from tests.api.client import Caller
from tests.api.own import a_running_campaign, a_sender, made


async def test_senders_are_all_mailboxes_of_the_users(api: Caller) -> None:
    campaign = await made(api)
    first, second = await a_sender(api), await a_sender(api, "sales@piedpiper.example")

    changed = await api.call("PATCH", f"/campaigns/{campaign}", {"sendUserIds": [api.user.id]})

    assert changed["sendUsers"] == [
        {
            "id": api.user.id,
            "mailboxes": [
                {"sendUserMailboxId": one.id, "email": one.email}
                for one in sorted((first, second), key=lambda sender: sender.id)
            ],
            "phoneNumbers": [],
            "whatsappAccountIds": [],
        }
    ]
    only = await api.call("PATCH", f"/campaigns/{campaign}", {"senderIds": [second.id]})
    assert [one["sendUserMailboxId"] for one in only["senders"]] == [second.id]
    none = await api.call("PATCH", f"/campaigns/{campaign}", {"senderIds": []})
    assert (none["senders"], none["errors"]) == ([], ["Your campaign does not have sender."])


async def test_senders_that_cannot_be(api: Caller, stranger: Caller) -> None:
    path = f"/campaigns/{await made(api)}"
    theirs = await a_sender(stranger)

    async def refused(body: dict[str, object]) -> str:
        status, sentence = await api.refused("PATCH", path, body)
        assert status == 400
        return str(sentence)

    nobody = "None of the provided sender IDs are members of this team"
    assert await refused({"sendUserIds": [stranger.user.id, "usr_none"]}) == nobody
    assert await refused({"sendUserIds": [api.user.id]}) == (
        "None of the provided senders have the required capabilities for this campaign"
    )
    assert theirs.id in await refused({"senderIds": [theirs.id]})
    assert "not by both" in await refused({"senderIds": [], "sendUserIds": []})
    assert (await api.call("GET", path))["senders"] == []


async def test_a_running_campaign_keeps_a_sender(api: Caller) -> None:
    campaign = await a_running_campaign(api)
    path = f"/campaigns/{campaign.id}"

    status, sentence = await api.refused("PATCH", path, {"name": "New", "senderIds": []})

    assert (status, sentence) == (
        400,
        "A running campaign keeps at least one sender; pause it first.",
    )
    assert len((await api.call("GET", path))["senders"]) == 1
    assert (await api.call("GET", path))["name"] == "Campaign1"


async def test_who_sends_for_which_campaigns(api: Caller, stranger: Caller) -> None:
    running = await a_running_campaign(api, "running")
    draft = await made(api, "draft")
    await a_running_campaign(stranger, "theirs")
    await api.call("PATCH", f"/campaigns/{draft}", {"sendUserIds": [api.user.id]})
    shown = {"_id": running.id, "name": "running", "status": "running"}

    found = await api.call("GET", "/team/senders")
    only = await api.call("GET", "/team/senders", state="running")

    assert [one["userId"] for one in found] == [api.user.id]
    assert {one["name"] for one in found[0]["campaigns"]} == {"running", "draft"}
    assert only == [{"userId": api.user.id, "campaigns": [{**shown, "sendingChannels": ["email"]}]}]
    assert (await api.refused("GET", "/team/senders", state="x"))[0] == 400


async def test_users_have_only_their_own_mailboxes_named(api: Caller) -> None:
    campaign = await made(api)
    await a_sender(api)
    async with api.database.transaction() as db:
        await db.execute(
            "INSERT INTO users (team_id, id, name, email, created_at)"
            " VALUES ($1, 'usr_other', 'Dinesh', 'dinesh@piedpiper.example', $2)",
            api.team.id,
            make.NOW,
        )

    wanted = {"sendUserIds": [api.user.id, "usr_other", "usr_none"]}
    changed = await api.call("PATCH", f"/campaigns/{campaign}", wanted)

    assert [one["id"] for one in changed["sendUsers"]] == [api.user.id]
