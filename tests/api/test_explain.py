"""Explaining through the API."""

from tests.api.client import Caller
from tests.api.test_sequences import STEP, draft, start


async def test_a_campaigns_statutes_come_from_what_holds_it(api: Caller) -> None:
    campaign, steps = await draft(api)
    await api.call("POST", steps, STEP)
    lead = await api.call("POST", f"/campaigns/{campaign}/leads/richard@piedpiper.com", {})

    before = await api.call("GET", f"/campaigns/{campaign}/statutes")
    await start(api, campaign)
    after = await api.call("GET", f"/campaigns/{campaign}/statutes")
    told = await api.call("GET", f"/explain/{lead['_id']}")

    assert (before["name"], before["status"]) == ("Campaign1", "draft")
    assert [(one["type"], one["level"], one["category"]) for one in before["statutes"]] == [
        ("information", 1, "draft"),
        ("issue", 2, "noWorker"),
        ("issue", 3, "noSender"),
        ("information", 1, "draft"),
    ]
    assert "noSender" not in [one["category"] for one in after["statutes"]]
    assert (told["cause"], told["waitsFor"]) == ("noWorker", "a worker runs")


async def test_of_an_unknown_thing_nothing_is_explained(api: Caller) -> None:
    status, sentence = await api.refused("GET", "/explain/lea_nobody")

    assert (status, "nothing of that id" in sentence) == (404, True)
