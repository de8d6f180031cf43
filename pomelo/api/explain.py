"""Why is nothing being sent: the answer to it, on the wire."""

from typing import Final, Literal

import msgspec

from pomelo import campaigns, insight
from pomelo.api import campaign_views
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.base.ids import CampaignId
from pomelo.campaigns import CampaignNotFound
from pomelo.insight import Cause, Explained, NothingOfThatId

SECTION: Final = "Explain"
# What keeps a campaign from starting at all, and what keeps some of it from going on.
BLOCKING: Final = frozenset({Cause.NO_SENDER})
TROUBLES: Final = frozenset(
    {
        Cause.SENDER_FROZEN,
        Cause.TOO_MANY_BOUNCES,
        Cause.NO_WORKER,
        Cause.UNCERTAIN,
        Cause.REPLIES_NOT_READ,
        Cause.SENDER_GONE,
        Cause.TEMPLATE_FAILING,
        Cause.CALL_FAILING,
    }
)


class Statute(msgspec.Struct, frozen=True):
    """Something to know about a campaign; level 3 keeps it from starting."""

    type: Literal["issue", "information"]
    level: Literal[1, 2, 3]
    message: str
    category: Cause


class Statutes(msgspec.Struct, frozen=True):
    """A campaign's name and status, and what there is to know."""

    name: str
    status: str
    statutes: list[Statute]


async def explain(call: Call[NoQuery, None]) -> Explained:
    """Explain a lead, a campaign or a sender."""
    heard_since = call.state.freshness.since(call.state.clock)
    async with call.state.database.transaction(readonly=True) as db:
        return await insight.explain(
            db, call.caller.team, call.path["id"], now=call.now, heard_since=heard_since
        )


async def statutes(call: Call[NoQuery, None]) -> Statutes:
    """Tell what there is to know about a campaign, from the same facts."""
    campaign, team = CampaignId(call.path["campaignId"]), call.caller.team
    heard_since = call.state.freshness.since(call.state.clock)
    async with call.state.database.transaction(readonly=True) as db:
        known = [await campaigns.get(db, team, campaign)]
        (shown,) = await campaign_views.show(db, team, known, heard_since=heard_since)
        found = await insight.explain(db, team, campaign, now=call.now, heard_since=heard_since)
    said = [_statute(found.cause, found.sentence)]
    said += [_statute(reason.cause, reason.sentence) for reason in found.next]
    counts = found.counts or {}
    said += [
        _statute(cause, f"{count} leads: {insight.MEANINGS[cause].sentence}")
        for cause, count in counts.items()
    ]
    return Statutes(shown.name, shown.status, said)


def _statute(cause: Cause, sentence: str) -> Statute:
    if cause in BLOCKING:
        return Statute("issue", 3, sentence, cause)
    if cause in TROUBLES:
        return Statute("issue", 2, sentence, cause)
    return Statute("information", 1, sentence, cause)


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/explain/{id}",
        run=explain,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Explain why nothing is sent",
        text=(
            "Of a lead (`lea_`), a campaign (`cam_`) or a sender (`usm_`): which rule holds the "
            "next step (`cause`), until when (`at`) or what must happen first (`waitsFor`), what a "
            "person can do (`doThis`), and what holds it after that (`next`). `goesAt` is when it "
            "goes if nothing happens before. It asks the very rules that the worker obeys. Of a "
            "campaign `counts` says how many leads each cause holds."
        ),
        answer=Explained,
        errors=(NothingOfThatId,),
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/statutes",
        run=statutes,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get what there is to know about a campaign",
        text="Issues and information, as lemlist shows them; level 3 keeps it from starting.",
        answer=Statutes,
        errors=(CampaignNotFound,),
    ),
)
