"""`pomelo doctor`: what is missing on this machine that schedules and campaigns want to know."""

import pytest

from pomelo import campaigns, schedules
from pomelo.base.db import Database
from pomelo.schedules import LeadZones, ScheduleValues
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
