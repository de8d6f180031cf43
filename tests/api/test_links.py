"""Links in answers lead to the server's own address, whatever a request says of where it went."""

import pytest
from msgspec import json

from pomelo.exports import Folder
from tests.api.client import Caller
from tests.api.exporting import campaign_of, work
from tests.api.people import RICHARD

EVIL = "evil.test"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": EVIL},
        {"X-Forwarded-Host": EVIL},
        {"X-Host": EVIL},
        {"X-Original-Host": EVIL},
        {"Forwarded": f"for=192.0.2.1;host={EVIL};proto=https"},
        {"Host": EVIL, "X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "https"},
    ],
    ids="+".join,
)
async def test_no_link_leads_where_a_request_says_that_it_went(
    api: Caller, folder: Folder, headers: dict[str, str]
) -> None:
    path = f"/campaigns/{(await campaign_of(api)).id}"
    api.http.headers.update(headers)

    added = await api.call("POST", f"{path}/leads/{RICHARD}")
    changed = await api.call("PATCH", f"{path}/leads/{RICHARD}", {"companyName": "Pied Piper"})
    started = await api.call("GET", f"{path}/export/start")
    await work(api, folder)
    made = await api.call("GET", f"{path}/export/{started['id']}/status")

    for link in (added["leadUrl"], changed["leadUrl"], made["status"]["url"]):
        assert link.startswith("http://pomelo.example/api/")
    assert EVIL.encode() not in json.encode([added, changed, started, made])
