"""What should be going on: keys to call with, workers, campaigns that can send, no doubts."""

from datetime import datetime
from typing import Final

from pomelo import campaigns, hooks, insight, messages, schedules, teams
from pomelo.base.db import NEVER, Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.campaigns import CampaignFacts, CampaignState
from pomelo.cli.checkup import store
from pomelo.cli.checkup.finding import Finding, doubt, good, wrong
from pomelo.hooks import Hook
from pomelo.schedules import LeadZones

NO_WORKER: Final = (
    "No worker is alive, so nothing is sent; start `pomelo serve` or `pomelo worker`."
)
NO_CALENDAR: Final = (
    "{kept} of the schedules keep public holidays, which this machine does not know: a worker here "
    "sends nothing by them. Install pomelo[holidays]."
)
NO_PHONES: Final = (
    "{guessing} campaigns guess their leads' time zones, and this machine knows no phone numbers: "
    "a worker here goes by domains alone. Install pomelo[zones]."
)
NO_TEAM: Final = "There is no team and no key; `pomelo key create --name first` makes both."


async def examine_work(db: Db, *, now: datetime) -> list[Finding]:
    """Look at teams, workers, campaigns, their holidays, mails in doubt and hooks."""
    return [
        await _teams(db),
        await _workers(db),
        await _doubts(db),
        *await _campaigns(db, now),
        *await _holidays(db),
        *await _zones(db),
        *await _hooks(db),
    ]


async def _teams(db: Db) -> Finding:
    found = await teams.list_all(db)
    if not found:
        return doubt("teams", NO_TEAM)
    paused = ", ".join(f"{team.name} ({team.id})" for team in found if team.paused_at)
    if paused:
        return doubt(
            "teams",
            f"{len(found)}; paused, so that their campaigns send nothing: {paused}. "
            "`pomelo team resume` lets one go on.",
        )
    return good("teams", f"{len(found)}.")


async def _workers(db: Db) -> Finding:
    alive = await store.count_workers(db)
    return good("workers", f"{alive} alive.") if alive else doubt("workers", NO_WORKER)


async def _doubts(db: Db) -> Finding:
    count = await messages.count_uncertain(db)
    if not count:
        return good("mails", "None is in doubt.")
    return doubt(
        "mails",
        f"{count} in doubt, whose leads wait; see `pomelo message list`, and resolve them.",
    )


async def _campaigns(db: Db, now: datetime) -> list[Finding]:
    running = [
        (team.id, one)
        for team in await teams.list_all(db)
        for one in (await campaigns.facts_of(db, team.id)).values()
        if one.state is CampaignState.RUNNING and not one.is_archived
    ]
    stuck = [
        wrong("campaigns", f'"{one.name}" ({one.id}) runs but cannot send: {" ".join(why)}')
        for _, one in running
        if (why := campaigns.errors(one))
    ]
    return [*(stuck or [await _hours(db, running, now)]), *await _failing(db, running)]


async def _failing(db: Db, running: list[tuple[TeamId, CampaignFacts]]) -> list[Finding]:
    """Tell of leads whose step failed: their campaign looks as if it had ended."""
    warnings: dict[CampaignId, list[str]] = {}
    for team in sorted({team for team, _ in running}):
        warnings |= await insight.failing_warnings(db, team)
    return [
        doubt("campaigns", f'Of "{one.name}" {warning}')
        for _, one in running
        for warning in warnings.get(one.id, ())
    ]


async def _hours(db: Db, running: list[tuple[TeamId, CampaignFacts]], now: datetime) -> Finding:
    """Tell which wait for their schedules' hours, the commonest reason why nothing is sent."""
    openings = [(await _opening(db, team, one, now), one.name) for team, one in running]
    closed = sorted((at, name) for at, name in openings if at > now)
    if not closed:
        return good("campaigns", "Nothing keeps one that runs from sending.")
    at, name = closed[0]
    return good(
        "campaigns",
        f"{len(closed)} of {len(running)} that run wait for the hours of their schedules; the "
        f'next, "{name}", may send from {at:%Y-%m-%d %H:%M} UTC on.',
    )


async def _opening(db: Db, team: TeamId, facts: CampaignFacts, now: datetime) -> datetime:
    """Give when a campaign may send: now, or when the first of its schedules opens.

    Where each lead has its own hours, it is never all of the campaign that waits.
    """
    if (await campaigns.get(db, team, facts.id)).lead_zones is not LeadZones.OFF:
        return now
    windows = [schedules.window_of(one) for one in await campaigns.schedules_of(db, team, facts.id)]
    return schedules.next_moment(windows, now) or NEVER


async def _holidays(db: Db) -> list[Finding]:
    """Tell whether this machine knows the holidays that schedules keep, where any do."""
    kept = await store.count_holidays_kept(db)
    if kept and not schedules.has_calendar():
        return [wrong("holidays", NO_CALENDAR.format(kept=kept))]
    return [good("holidays", f"Kept by {kept} of the schedules.")] if kept else []


async def _zones(db: Db) -> list[Finding]:
    """Tell whether this machine can guess the zones that campaigns want guessed."""
    guessing = await store.count_zones_guessed(db)
    if guessing and not schedules.has_phones():
        return [doubt("zones", NO_PHONES.format(guessing=guessing))]
    return [good("zones", f"Guessed for {guessing} campaigns.")] if guessing else []


async def _hooks(db: Db) -> list[Finding]:
    """Tell which receivers do not take what they are told; nothing where there are no hooks."""
    found = [
        one for team in await teams.list_all(db) for one in await hooks.list_of_team(db, team.id)
    ]
    ill = [doubt("hooks", _trouble(one)) for one in found if one.disabled_at or one.fail_counter]
    return ill or ([good("hooks", f"{len(found)}, all told.")] if found else [])


def _trouble(hook: Hook) -> str:
    if hook.disabled_at:
        return (
            f"{hook.id} is disabled ({hook.disabled_for}) since {hook.disabled_at:%Y-%m-%d %H:%M} "
            f"UTC; mend its receiver, then `pomelo hook replay {hook.id}`."
        )
    return (
        f"{hook.id} failed {hook.fail_counter} times in a row; "
        f"`pomelo hook deliveries {hook.id}` says how."
    )
