"""The guide "When a mail goes": its calls do what it says, and its table is true."""

import re
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from pomelo.schedules import Window, add_days, next_moment
from pomelo.schedules.windows import parse_time
from tests.api.client import Caller
from tests.api.own import a_sender
from tests.guides import calls
from tests.postgres import ROOT

GUIDE: Final = (ROOT / "docs/guides/time.md").read_text("utf-8")
MOMENT: Final = r"(\d{4}-\d\d-\d\d \d\d:\d\d)"
ROWS: Final = re.findall(rf"^\| {MOMENT} \| (\d+) \| {MOMENT} \|$", GUIDE, re.MULTILINE)
PARIS: Final = ZoneInfo("Europe/Paris")
HOURS: Final = Window(
    "Europe/Paris",
    parse_time("09:00"),
    parse_time("18:00"),
    frozenset({1, 2, 3, 4, 5}),
    frozenset({date(2026, 12, 25)}),
)


async def test_its_calls_make_a_schedule_of_a_campaign_with_days_off(api: Caller) -> None:
    examples = calls(re.findall(r"```sh\n(.*?)\n```", GUIDE, re.DOTALL))
    (_, creating, schedule), (_, attaching, _), (_, zoning, zones), *more = examples
    (_, keeping, kept), (_, changing, change) = more
    campaign = (await api.call("POST", "/campaigns", {"name": "Spring"}))["_id"]

    made = (await api.call("POST", creating, schedule))["_id"]
    path = attaching.replace("cam_…", campaign).replace("skd_…", made)
    await api.call("POST", path)
    zoned = await api.call("PATCH", zoning.replace("cam_…", campaign), zones)
    sender = (await a_sender(api)).id
    hours = {"scheduleId": kept["scheduleId"].replace("skd_…", made)}
    keeper = await api.call("PATCH", keeping.replace("usm_…", sender), hours)
    await api.call("PATCH", changing.replace("skd_…", made), change)

    found = await api.call("GET", f"/campaigns/{campaign}/schedules")
    assert (zoned["leadTimezones"], keeper["scheduleId"]) == ("own", made)
    assert [one["name"] for one in found] == ["Default schedule", "Mornings"]
    assert found[1].items() >= (schedule | change).items()


@pytest.mark.parametrize(("done", "delay", "goes"), ROWS)
def test_its_table_is_what_happens(done: str, delay: str, goes: str) -> None:
    at = datetime.fromisoformat(done).replace(tzinfo=PARIS)

    due = add_days(at, int(delay), HOURS.timezone, HOURS.weekdays)

    assert next_moment([HOURS], due) == datetime.fromisoformat(goes).replace(tzinfo=PARIS)


def test_the_table_was_found() -> None:
    assert len(ROWS) == 5
