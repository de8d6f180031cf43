"""The guide "Senders and limits": its calls and commands do what it says."""

import re
from typing import Final

from tests import make
from tests.api.client import Caller
from tests.guides import calls
from tests.postgres import ROOT

GUIDE: Final = (ROOT / "docs/guides/limits.md").read_text("utf-8")
EXAMPLES: Final = re.findall(r"```sh\n(.*?)\n```", GUIDE, re.DOTALL)


async def test_its_calls_set_limits_and_rules(api: Caller) -> None:
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)
    (method, path, limits), (_, campaign, weight), (_, team, rules) = calls(EXAMPLES)
    made = await api.call("POST", "/campaigns", {"name": "Spring"})

    changed = await api.call(method, path.replace("usm_…", sender.id), limits)
    heavy = await api.call("PATCH", campaign.replace("cam_…", made["_id"]), weight)
    found = await api.call("PATCH", team, rules)

    assert changed.items() >= limits.items()
    assert heavy["weight"] == 3
    assert found["contactRules"] == rules["contactRules"]
