"""Previews of steps: any kind, for any lead, and nothing is sent."""

from typing import Any

import pytest

from tests import make
from tests.api.client import Caller
from tests.api.people import RICHARD, rows

TEXTS: dict[str, dict[str, Any]] = {
    "email": {"subject": "Hi {{firstName}}", "message": "<p>{{ icebreaker }}</p>"},
    "phone": {"title": "Ring {{firstName}}", "message": "Ask for {{ icebreaker }}"},
    "api": {
        "method": "POST",
        "url": "https://crm.test/{{firstName}}",
        "message": '{"said": "{{icebreaker}}"}',
    },
    "conditional": {"conditionKey": "emailsOpened", "delayType": "within", "delay": 1},
}


async def a_step(api: Caller, kind: str) -> tuple[str, str]:
    """Make a step and a lead of its campaign; gives the preview's path and the lead."""
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)
    made = await api.call("POST", "/campaigns", {"name": "Spring"})
    campaign = made["_id"]
    await api.call("PATCH", f"/campaigns/{campaign}", {"senderIds": [sender.id]})
    lead = await api.call(
        "POST", f"/campaigns/{campaign}/leads/{RICHARD}", {"firstName": "Richard"}
    )
    step = await api.call(
        "POST", f"/sequences/{made['sequenceId']}/steps", {"type": kind, **TEXTS[kind]}
    )
    path = f"/campaigns/{campaign}/sequences/steps/{step['_id']}/preview"
    return path, lead["_id"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("email", {"subject": "Hi Richard", "senderEmail": "jared@piedpiper.example"}),
        ("phone", {"title": "Ring Richard", "message": "Ask for [icebreaker]"}),
        ("api", {"url": "https://crm.test/Richard", "message": '{"said": "[icebreaker]"}'}),
    ],
)
async def test_a_step_is_shown_as_its_lead_would_get_it(
    api: Caller, kind: str, expected: dict[str, Any]
) -> None:
    path, lead = await a_step(api, kind)

    shown = await api.call("GET", path, leadId=lead)

    assert shown["type"] == kind
    assert shown["missing"] == ["icebreaker"]
    assert shown.items() >= expected.items()
    assert await rows(api, "SELECT id FROM messages") == []


async def test_a_step_without_text_has_no_preview(api: Caller) -> None:
    path, lead = await a_step(api, "conditional")

    status, said = await api.refused("GET", path, leadId=lead)

    assert status == 400
    assert "preview one that is a mail, a task or a call" in said
