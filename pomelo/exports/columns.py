"""Which columns a campaign's CSV files have, and the one SELECT that fills them.

The list depends on the campaign's variables and steps, so this text is put together here,
from fixed pieces. Whatever a person chose is a parameter and never part of it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from pomelo.base import csv
from pomelo.base.ids import CampaignId, StepId, TeamId
from pomelo.leads import DONE, ActivityType, LeadState
from pomelo.sequences import StepType

# PostgreSQL takes 1,664 columns at most; further variables share one, as JSON.
MOST_COLUMNS: Final = 1_600
SUFFIX: Final = "_variable"
REST: Final = "otherVariables"

# The keys that lemlist knows; each has a column of its own in the list of leads.
PREDEFINED: Final = (
    "firstName",
    "lastName",
    "picture",
    "phone",
    "linkedinUrl",
    "timezone",
    "companyName",
    "companyDomain",
    "icebreaker",
    "jobTitle",
)
PREDEFINED_STATISTICS: Final = ("firstName", "lastName")

# The bucket of `leads.status`, row by row; a test compares the two. (The check of an address
# holds no lead back, so none is shown as `scanning`.)
STATUS: Final = """CASE
  WHEN l.state = 'emailsUnsubscribed' THEN 'unsubscribed'
  WHEN l.state IN ('interested', 'notInterested') THEN l.state
  WHEN l.state IN ('skipped', 'emailsBounced') OR l.due_at IS NULL OR l.stopped_by IS NOT NULL
    THEN 'done'
  WHEN l.is_paused THEN 'paused'
  WHEN l.waits_for = 'review' THEN 'review'
  ELSE 'running' END"""

# In the order of the file, variables between them; `l` is the lead.
FIRST_OF_LEADS: Final = {
    "emailStatus": "NULLIF(l.email_status, '')",
    "email": csv.guarded_sql("l.email"),
}
LAST_OF_LEADS: Final = {
    "lastState": "NULLIF(l.last_state, '')",
    "status": STATUS,
    "state": "l.state",
    "_id": "l.id",
}


def _instant(expression: str) -> str:
    """Write an instant as the API does: UTC, ISO 8601, milliseconds."""
    return f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""


# The same for statistics; `s` is the sender.
FACTS: Final = {
    "state": "l.state",
    "lastState": "NULLIF(l.last_state, '')",
    "status": STATUS,
    "isPaused": "CASE WHEN l.is_paused THEN 'true' ELSE 'false' END",
    "sender": csv.guarded_sql("s.email"),
    "importedAt": _instant("l.created_at"),
    "reviewedAt": _instant("l.reviewed_at"),
    "contactedAt": _instant("l.contacted_at"),
    "openedAt": _instant("l.opened_at"),
    "clickedAt": _instant("l.clicked_at"),
    "repliedAt": _instant("l.replied_at"),
    "interestedAt": _instant("l.interested_at"),
    "notInterestedAt": _instant("l.not_interested_at"),
    "bouncedAt": _instant("l.bounced_at"),
    "unsubscribedAt": _instant("l.unsubscribed_at"),
    "sentCount": "l.sent_count",
    "openedCount": "l.opened_count",
    "clickedCount": "l.clicked_count",
    "repliedCount": "l.replied_count",
}
# What is told of each step, beside its type.
# Of a step that is no mail, sentAt is when it was carried out, and bouncedAt when it failed.
MARKS: Final = {
    "openedAt": ActivityType.EMAILS_OPENED,
    "clickedAt": ActivityType.EMAILS_CLICKED,
    "repliedAt": ActivityType.EMAILS_REPLIED,
    "bouncedAt": ActivityType.EMAILS_BOUNCED,
}


class StepColumns(msgspec.Struct, frozen=True):
    """A step that has columns: its number in the statistics, and what it is."""

    number: int
    id: StepId
    type: StepType

    @property
    def marks(self) -> dict[str, ActivityType]:
        """Which activity makes each mark."""
        failed = ActivityType.API_FAILED if self.type is StepType.API else MARKS["bouncedAt"]
        return {"sentAt": DONE[self.type], **MARKS, "bouncedAt": failed}


class Table(msgspec.Struct, frozen=True):
    """A file to be: its first line, and the SELECT of the others with its parameters."""

    header: tuple[str, ...]
    sql: str
    args: tuple[object, ...]


class _Args:
    """Collects parameters, each once, and gives the sign that stands for one."""

    def __init__(self) -> None:
        self.values: list[object] = []

    def __call__(self, value: object) -> str:
        if value not in self.values:
            self.values.append(value)
        return f"${self.values.index(value) + 1}"


def leads(
    team: TeamId,
    campaign: CampaignId,
    variables: Sequence[str],
    states: Collection[LeadState] | None = None,
) -> Table:
    """Compose the file of a campaign's leads.

    Args:
        team: Whose campaign.
        campaign: Which.
        variables: All names that its leads' variables have, sorted.
        states: Only leads in these; None for all.

    Source:
        API reference 4.1.
    """
    arg = _Args()
    first = FIRST_OF_LEADS | _predefined(arg, PREDEFINED, variables)
    own = _variables(arg, variables, PREDEFINED, [*first, *LAST_OF_LEADS])
    columns = first | own | LAST_OF_LEADS
    sql = f"SELECT {_list(columns)} FROM leads l {_where(arg, team, campaign)}"
    if states is not None:
        sql += f" AND l.state = ANY({arg(sorted(states))}::text[])"
    return Table(tuple(columns), sql, tuple(arg.values))


def statistics(
    team: TeamId, campaign: CampaignId, variables: Sequence[str], steps: Sequence[StepColumns]
) -> Table:
    """Compose the file of a campaign's statistics: a line a lead, columns for every step.

    A step's columns tell when each thing happened first, what machines did left out. Steps
    are known by their id, so moving or inserting one moves its columns with it.

    Args:
        team: Whose campaign.
        campaign: Which.
        variables: All names that its leads' variables have, sorted.
        steps: The steps it has now.

    Source:
        API reference 4.2 tells of such columns; their names are ours.
    """
    arg = _Args()
    first = {"_id": "l.id", "email": csv.guarded_sql("l.email")}
    first |= _predefined(arg, PREDEFINED_STATISTICS, variables)
    last = FACTS | _step_columns(arg, steps) | _doubt_column(arg, team, campaign)
    own = _variables(arg, variables, PREDEFINED_STATISTICS, [*first, *last])
    columns = first | own | last
    sql = (
        f"SELECT {_list(columns)} FROM leads l"
        " LEFT JOIN senders s ON s.team_id = l.team_id AND s.id = l.sender_id"
        f" {_marks(arg, team, campaign, steps)} {_where(arg, team, campaign)}"
    )
    return Table(tuple(columns), sql, tuple(arg.values))


def column_names(variables: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    """Give each variable a column's name that no other column has.

    Args:
        variables: Names of variables, without repetition.
        taken: Names of the other columns.

    Returns:
        The column of each: its own name where it is free, else with `_variable` behind, as
        often as it takes.
    """
    wanted = list(variables)
    used = {*taken, *wanted}
    names = {}
    for variable in wanted:
        name = variable
        if variable in taken:
            while name in used:
                name += SUFFIX
            used.add(name)
        names[variable] = name
    return names


def _variables(
    arg: _Args, variables: Sequence[str], shown: Collection[str], taken: Sequence[str]
) -> dict[str, str]:
    """Give the columns of the variables that have none yet; the last may be for the rest."""
    own = [name for name in variables if name not in shown]
    room = max(0, MOST_COLUMNS - len(taken))
    rest = [REST] if len(own) > room else []
    names = column_names(own[:room], [*taken, *rest])
    columns = {column: _variable(arg, name) for name, column in names.items()}
    if rest:
        known = arg([*own[:room], *shown])
        columns[REST] = f"NULLIF(l.variables - {known}::text[], '{{}}')::text"
    return columns


def _predefined(arg: _Args, names: Sequence[str], variables: Collection[str]) -> dict[str, str]:
    """Give the columns that are always there; what no lead has is not looked for in each."""
    return {name: _variable(arg, name) if name in variables else "NULL::text" for name in names}


def _variable(arg: _Args, name: str) -> str:
    return csv.guarded_sql(f"(l.variables ->> {arg(name)})")


def _step_columns(arg: _Args, steps: Sequence[StepColumns]) -> dict[str, str]:
    columns = {}
    for step in steps:
        columns[f"step{step.number}_type"] = f"{arg(step.type)}::text"
        for mark in step.marks:
            columns[f"step{step.number}_{mark}"] = _instant(f"m.step{step.number}_{mark}")
    return columns


def _marks(arg: _Args, team: TeamId, campaign: CampaignId, steps: Sequence[StepColumns]) -> str:
    """Join what happened at each step: all activities read once, summed up a lead."""
    if not steps:
        return ""
    sums = ", ".join(
        f"min(a.created_at) FILTER (WHERE a.step_id = {arg(step.id)} AND a.type = '{type_}')"
        f" AS step{step.number}_{mark}"
        for step in steps
        for mark, type_ in step.marks.items()
    )
    types = sorted({type_ for step in steps for type_ in step.marks.values()})
    return (
        f"LEFT JOIN (SELECT a.lead_id, {sums} FROM activities a"
        f" WHERE a.team_id = {arg(team)} AND a.campaign_id = {arg(campaign)} AND NOT a.is_bot"
        # Read once and hashed: not one look for every activity.
        " AND a.id NOT IN (SELECT v.activity_id FROM activity_verdicts v"
        f" WHERE v.team_id = {arg(team)} AND v.is_bot)"
        f" AND a.type = ANY({arg(types)}::text[]) GROUP BY a.lead_id) m"
        " ON m.lead_id = l.id"
    )


def _doubt_column(arg: _Args, team: TeamId, campaign: CampaignId) -> dict[str, str]:
    """Give the column that tells since when a mail to the lead has been in doubt.

    It is the last of all, so that whoever reads the others by their place still finds them.
    """
    # The few in doubt are gathered once, by an index that holds only such. A join would be planned
    # for none of them and compare each lead with each doubt when a crash has just left thousands.
    began_at = "COALESCE(u.data_at, u.created_at)"
    doubts = (
        f"SELECT jsonb_object_agg(u.lead_id, {_instant(began_at)} ORDER BY {began_at})"
        f" FROM messages u WHERE u.team_id = {arg(team)} AND u.campaign_id = {arg(campaign)}"
        " AND u.state = 'uncertain' AND u.kind = 'sequence'"
    )
    return {"uncertainAt": f"({doubts}) ->> l.id"}


def _where(arg: _Args, team: TeamId, campaign: CampaignId) -> str:
    return f"WHERE l.team_id = {arg(team)} AND l.campaign_id = {arg(campaign)}"


def _list(columns: dict[str, str]) -> str:
    return ", ".join(columns.values())
