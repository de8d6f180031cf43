"""A campaign without a mail: a condition, and in each of its branches a task for a person."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from pomelo.demo import stage
from pomelo.demo.web import Api

NAME: Final = "Neighbours"
ANNA: Final = "anna@orchard.example"
BEN: Final = "ben@orchard.example"
PEOPLE: Final = {
    ANNA: {"firstName": "Anna", "phone": "+1 555 0100"},
    BEN: {"firstName": "Ben"},
}
CONDITION: Final = {"type": "conditional", "conditionKey": "hasPhoneNumber", "delayType": "within"}
WITH_PHONE: Final = {"type": "phone", "message": "Call {{firstName}} about the harvest."}
WITHOUT: Final = {
    "type": "manual",
    "title": "Visit a neighbour",
    "message": "Take {{firstName}} a pomelo.",
}


class _Branch(msgspec.Struct, frozen=True, rename="camel"):
    sequence_id: str


class _Condition(msgspec.Struct, frozen=True):
    """A condition that was made: the branch where it holds, then the other one."""

    conditions: tuple[_Branch, _Branch]


class _Task(msgspec.Struct, frozen=True, rename="camel"):
    lead_id: str
    type: str
    content: str


class _Tasks(msgspec.Struct, frozen=True):
    results: list[_Task]


class Explained(msgspec.Struct, frozen=True, rename="camel"):
    """Why a lead gets nothing, and what a person can do."""

    cause: str
    sentence: str
    do_this: str = ""


class Neighbours(msgspec.Struct, frozen=True):
    """What became of them.

    Attributes:
        tasks: Kind and content of each one's open tasks, by address.
        why: What holds Anna.
    """

    tasks: dict[str, list[tuple[str, str]]]
    why: Explained


async def begin(api: Api, senders: Sequence[str]) -> dict[str, str]:
    """Make the campaign, add its people and start it; gives their leads by address."""
    made = await stage.make_empty(api, NAME, senders)
    steps = f"/api/sequences/{made.sequence_id}/steps"
    condition = await api.post(_Condition, steps, {**CONDITION, "delay": 0})
    for branch, step in zip(condition.conditions, (WITH_PHONE, WITHOUT), strict=True):
        path = f"/api/sequences/{branch.sequence_id}/steps"
        await api.post(stage.Made, path, {**step, "delay": 0})
    leads = {
        email: (await api.post(stage.Made, stage.lead_path(made.id, email), variables)).id
        for email, variables in PEOPLE.items()
    }
    await api.text(f"/api/campaigns/{made.id}/start", "POST")
    return leads


async def look(api: Api, leads: Mapping[str, str]) -> Neighbours:
    """Ask for their open tasks, and why nothing more happens to Anna."""
    found = (await api.get(_Tasks, "/api/tasks")).results
    return Neighbours(
        {
            email: [(task.type, task.content) for task in found if task.lead_id == lead]
            for email, lead in leads.items()
        },
        await api.get(Explained, f"/api/explain/{leads[ANNA]}"),
    )
