"""The guides "A first campaign" and "Steps and conditions": their calls do what they say."""

import re
from typing import Any, Final

from tests import make
from tests.api.client import Caller
from tests.guides import calls
from tests.postgres import ROOT

GUIDES: Final = {
    name: (ROOT / f"docs/guides/{name}.md").read_text("utf-8")
    for name in ("first-campaign", "steps")
}


def examples(name: str) -> list[tuple[str, str, Any]]:
    return calls(re.findall(r"```sh\n(.*?)\n```", GUIDES[name], re.DOTALL))


async def test_a_first_campaign_runs_after_the_calls_of_its_guide(api: Caller) -> None:
    (_, making, campaign), *rest = examples("first-campaign")
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)

    made = await api.call("POST", making, campaign)
    ids = {"seq_…": made["sequenceId"], "cam_…": made["_id"]}
    for method, path, body in rest:
        is_theirs = body is not None and "senderIds" in body
        said = {"senderIds": [sender.id]} if is_theirs else body
        await api.call(method, filled(path, ids), said)

    found = await api.call("GET", f"/campaigns/{made['_id']}")
    sequences = await api.call("GET", f"/campaigns/{made['_id']}/sequences")
    people = await api.call("GET", f"/campaigns/{made['_id']}/leads/")
    (steps,) = [one["steps"] for one in sequences.values()]
    assert found["state"] == "running"
    assert [step["delay"] for step in steps] == [0, 3]
    assert len(people) == 1


async def test_every_kind_of_step_of_its_guide_is_kept(api: Caller) -> None:
    made = await api.call("POST", "/campaigns", {"name": "Spring"})
    ids = {"seq_…": made["sequenceId"]}

    for method, path, body in examples("steps"):
        step = await api.call(method, filled(path, ids), body)
        if body["type"] == "conditional":
            yes, no = (branch["sequenceId"] for branch in step["conditions"])
            ids |= {"seq_yes…": yes, "seq_no…": no}

    sequences = await api.call("GET", f"/campaigns/{made['_id']}/sequences")
    kinds = {key: [step["type"] for step in one["steps"]] for key, one in sequences.items()}
    assert kinds == {
        ids["seq_…"]: ["email", "email", "conditional", "api"],
        ids["seq_yes…"]: ["phone"],
        ids["seq_no…"]: ["email"],
    }


def filled(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(name, value)
    return path
