"""Hooks as the wire shows them: lemlist's keys, and ours beside them."""

from datetime import datetime
from typing import Annotated, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict

from pomelo.api.answers import Moment, moment
from pomelo.base.errors import Invalid
from pomelo.base.faults import Fault
from pomelo.base.ids import ActivityId, CampaignId, HookDeliveryId, HookId
from pomelo.base.secret import Secret
from pomelo.hooks import Delivery, DeliveryState, DisabledFor, Hook, NewHook, parse_type

REPLAYED: Final = 1_000

WORD_LETTERS: Final = 200
ZapId = Annotated[
    int | Annotated[str, Meta(max_length=WORD_LETTERS)],
    Meta(description="A number of yours; kept and given back"),
]


class WordTooLong(Invalid):
    """The secret is longer than 200 letters; it is said in each body, so choose a shorter one."""


class TargetMissing(Invalid):
    """Say where to tell it: send a targetUrl such as https://receiver.company.com/pomelo."""


class HookQuery(msgspec.Struct, frozen=True, rename="camel"):
    """What may be said here or in the body; the body counts."""

    campaign_id: Annotated[CampaignId | None, Meta(description="Only of this campaign")] = None
    is_first: Annotated[
        bool | None, Meta(description="Only the first of its type for a lead and step")
    ] = None
    zap_id: Annotated[str, Meta(max_length=100)] = ""


class HookBody(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A hook to be made."""

    target_url: Annotated[str, Meta(description="Where to; http or https")] = ""
    type: Annotated[str | None, Meta(description="Only of this type; all when left out or `*`")] = (
        None
    )
    secret: Annotated[
        Secret | None, Meta(description="Said as `secret` in each body; it signs nothing")
    ] = None
    campaign_id: Annotated[CampaignId | None, Meta(description="Only of this campaign")] = None
    is_first: Annotated[
        bool | None, Meta(description="Only the first of its type for a lead and step")
    ] = None
    zap_id: ZapId | None = None


class RemovedHook(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A hook as lemlist shows it."""

    id: HookId = msgspec.field(name="_id")
    target_url: str
    created_at: Moment
    type: str | UnsetType = UNSET
    campaign_id: CampaignId | UnsetType = UNSET
    is_first: bool | UnsetType = UNSET
    zap_id: ZapId | UnsetType = UNSET


class ShownHook(RemovedHook, frozen=True, rename="camel", kw_only=True):
    """A hook, and how its receiver is; the last four keys are Pomelo's own."""

    fail_counter: Annotated[int, Meta(description="Attempts that failed since one did not")]
    first_failed_at: Moment | UnsetType = UNSET
    disabled_at: Annotated[
        Moment | UnsetType, Meta(description="It is told nothing more since then")
    ] = UNSET
    disabled_for: DisabledFor | UnsetType = UNSET


class MadeHook(RemovedHook, frozen=True, rename="camel", kw_only=True):
    """A hook just made or rotated, with the secret that signs: given here and never again."""

    signing_secret: str
    old_signs_until: Annotated[
        Moment | UnsetType, Meta(description="Until then the secret before signs as well")
    ] = UNSET

    def __repr__(self) -> str:
        return f"MadeHook({self.id}, ***)"


class ShownDelivery(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One thing that a hook was told, or is to be; `fault` and `status` are the last attempt's."""

    id: Annotated[HookDeliveryId, Meta(description="The receiver's `webhook-id`")] = msgspec.field(
        name="_id"
    )
    activity_id: ActivityId
    type: str
    state: DeliveryState
    attempts: int
    created_at: Moment
    tried_at: Moment | UnsetType = UNSET
    next_at: Annotated[Moment | UnsetType, Meta(description="When it is tried again")] = UNSET
    status: Annotated[int | UnsetType, Meta(description="Of the answer")] = UNSET
    latency_ms: Annotated[int | UnsetType, Meta(description="Until the answer")] = UNSET
    fault: Annotated[Fault | UnsetType, Meta(description="What was wrong")] = UNSET


class Replay(msgspec.Struct, frozen=True, rename="camel"):
    """What to tell again; without either, all that has not arrived."""

    delivery_ids: (
        Annotated[list[HookDeliveryId], Meta(min_length=1, max_length=REPLAYED)] | None
    ) = None
    since: Annotated[
        str, Meta(description="All that was told since then; Unix seconds or ISO 8601")
    ] = ""


class Replayed(msgspec.Struct, frozen=True):
    """How many will be told again."""

    replayed: int


def new_hook(query: HookQuery, body: HookBody) -> NewHook:
    """Read what hook is wanted; the body counts before the query.

    Raises:
        TargetMissing: It says nowhere to go.
        WordTooLong: Its secret would make each body long.
        TypeUnknown: Nothing of its type is ever told.
    """
    if not body.target_url:
        raise TargetMissing
    if body.secret and len(body.secret.reveal()) > WORD_LETTERS:
        raise WordTooLong
    zap = query.zap_id if body.zap_id is None else str(body.zap_id)
    is_first = query.is_first if body.is_first is None else body.is_first
    return NewHook(
        target_url=body.target_url,
        type=parse_type(body.type),
        campaign_id=body.campaign_id or query.campaign_id or None,
        is_first=bool(is_first),
        zap_id=zap or None,
        secret=body.secret or None,
    )


def removed(hook: Hook) -> RemovedHook:
    """Show a hook as lemlist does."""
    return RemovedHook(
        id=hook.id,
        target_url=hook.target_url,
        created_at=moment(hook.created_at),
        type=hook.type or UNSET,
        campaign_id=hook.campaign_id or UNSET,
        is_first=hook.is_first or UNSET,
        zap_id=UNSET if hook.zap_id is None else _zap(hook.zap_id),
    )


def shown(hook: Hook) -> ShownHook:
    """Show a hook and how its receiver is."""
    return ShownHook(
        **asdict(removed(hook)),
        fail_counter=hook.fail_counter,
        first_failed_at=_moment(hook.first_failed_at),
        disabled_at=_moment(hook.disabled_at),
        disabled_for=hook.disabled_for or UNSET,
    )


def made(hook: Hook, signing: Secret) -> MadeHook:
    """Show a hook with the secret that signs."""
    return MadeHook(
        **asdict(removed(hook)),
        signing_secret=signing.reveal(),
        old_signs_until=_moment(hook.old_signs_until),
    )


def delivery(one: Delivery) -> ShownDelivery:
    """Show a line of the log."""
    is_waiting = one.state is DeliveryState.WAITING
    return ShownDelivery(
        id=one.id,
        activity_id=one.activity_id,
        type=one.type,
        state=one.state,
        attempts=one.attempts,
        created_at=moment(one.created_at),
        tried_at=_moment(one.tried_at),
        next_at=_moment(one.next_at if is_waiting else None),
        status=UNSET if one.status is None else one.status,
        latency_ms=UNSET if one.latency_ms is None else one.latency_ms,
        fault=one.fault or UNSET,
    )


def _zap(text: str) -> int | str:
    """Give a number as a number, as lemlist does, and anything else as it came."""
    is_number = text.isascii() and text.isdigit() and len(text) < 16 and str(int(text)) == text
    return int(text) if is_number else text


def _moment(at: datetime | None) -> Moment | UnsetType:
    return UNSET if at is None else moment(at)
