"""Facts for errands, from the database: one function a query."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec

from pomelo import campaigns, sequences
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, StepId, TeamId
from pomelo.base.sql import load as load_queries
from pomelo.delivery.errands.model import Errand, Person
from pomelo.leads import Hold, Taken
from pomelo.schedules import Window, hours_for
from pomelo.sequences import Kind, Spot, Structure, kind_of

QUERIES: Final = load_queries(__package__ or "")
_Campaign: TypeAlias = tuple[TeamId, CampaignId]


class Ground(msgspec.Struct, frozen=True):
    """What is the same for all leads of a campaign.

    Attributes:
        structures: Where steps stand, by campaign.
        kinds: What steps say, by their id.
    """

    structures: dict[_Campaign, Structure]
    kinds: dict[StepId, Kind]

    def spot(self, lead: Taken) -> Spot | None:
        """Give the step that a lead is due to get."""
        structure = self.structures[lead.team_id, lead.campaign_id]
        return structure.at(lead.sequence_id, lead.step_position)


async def load(db: Db, taken: Sequence[Taken]) -> list[Errand]:
    """Read everything that deciding asks about claimed leads, which stay locked."""
    refs = list(dict.fromkeys((lead.team_id, lead.campaign_id) for lead in taken))
    ground = await _ground(db, refs, taken)
    spots = [ground.spot(lead) for lead in taken]
    people = await QUERIES["list_errands"].rows(
        db,
        Person,
        team_ids=[lead.team_id for lead in taken],
        lead_ids=[lead.id for lead in taken],
        step_ids=[spot.step if spot else None for spot in spots],
    )
    # After the versions of these hours: who waits by older ones than it says is woken once more.
    windows = await campaigns.hours_of(db, refs)
    leads = {(lead.team_id, lead.id): lead for lead in taken}
    return [
        _errand(
            ground,
            leads[one.team_id, one.lead_id],
            one,
            windows.get((one.team_id, one.campaign_id), ()),
        )
        for one in people
    ]


async def count_tries(db: Db, errands: Sequence[Errand]) -> None:
    """Write that calls are about to be tried."""
    steps = [(e.person.team_id, e.person.lead_id, e.step_id) for e in errands]
    await QUERIES["count_tries"].run(
        db,
        team_ids=[team for team, _, _ in steps],
        lead_ids=[lead for _, lead, _ in steps],
        step_ids=[step for _, _, step in steps],
    )


async def forget_tries(db: Db, errand: Errand) -> None:
    """Forget how often a call was tried: it is over."""
    await QUERIES["forget_tries"].run(
        db, team_id=errand.person.team_id, lead_id=errand.person.lead_id, step_id=errand.step_id
    )


async def _ground(db: Db, refs: Sequence[_Campaign], taken: Sequence[Taken]) -> Ground:
    structures = await sequences.structures(db, refs)
    ground = Ground(structures, {})
    spots = {(lead.team_id, spot.step): spot for lead in taken if (spot := ground.spot(lead))}
    return msgspec.structs.replace(ground, kinds=await _kinds(db, spots))


async def _kinds(db: Db, spots: Mapping[tuple[TeamId, StepId], Spot]) -> dict[StepId, Kind]:
    keys = [(team, step, spot.version) for (team, step), spot in spots.items()]
    found: Iterable[sequences.StepVersion] = await sequences.contents(db, keys) if keys else ()
    return {
        one.step_id: kind_of(
            spots[one.team_id, one.step_id].type,
            {"subject": one.subject, "message": one.message, **one.content},
        )
        for one in found
    }


def _errand(ground: Ground, lead: Taken, person: Person, windows: tuple[Window, ...]) -> Errand:
    structure, spot = ground.structures[lead.team_id, lead.campaign_id], ground.spot(lead)
    return Errand(
        hold=Hold(lead.team_id, lead.id, lead.fence),
        person=person,
        branch=lead.sequence_id,
        position=lead.step_position,
        spot=spot,
        kind=ground.kinds.get(spot.step) if spot else None,
        next=structure.after(lead.sequence_id, lead.step_position),
        holds=structure.chosen(spot, holds=True) if spot else None,
        fails=structure.chosen(spot, holds=False) if spot else None,
        windows=hours_for(windows, person.variables, person.email, person.lead_zones),
    )
