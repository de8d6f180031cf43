"""What people decide about leads, on the wire: pause, resume, launch, skip, interested or not."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Protocol

import msgspec

from pomelo import activities, leads
from pomelo.api import lead_shapes
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.lead_names import lead_id, lead_of
from pomelo.api.lead_shapes import SECTION, Flat, ShownLead
from pomelo.base.addresses import AddressInvalid, parse
from pomelo.base.db import Db
from pomelo.base.errors import PomeloError
from pomelo.base.ids import CampaignId, LeadId, TeamId
from pomelo.campaigns import CampaignNotFound
from pomelo.leads import AlreadyLaunched, Lead, LeadIsPaused, LeadNotFound


class Verb(Protocol):
    """What is decided about leads of a team."""

    def __call__(
        self, db: Db, team: TeamId, people: Sequence[LeadId], /, *, now: datetime
    ) -> Awaitable[None]:
        """Decide it."""
        ...


class Done(msgspec.Struct, frozen=True):
    """It is done."""

    ok: bool = True


class Refused(msgspec.Struct, frozen=True):
    """Why a lead cannot be launched."""

    error: str
    message: str


class ScopeQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Where."""

    campaign_id: Annotated[
        CampaignId | None, msgspec.Meta(description="Only in this campaign, not in all")
    ] = None


_LIKE: Final[Verb] = partial(activities.mark, interested=True)
_DISLIKE: Final[Verb] = partial(activities.mark, interested=False)


def everywhere(verb: Verb) -> Callable[[Call[ScopeQuery, None]], Awaitable[list[Flat]]]:
    """Give what decides about a person's leads in all campaigns, or in one."""

    async def run(call: Call[ScopeQuery, None]) -> list[Flat]:
        return await call.state.database.retrying(lambda db: _decide(db, verb, call))

    return run


async def _decide(db: Db, verb: Verb, call: Call[ScopeQuery, None]) -> list[Flat]:
    team = call.caller.team
    people = [lead.id for lead in await _people(db, team, call)]
    await verb(db, team, people, now=call.now)
    return [lead_shapes.shown(await leads.get(db, team, lead)) for lead in people]


def in_campaign(verb: Verb) -> Callable[[Call[NoQuery, None]], Awaitable[Flat]]:
    """Give what decides about a lead of one campaign."""

    async def run(call: Call[NoQuery, None]) -> Flat:
        return await call.state.database.retrying(lambda db: _decide_one(db, verb, call))

    return run


async def _decide_one(db: Db, verb: Verb, call: Call[NoQuery, None]) -> Flat:
    team = call.caller.team
    lead = await lead_of(db, team, call.path)
    await verb(db, team, [lead.id], now=call.now)
    return lead_shapes.shown(await leads.get(db, team, lead.id))


async def review(call: Call[ScopeQuery, None]) -> Done:
    """Launch a lead that waits for it; by address, all leads of the person that wait."""
    team = call.caller.team

    async def work(db: Db) -> Done:
        identifier = lead_id(call.path["idOrEmail"])
        if identifier is not None:
            await activities.review(db, team, identifier, now=call.now)
            return Done()
        found = await _people(db, team, call)
        waiting = [lead for lead in found if lead.can_be_launched]
        for lead in waiting or found[:1]:  # the newest says why it cannot be launched
            await activities.review(db, team, lead.id, now=call.now)
        return Done()

    return await call.state.database.retrying(work)


async def _people(db: Db, team: TeamId, call: Call[ScopeQuery, None]) -> list[Lead]:
    """List the leads of the person whom the path names, newest first."""
    name, campaign = call.path["idOrEmail"], call.query.campaign_id or None
    identifier = lead_id(name)
    if identifier is None:
        key = parse(name).key
    else:
        key = (await leads.get(db, team, identifier)).address_key
    found = await leads.list_of_key(db, team, key)
    kept = [lead for lead in found if campaign in (None, lead.campaign_id)]
    if not kept:
        raise LeadNotFound
    return kept


