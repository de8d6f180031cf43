"""Labels of conversations on the wire."""

from typing import Any, Final

import msgspec

from pomelo import inbox
from pomelo.api import inbox_shapes
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.inbox_shapes import ShownLabel
from pomelo.base.errors import Invalid
from pomelo.base.ids import ContactId, LabelId
from pomelo.inbox import (
    ConversationNotFound,
    LabelExists,
    LabelInvalid,
    LabelNameMissing,
    LabelNotFound,
)

SECTION: Final = "Inbox"


class LabelsInvalid(Invalid):
    """Invalid request body: labelIds must be an array"""


class PuttingInvalid(Invalid):
    """Invalid request body: labelIds must be an array and appendLabels must be a boolean"""


class NewLabel(msgspec.Struct, frozen=True, rename="camel"):
    """A label to be made."""

    label_name: str = ""


class TakenLabels(msgspec.Struct, frozen=True, rename="camel"):
    """Which labels."""

    label_ids: list[LabelId]


class PutLabels(msgspec.Struct, frozen=True, rename="camel"):
    """Which labels, and whether those that are on the conversation stay."""

    label_ids: list[LabelId]
    append_labels: bool


class Done(msgspec.Struct, frozen=True):
    """It is done."""

    ok: bool


async def list_all(call: Call[NoQuery, None]) -> list[ShownLabel]:
    """Answer the team's labels."""
    async with call.state.database.transaction(readonly=True) as db:
        found = await inbox.list_labels(db, call.caller.team)
    return [inbox_shapes.label(one) for one in found]


async def add(call: Call[NoQuery, NewLabel]) -> ShownLabel:
    """Make a label."""
    async with call.state.database.transaction() as db:
        added = await inbox.add_label(db, call.caller.team, call.body.label_name, now=call.now)
    return inbox_shapes.label(added)


async def get(call: Call[NoQuery, None]) -> ShownLabel:
    """Answer a label."""
    async with call.state.database.transaction(readonly=True) as db:
        return inbox_shapes.label(
            await inbox.get_label(db, call.caller.team, LabelId(call.path["labelId"]))
        )


async def put(call: Call[NoQuery, dict[str, Any]]) -> Done:
    """Put labels on a conversation."""
    ids, keeps_others = _ids(call.body), call.body.get("appendLabels")
    if ids is None or not isinstance(keeps_others, bool):
        raise PuttingInvalid
    contact = ContactId(call.path["contactId"])
    async with call.state.database.transaction() as db:
        await inbox.put_labels(db, call.caller.team, contact, ids, keeps_others=keeps_others)
    return Done(True)


async def take(call: Call[NoQuery, dict[str, Any]]) -> Done:
    """Take labels off a conversation."""
    ids = _ids(call.body)
    if ids is None:
        raise LabelsInvalid
    async with call.state.database.transaction() as db:
        await inbox.take_labels(db, call.caller.team, ContactId(call.path["contactId"]), ids)
    return Done(True)


def _ids(body: dict[str, Any]) -> list[LabelId] | None:
    given = body.get("labelIds")
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        return None
    return [LabelId(one) for one in given]


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/inbox/labels",
        run=list_all,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List labels",
        text="By name.",
        answer=list[ShownLabel],
    ),
    Operation(
        method="POST",
        path="/api/inbox/labels",
        run=add,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Create a label",
        body=NewLabel,
        answer=ShownLabel,
        errors=(LabelNameMissing, LabelInvalid, LabelExists),
        example={"labelName": "Call back"},
    ),
    Operation(
        method="GET",
        path="/api/inbox/labels/{labelId}",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get a label",
        answer=ShownLabel,
        errors=(LabelNotFound,),
    ),
    Operation(
        method="POST",
        path="/api/inbox/conversations/labels/{contactId}",
        run=put,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Put labels on a conversation",
        text="With `appendLabels` false they replace those that are on it.",
        has_open_body=True,
        open_body=PutLabels,
        answer=Done,
        errors=(PuttingInvalid, ConversationNotFound, LabelNotFound),
        example={"labelIds": ["lbl_5Tq7yQyPQnLcKT2vE"], "appendLabels": True},
    ),
    Operation(
        method="DELETE",
        path="/api/inbox/conversations/labels/{contactId}",
        run=take,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Take labels off a conversation",
        has_open_body=True,
        open_body=TakenLabels,
        answer=Done,
        errors=(LabelsInvalid, ConversationNotFound, LabelNotFound),
        example={"labelIds": ["lbl_5Tq7yQyPQnLcKT2vE"]},
    ),
)
