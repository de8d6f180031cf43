"""`pomelo doctor`: what is missing on this machine that schedules and campaigns want to know."""

from datetime import UTC, datetime, timedelta

import pytest

from pomelo import campaigns, schedules
from pomelo.base.db import Database
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
