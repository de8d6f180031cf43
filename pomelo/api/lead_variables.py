"""Variables of a lead on the wire; names and values come in the query string or the body."""

from typing import Any, Final

from pomelo import activities, leads
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, Operation, Permission
from pomelo.api.lead_marks import Done
from pomelo.api.lead_names import lead_id
from pomelo.api.lead_shapes import SECTION, Flat
from pomelo.api.parameters import OpenQuery
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import LeadId
from pomelo.leads import LeadNotFound, VariableNotFound, VariablesExist, VariablesInvalid


class LeadIdInvalid(Invalid):
    """Invalid leadId"""


class VariablesMissing(Invalid):
    """Name at least one variable, in the query string or in the body."""


async def add(call: Call[OpenQuery, Flat]) -> Done:
    """Add variables that the lead does not have."""

    async def work(db: Db) -> None:
        await leads.add_variables(db, call.caller.team, _lead(call), _given(call), now=call.now)
        await activities.mend(db, call.caller.team, [_lead(call)], now=call.now)

    await call.state.database.retrying(work)
    return Done()


async def change(call: Call[OpenQuery, Flat]) -> Done:
    """Change variables that the lead has."""

    async def work(db: Db) -> None:
        await leads.change_variables(db, call.caller.team, _lead(call), _given(call), now=call.now)
        await activities.mend(db, call.caller.team, [_lead(call)], now=call.now)

    await call.state.database.retrying(work)
    return Done()


async def erase(call: Call[OpenQuery, Flat]) -> Done:
    """Erase variables that the lead has."""

    async def work(db: Db) -> None:
        names = list(_given(call))
        await leads.delete_variables(db, call.caller.team, _lead(call), names, now=call.now)

    await call.state.database.retrying(work)
    return Done()


def _lead(call: Call[OpenQuery, Flat]) -> LeadId:
    found = lead_id(call.path["leadId"])
    if found is None:
        raise LeadIdInvalid
    return found


def _given(call: Call[OpenQuery, Flat]) -> Flat:
    given = {**call.query.values, **call.body}
    if not given:
        raise VariablesMissing
    return given


def _operation(
    method: str, run: Any, error: type[Invalid], *, summary: str, text: str
) -> AnyOperation:
    return Operation(
        method=method,
        path="/api/leads/{leadId}/variables",
        run=run,
        permission=Permission.MEMBER,
        section=SECTION,
        summary=summary,
        text=text,
        query=OpenQuery,
        has_open_body=True,
        is_body_required=False,
        answer=Done,
        errors=(LeadIdInvalid, VariablesMissing, VariablesInvalid, error, LeadNotFound),
        example={"favouriteColour": "green"},
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    _operation(
        "POST",
        add,
        VariablesExist,
        summary="Add variables to a lead",
        text="Refused when it has one of them.",
    ),
    _operation(
        "PATCH",
        change,
        VariableNotFound,
        summary="Change variables of a lead",
        text="Refused when it lacks one of them.",
    ),
    _operation(
        "DELETE",
        erase,
        VariableNotFound,
        summary="Erase variables of a lead",
        text="By their names; values are not looked at. Refused when it lacks one of them.",
    ),
)
