"""Bulk edits through the API: begun, followed, listed, cancelled."""

import pytest

from pomelo.bulk import turns
from tests.api.client import Caller
from tests.api.people import campaign, rows


async def test_a_bulk_edit_tells_its_progress_and_can_be_cancelled(
    api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "AT_ONCE", 2)
    made = await campaign(api)
    for number in range(5):
        await api.call("POST", f"/campaigns/{made.id}/leads/p{number}@hooli.com")

    begun = await api.call("POST", f"/campaigns/{made.id}/bulk", {"action": "skip"})
    asked = await api.call("GET", f"/bulk/{begun['_id']}")
    ended = await api.call("DELETE", f"/bulk/{begun['_id']}")
    again = await api.refused("DELETE", f"/bulk/{begun['_id']}")
    listed = await api.call("GET", f"/campaigns/{made.id}/bulk")

    assert (begun["status"], begun["done"], begun["total"]) == ("running", 2, 5)
    assert asked == begun
    assert (ended["status"], again[0]) == ("cancelled", 409)
    assert listed == [ended]
    assert len(await rows(api, "SELECT FROM leads WHERE stopped_by = 'skipped'")) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"action": "sing"}, {"action": "pause", "state": "asleep"}, {}, {"action": None},
        {"action": "pause", "states": "contacted"}, {"action": "pause", "to": "usm_any"},
    ],
)  # fmt: skip
async def test_what_is_no_bulk_edit_is_refused(api: Caller, body: object) -> None:
    made = await campaign(api)

    status, _ = await api.refused("POST", f"/campaigns/{made.id}/bulk", body)

    assert status == 400
