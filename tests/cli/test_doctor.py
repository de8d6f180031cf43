"""`pomelo doctor`: what is wrong is found, said with what to do, and ends with 1."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from pomelo import campaigns, senders
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.cli.checkup import warn_if_apart
from pomelo.cli.checkup.database import judge, judge_clock
from pomelo.cli.checkup.exports import FILE
from pomelo.cli.checkup.finding import Level
from pomelo.cli.checkup.store import ServerFacts
from pomelo.cli.house import opened, settings_from_here
from pomelo.schedules import ScheduleChanges
from pomelo.senders import PausedFor, Provider, ReconnectNeeded
from tests import make
from tests.cli.conftest import Pomelo

SOUND = ServerFacts("18.1", "on", "on", "on", False, "pomelo")


@pytest.fixture(autouse=True)
def exports(tmp_path: Path, environ: pytest.MonkeyPatch) -> Path:
    """An export folder of this test alone, and an address that links can have."""
    environ.setenv("POMELO_EXPORT_DIR", str(tmp_path / "exports"))
    environ.setenv("POMELO_PUBLIC_URL", "https://pomelo.example")
    return tmp_path / "exports"


async def findings(pomelo: Pomelo, subject: str) -> list[tuple[str, str]]:
    found = (await pomelo("doctor", "--json")).json
    return [(one["level"], one["text"]) for one in found if one["subject"] == subject]


async def test_a_new_installation_is_not_wrong_and_says_what_comes_next(pomelo: Pomelo) -> None:
    said = await pomelo("doctor")

    assert said.status == 0
    assert "0 wrong" in said.out
    for next_command in ("pomelo key create", "pomelo sender add", "pomelo serve"):
        assert next_command in said.out


async def test_a_misspelt_setting_is_found(pomelo: Pomelo, environ: pytest.MonkeyPatch) -> None:
    environ.setenv("POMELO_PUBLIC_ULR", "https://pomelo.example")
    environ.delenv("POMELO_PUBLIC_URL")

    (misspelt,) = await findings(pomelo, "settings")
    (address,) = await findings(pomelo, "public address")

    assert misspelt == ("warn", "POMELO_PUBLIC_ULR is no setting; POMELO_PUBLIC_URL is one.")
    assert address[0] == "warn"


async def test_a_setting_that_is_like_none_is_to_be_unset(
    pomelo: Pomelo, environ: pytest.MonkeyPatch
) -> None:
    environ.setenv("POMELO_HAT", "1")

    assert await findings(pomelo, "settings") == [("warn", "POMELO_HAT is no setting; unset it.")]


@pytest.mark.parametrize(
    ("name", "value", "subject"),
    [
        ("POMELO_PORT", "http", "settings"),
        ("POMELO_CLOCK_SPEED", "-1", "settings"),
        ("POMELO_SECRET_KEY", "short", "installation"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none", "installation"),
    ],
)
async def test_an_installation_that_cannot_be_opened_is_wrong(
    pomelo: Pomelo, environ: pytest.MonkeyPatch, name: str, value: str, subject: str
) -> None:
    environ.setenv(name, value)

    ((level, text),) = await findings(pomelo, subject)

    assert level == "fail"
    assert text.endswith(".")


async def test_a_database_that_is_away_asks_to_try_again_later(
    pomelo: Pomelo, environ: pytest.MonkeyPatch
) -> None:
    environ.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")

    said = await pomelo("team", "list")

    assert said.status == 75
    assert "does not answer" in said.err
    assert "DATABASE_URL" in said.err


@pytest.mark.parametrize(
    ("changes", "level", "says"),
    [
        ({}, Level.PASS, ""),
        ({"fsync": "off"}, Level.FAIL, "set fsync = on"),
        ({"full_page_writes": "off"}, Level.FAIL, "set full_page_writes = on"),
        ({"synchronous_commit": "off"}, Level.FAIL, "set synchronous_commit = on"),
        ({"is_superuser": True}, Level.WARN, "superuser"),
    ],
)
def test_a_database_that_may_forget_is_wrong(
    changes: dict[str, Any], level: Level, says: str
) -> None:
    facts = structs.replace(SOUND, **changes)

    found = [one for one in judge(facts) if one.level is not Level.PASS]

    assert [one.level for one in found] == ([] if level is Level.PASS else [level])
    assert all(says in one.text for one in found)


@pytest.mark.parametrize(
    ("seconds", "level"), [(0, Level.PASS), (1, Level.PASS), (-3, Level.WARN), (90, Level.WARN)]
)
def test_two_clocks_that_differ_are_told_of(seconds: int, level: Level) -> None:
    found = judge_clock(make.NOW, make.NOW + timedelta(seconds=seconds))

    assert found.level is level
    assert level is Level.PASS or f"{seconds:+d} s" in found.text


async def test_export_folders_that_differ_are_told_of(
    pomelo: Pomelo, exports: Path, environ: pytest.MonkeyPatch
) -> None:
    first = await findings(pomelo, "export folder")
    other = exports.with_name("other")
    environ.setenv("POMELO_EXPORT_DIR", str(other))
    ((level, text),) = await findings(pomelo, "export folder")

    (other / FILE).write_text((exports / FILE).read_text())
    copied = await findings(pomelo, "export folder")

    assert first[0][0] == copied[0][0] == "pass"
    assert level == "fail"
    assert text.endswith(f"echo {(exports / FILE).read_text()} > {other / FILE}")


async def test_a_server_with_an_export_folder_of_its_own_says_so(
    pomelo: Pomelo,
    postgres: Embedded,
    exports: Path,
    environ: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with opened(settings_from_here(), postgres.options()) as house:
        await warn_if_apart(house)
    said_of_the_first = capsys.readouterr().err
    other = exports.with_name("other")
    environ.setenv("POMELO_EXPORT_DIR", str(other))

    async with opened(settings_from_here(), postgres.options()) as house:
        await warn_if_apart(house)

    assert said_of_the_first == ""
    assert f"{other} is not the folder that other processes use" in capsys.readouterr().err


async def test_an_export_folder_that_cannot_be_made_is_wrong(
    pomelo: Pomelo, tmp_path: Path, environ: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    environ.setenv("POMELO_EXPORT_DIR", str(tmp_path / "file" / "exports"))

    ((level, text),) = await findings(pomelo, "export folder")

    assert (level, "POMELO_EXPORT_DIR" in text) == ("fail", True)


async def test_a_living_worker_is_seen(pomelo: Pomelo, database: Database) -> None:
    async with database.transaction() as db:
        await db.execute(
            "INSERT INTO workers (id, host, pid, deliver_to, started_at, seen_at)"
            " VALUES ('wrk_1', 'here', 1, '', now(), now()),"
            " ('wrk_2', 'here', 2, '', now(), now() - interval '5 minutes')"
        )

    assert await findings(pomelo, "workers") == [("pass", "1 alive.")]


@pytest.mark.parametrize(
    ("reason", "until", "level"),
    [
        (PausedFor.AUTH, None, "fail"),
        (PausedFor.THROTTLED, make.NOW + timedelta(days=1), "warn"),
    ],
)
async def test_a_paused_sender_is_told_with_its_reply(
    pomelo: Pomelo, database: Database, reason: PausedFor, until: Any, level: str
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        sender = await make.sender(db, team.id)
        await senders.pause(
            db, team.id, sender.id, reason=reason, reply="550 no", until=until, now=make.NOW
        )

    ((found, text),) = await findings(pomelo, "senders")
    ((replies, deaf),) = await findings(pomelo, "replies")

    assert found == level
    assert f'{sender.email} is paused, {reason} ("550 no")' in text
    assert (replies, sender.email in deaf, "pomelo receive" in deaf) == ("warn", True, True)


async def test_a_sender_whose_provider_ended_its_leave_is_to_be_connected_again(
    pomelo: Pomelo, database: Database
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        sender = await make.sender(db, team.id)
        ended = str(ReconnectNeeded(Provider.GOOGLE, sender.email))
        await senders.pause(
            db, team.id, sender.id, reason=PausedFor.AUTH, reply=ended, until=None, now=make.NOW
        )

    ((level, text),) = await findings(pomelo, "senders")

    assert level == "fail"
    assert f"pomelo sender connect google {sender.email}" in text
    assert "password its provider wants" not in text


async def test_a_running_campaign_without_a_sender_is_wrong(
    pomelo: Pomelo, database: Database
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        sender = await make.sender(db, team.id)
        campaign = await make.running_campaign(db, team.id, sender)
        paused = await make.running_campaign(db, team.id, sender, "Paused")
        await campaigns.pause(db, team.id, paused.id)
        await senders.delete(db, team.id, sender.id, now=make.NOW)

    ((level, text),) = await findings(pomelo, "campaigns")

    assert level == "fail"
    assert f'"Campaign1" ({campaign.id}) runs but cannot send' in text


async def test_a_campaign_that_waits_for_its_hours_is_told_with_the_next(
    pomelo: Pomelo, database: Database
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        sender = await make.sender(db, team.id)
        campaign = await make.running_campaign(db, team.id, sender)
        (schedule,) = await campaigns.schedules_of(db, team.id, campaign.id)
        in_two_days = (datetime.now(UTC) + timedelta(days=2)).isoweekday()
        changes = ScheduleChanges(weekdays=(in_two_days,))
        await campaigns.change_schedule(db, team.id, schedule.id, changes, now=make.NOW)

    ((level, text),) = await findings(pomelo, "campaigns")

    assert level == "pass"
    assert text.startswith('1 of 1 that run wait for the hours of their schedules; the next, "')


async def test_a_paused_team_is_told_of(pomelo: Pomelo, database: Database) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        await campaigns.pause_team(db, team.id, now=make.NOW)

    ((level, text),) = await findings(pomelo, "teams")

    assert level == "warn"
    assert team.id in text
