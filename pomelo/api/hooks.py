"""Hooks on the wire: who is told of activities, what they were told, and what is told again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from pomelo import hooks
from pomelo.api import hook_shapes
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.dates import DateInvalid, parse_date
from pomelo.api.hook_shapes import (
    HookBody,
    HookQuery,
    MadeHook,
    RemovedHook,
    Replay,
    Replayed,
    ShownDelivery,
    ShownHook,
    TargetMissing,
    WordTooLong,
)
from pomelo.api.paging import PAGE, Limit, Offset, part
from pomelo.base.ids import HookId
from pomelo.base.outgoing import Guard, HostInvalid, HostRefused, HostUnknown
from pomelo.base.vault import Vault
from pomelo.campaigns import CampaignNotFound
from pomelo.hooks import (
    DeliveryNotFound,
    DeliveryState,
    HookNotFound,
    TargetInvalid,
    TooManyHooks,
    TypeUnknown,
)

SECTION: Final = "Hooks"


@dataclass(frozen=True)
class HookAccess:
    """What this section needs of the server.

    Args:
        vault: Encrypts the hooks' secrets.
        guard: Says which receivers may be reached.
    """

    vault: Vault
    guard: Guard


class DeliveriesQuery(msgspec.Struct, frozen=True):
    """Which deliveries."""

    state: Annotated[DeliveryState | None, msgspec.Meta(description="Only these")] = None
    offset: Offset = 0
    limit: Limit = PAGE


async def list_all(call: Call[NoQuery, None]) -> list[ShownHook]:
    """Answer the team's hooks."""
    async with call.state.database.transaction(readonly=True) as db:
        found = await hooks.list_of_team(db, call.caller.team)
    return [hook_shapes.shown(hook) for hook in found]


async def add(call: Call[HookQuery, HookBody]) -> MadeHook:
    """Make a hook."""
    access = call.state.part(HookAccess)
    new = hook_shapes.new_hook(call.query, call.body)
    await hooks.check_url(new.target_url, access.guard)
    async with call.state.database.transaction() as db:
        hook, signing = await hooks.add(db, call.caller.team, new, vault=access.vault, now=call.now)
    return hook_shapes.made(hook, signing)


async def remove(call: Call[NoQuery, None]) -> RemovedHook:
    """Remove a hook and answer what it was."""
    async with call.state.database.transaction() as db:
        return hook_shapes.removed(await hooks.remove(db, call.caller.team, _hook(call.path)))


async def rotate(call: Call[NoQuery, None]) -> MadeHook:
    """Give a hook another signing secret."""
    access = call.state.part(HookAccess)
    async with call.state.database.transaction() as db:
        hook, signing = await hooks.rotate(
            db, call.caller.team, _hook(call.path), vault=access.vault, now=call.now
        )
    return hook_shapes.made(hook, signing)


async def list_deliveries(call: Call[DeliveriesQuery, None]) -> list[ShownDelivery]:
    """Answer what a hook was told."""
    query = call.query
    cut = part(offset=query.offset, limit=query.limit, page=None)
    async with call.state.database.transaction(readonly=True) as db:
        found = await hooks.list_deliveries(
            db,
            call.caller.team,
            _hook(call.path),
            state=query.state,
            offset=cut.offset,
            limit=cut.limit,
        )
    return [hook_shapes.delivery(one) for one in found]


async def replay(call: Call[NoQuery, Replay]) -> Replayed:
    """Tell a hook things again."""
    since = parse_date(call.body.since)
    async with call.state.database.transaction() as db:
        queued = await hooks.replay(
            db,
            call.caller.team,
            _hook(call.path),
            deliveries=call.body.delivery_ids,
            since=since,
            now=call.now,
        )
    return Replayed(queued)


def _hook(path: Mapping[str, str]) -> HookId:
    return HookId(path["hookId"])


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/hooks",
        run=list_all,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List hooks",
        text="Oldest first. No secret is ever among the answer.",
        answer=list[ShownHook],
    ),
    Operation(
        method="POST",
        path="/api/hooks",
        run=add,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Create a hook",
        text=(
            "From now on each activity is POSTed to `targetUrl` as JSON, as `GET /api/activities` "
            "shows it, at least once, until it is answered with 2xx, for at least 72 hours. `type` "
            "is one of lemlist's types, or left out for all; by the name of a state (`contacted`, "
            "`warmed`, …) it is told what brought a lead there.\n\n"
            "Each POST is signed as the Standard Webhooks specification says (`webhook-id`, "
            "`webhook-timestamp`, `webhook-signature`) with `signingSecret`, which is shown here "
            "and never again. `webhook-id` stays the same however often a thing is told. "
            "lemlist's own `secret` is said in the body. The guide is docs/guides/hooks.md."
        ),
        query=HookQuery,
        body=HookBody,
        answer=MadeHook,
        errors=(
            TargetMissing,
            WordTooLong,
            TargetInvalid,
            TypeUnknown,
            HostInvalid,
            HostUnknown,
            HostRefused,
            CampaignNotFound,
            TooManyHooks,
        ),
        example={"targetUrl": "https://receiver.company.com/pomelo", "type": "emailsReplied"},
    ),
    Operation(
        method="DELETE",
        path="/api/hooks/{hookId}",
        run=remove,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Delete a hook",
        text="What it was still to be told is forgotten.",
        answer=RemovedHook,
        errors=(HookNotFound,),
    ),
    Operation(
        method="POST",
        path="/api/hooks/{hookId}/rotate",
        run=rotate,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Give a hook another signing secret",
        text="Pomelo's own. For 24 hours the secret before signs beside the new one.",
        answer=MadeHook,
        errors=(HookNotFound,),
    ),
    Operation(
        method="GET",
        path="/api/hooks/{hookId}/deliveries",
        run=list_deliveries,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List what a hook was told",
        text="Pomelo's own. Newest first; kept for 7 days after it has arrived or was given up.",
        query=DeliveriesQuery,
        answer=list[ShownDelivery],
        errors=(HookNotFound,),
    ),
    Operation(
        method="POST",
        path="/api/hooks/{hookId}/replay",
        run=replay,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Tell a hook things again",
        text=(
            "Pomelo's own. `deliveryIds` name what to tell, arrived or not; `since` means all that "
            "was told since then; without either it is all that has not arrived. Each keeps its "
            "`webhook-id`. A hook that was disabled is enabled by it."
        ),
        body=Replay,
        is_body_required=False,
        answer=Replayed,
        errors=(HookNotFound, DeliveryNotFound, DateInvalid),
        example={"since": "2026-01-31T09:00:00Z"},
    ),
)