_CODES: Final[dict[type[PomeloError], str]] = {
    AlreadyLaunched: "CAMPAIGN_LEAD_REVIEW_LEAD_ALREADY_LAUNCHED",
    LeadIsPaused: "CAMPAIGN_LEAD_REVIEW_LEAD_PAUSED",
    LeadNotFound: "CAMPAIGN_LEAD_REVIEW_LEAD_NOT_FOUND",
}


def refused(error: PomeloError) -> Refused | None:
    """Give the answer for a lead that cannot be launched."""
    code = _CODES.get(type(error))
    return Refused(code, str(error)) if code else None


def _everywhere(word: str, verb: Verb, summary: str, text: str) -> AnyOperation:
    return Operation(
        method="POST",
        path=f"/api/leads/{word}/{{idOrEmail}}",
        run=everywhere(verb),
        name=word,
        permission=Permission.MEMBER,
        section=SECTION,
        summary=summary,
        text=f"{text} By address or by the id of one of the person's leads.",
        query=ScopeQuery,
        answer=list[ShownLead],
        is_open_answer=True,
        errors=(AddressInvalid, LeadNotFound),
    )


def _in_campaign(word: str, verb: Verb, summary: str, text: str) -> AnyOperation:
    return Operation(
        method="POST",
        path=f"/api/campaigns/{{campaignId}}/leads/{{email}}/{word}",
        run=in_campaign(verb),
        name=f"{word}_in_campaign",
        permission=Permission.MEMBER,
        section=SECTION,
        summary=summary,
        text=f"{text} By address or by id.",
        answer=ShownLead,
        is_open_answer=True,
        errors=(AddressInvalid, CampaignNotFound, LeadNotFound),
    )


_LIKED_TEXT: Final = (
    "Recorded as `manualInterested`; it ends the lead's sequence unless the campaign says "
    "otherwise (`leadsPausedByInterest`)."
)
_MET_TEXT: Final = (
    "Ours. What it ends, the campaign says (`onMeetingBooked`); a lead that waits before a "
    "condition for it goes on. Twice is once."
)
_DISLIKED_TEXT: Final = "Recorded as `manualNotInterested`; it ends the lead's sequence."

_SKIPPED_TEXT: Final = (
    "Ends the sequences. One that had ended by what may be taken back (an unsubscribe, a step that "
    "failed) does not go on when that is."
)

OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    _everywhere(
        "pause",
        activities.pause,
        "Pause a person",
        "Once this is answered, no mail to the person is begun any more.",
    ),
    _everywhere("start", activities.resume, "Resume a person", "Goes on where it was paused."),
    _everywhere("interested", _LIKE, "Mark a person as interested", _LIKED_TEXT),
    _everywhere("notinterested", _DISLIKE, "Mark a person as not interested", _DISLIKED_TEXT),
    _everywhere("skip", activities.skip, "Skip a person", _SKIPPED_TEXT),
    _everywhere("meetingbooked", activities.book_meeting, "Note a booked meeting", _MET_TEXT),
    _in_campaign("meetingbooked", activities.book_meeting, "Note a lead's meeting", _MET_TEXT),
    _in_campaign("interested", _LIKE, "Mark a lead as interested", _LIKED_TEXT),
    _in_campaign("notinterested", _DISLIKE, "Mark a lead as not interested", _DISLIKED_TEXT),
    Operation(
        method="POST",
        path="/api/leads/review/{idOrEmail}",
        run=review,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Launch a lead",
        text=(
            "Lets a lead go that waits for a review, or that was skipped. By id, or by address: "
            "all leads of the person that wait."
        ),
        query=ScopeQuery,
        answer=Done,
        errors=(AddressInvalid, LeadIsPaused, AlreadyLaunched, LeadNotFound),
        shape_error=refused,
    ),
)
