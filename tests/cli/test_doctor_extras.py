"""`pomelo doctor`: what campaigns and schedules want that is missing, here or of their leads."""

from datetime import UTC, datetime, timedelta

import pytest

from pomelo import activities, campaigns, schedules
from pomelo.activities import Fact
from pomelo.base.db import Database
from pomelo.leads import ActivityType
from pomelo.schedules import LeadZones, ScheduleChanges, ScheduleValues
from tests import make
from tests.cli.conftest import Pomelo
from tests.cli.test_doctor import findings


async def test_a_machine_that_does_not_know_the_holidays_to_be_kept_is_wrong(
    pomelo: Pomelo, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction() as db:
        await make.schedule(db, (await make.team(db)).id, ScheduleValues(holidays="FR"))
    knowing = await findings(pomelo, "holidays")

    monkeypatch.setattr(schedules, "has_calendar", lambda: False)
    unknowing = await findings(pomelo, "holidays")

    assert [level for level, _ in [*knowing, *unknowing]] == ["pass", "fail"]
    assert "Install pomelo[holidays]" in unknowing[0][1]


async def test_a_machine_that_cannot_guess_zones_is_told_of(
    pomelo: Pomelo, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.transaction() as db:
        made = await make.campaign(db, (await make.team(db)).id)
        zones = LeadZones.GUESS
        await campaigns.set_lead_zones(db, made.team_id, made.id, zones, now=make.NOW)
    knowing = await findings(pomelo, "zones")

    monkeypatch.setattr(schedules, "has_phones", lambda: False)
    unknowing = await findings(pomelo, "zones")

    assert [level for level, _ in [*knowing, *unknowing]] == ["pass", "warn"]
    assert "Install pomelo[zones]" in unknowing[0][1]


async def test_a_campaign_of_which_each_lead_has_its_own_hours_never_waits_as_a_whole(
    pomelo: Pomelo, database: Database
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        made = await make.running_campaign(db, team.id, await make.sender(db, team.id))
        (schedule,) = await campaigns.schedules_of(db, team.id, made.id)
        never_now = (datetime.now(UTC) + timedelta(days=2)).isoweekday()
        changes = ScheduleChanges(weekdays=(never_now,))
        await campaigns.change_schedule(db, team.id, schedule.id, changes, now=make.NOW)
        await campaigns.set_lead_zones(db, team.id, made.id, LeadZones.OWN, now=make.NOW)

    ((level, text),) = await findings(pomelo, "campaigns")

    assert (level, text) == ("pass", "Nothing keeps one that runs from sending.")


async def test_leads_that_could_not_be_written_to_are_told_of_while_their_campaign_runs(
    pomelo: Pomelo, database: Database
) -> None:
    failed = ActivityType.EMAILS_FAILED
    async with database.transaction() as db:
        team = await make.team(db)
        sender = await make.sender(db, team.id)
        made = await make.running_campaign(db, team.id, sender)
        paused = await make.running_campaign(db, team.id, sender, "Paused")
        await campaigns.pause(db, team.id, paused.id)
        for one in (made, paused):
            lead = await make.lead(db, one)
            fact = Fact(team_id=team.id, type=failed, lead_id=lead.id, at=make.NOW)
            await activities.record(db, [fact])

    _, (level, text) = await findings(pomelo, "campaigns")

    assert (level, text.startswith('Of "Campaign1" 1 lead could not be written to: ')) == (
        "warn",
        True,
    )
    assert text.endswith(f"; see `pomelo explain {made.id}`.")
