"""Senders through the API: limit, gap, what was sent, and pauses that a person can end."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from pomelo import activities, senders, teams
from pomelo.activities import Fact
from pomelo.api.answers import moment
from pomelo.api.sender_views import next_send_at
from pomelo.base.clock import Clock
from pomelo.base.db import NEVER, Database
from pomelo.leads import ActivityType
from pomelo.messages import Quota
from pomelo.senders import PausedFor, Sender
from tests import make
from tests.api import client
from tests.api.client import Caller
from tests.api.people import states
from tests.wire import PostOffice

HOUR = timedelta(hours=1)


async def a_sender(api: Caller, email: str = "jared@piedpiper.example") -> Sender:
    async with api.database.transaction() as db:
        return await make.sender(db, api.team.id, email)


async def paused(
    api: Caller, reason: PausedFor, until: datetime | None, reply: str = "no"
) -> Sender:
    sender = await a_sender(api)
    async with api.database.transaction() as db:
        await senders.pause(
            db, api.team.id, sender.id, reason=reason, reply=reply, until=until, now=make.NOW
        )
    return sender


async def test_a_sender_is_shown_without_its_secrets(api: Caller) -> None:
    sender = await a_sender(api)

    found = await api.call("GET", f"/senders/{sender.id}")

    assert found.pop("nextSendAt") > "2026"
    assert found == {
        "_id": sender.id,
        "userId": api.user.id,
        "email": "jared@piedpiper.example",
        "name": "",
        "signature": "",
        "variables": {},
        "limitPerDay": 50,
        "gapSeconds": 0,
        "gapJitterSeconds": 0,
        "domainGapSeconds": 0,
        "scheduleId": None,
        "rampPerDay": 0,
        "limitToday": 50,
        "sentIn24Hours": 0,
        "paused": None,
        "newLeadsStoppedAt": None,
        "smtp": {"host": "127.0.0.1", "port": 2525, "tls": "none", "login": ""},
        "imap": None,
        "connected": None,
        "replies": "pipe",
        "repliesReadAt": None,
        "sentFolder": "",
        "junkFolder": "",
        "savesSentCopy": None,
        "warnings": [],
        "createdAt": "2026-03-10T09:00:00.000Z",
    }


async def test_only_the_teams_own_senders_are_listed(api: Caller, stranger: Caller) -> None:
    first, second = await a_sender(api), await a_sender(api, "dinesh@piedpiper.example")
    theirs = await a_sender(stranger)

    found = await api.call("GET", "/senders")

    assert {one["_id"] for one in found} == {first.id, second.id}
    for method, end in (("GET", ""), ("PATCH", ""), ("POST", "/lift")):
        refused = await api.refused(method, f"/senders/{theirs.id}{end}", {})
        assert refused == (404, "Email account not found")


async def test_what_is_named_changes_and_the_rest_stays(api: Caller) -> None:
    sender = await a_sender(api)
    body = {"name": "Jared Dunn", "signature": "<p>Jared</p>", "limitPerDay": 40}

    await api.call("PATCH", f"/senders/{sender.id}", body)
    found = await api.call("PATCH", f"/senders/{sender.id}", {"gapSeconds": 300})

    assert {name: found[name] for name in (*body, "gapSeconds")} == {**body, "gapSeconds": 300}


async def test_what_templates_name_of_a_sender_is_replaced_as_a_whole(api: Caller) -> None:
    sender = await a_sender(api)

    await api.call("PATCH", f"/senders/{sender.id}", {"variables": {"phone": "1", "city": "Oslo"}})
    await api.call("PATCH", f"/senders/{sender.id}", {"name": "Jared"})
    found = await api.call("PATCH", f"/senders/{sender.id}", {"variables": {"phone": "2"}})

    assert found["variables"] == {"phone": "2"}


async def test_leads_that_failed_are_tried_again_when_their_sender_has_more_to_say(
    api: Caller,
) -> None:
    sender = await a_sender(api)
    made = await api.call("POST", "/campaigns", {"name": "Spring"})
    await api.call("PATCH", f"/campaigns/{made['_id']}", {"senderIds": [sender.id]})
    lead = await api.call("POST", f"/campaigns/{made['_id']}/leads/richard@piedpiper.com")
    async with api.database.transaction() as db:
        failed = ActivityType.EMAILS_FAILED
        fact = Fact(team_id=api.team.id, type=failed, lead_id=lead["_id"], at=make.NOW)
        await activities.record(db, [fact])
    before = await states(api)

    await api.call("PATCH", f"/senders/{sender.id}", {"variables": {"phone": "5"}})

    assert (before, await states(api)) == (["emailsBounced"], ["imported"])


async def test_a_sender_has_hours_of_its_own_until_they_are_ended(api: Caller) -> None:
    sender = await a_sender(api)
    hours = {"name": "Mornings", "timezone": "UTC", "start": "09:00", "end": "12:00"}
    made = await api.call("POST", "/schedules", {**hours, "weekdays": [1, 2]})

    kept = await api.call("PATCH", f"/senders/{sender.id}", {"scheduleId": made["_id"]})
    in_use = await api.refused("DELETE", f"/schedules/{made['_id']}")
    unknown = await api.refused("PATCH", f"/senders/{sender.id}", {"scheduleId": "skd_x"})
    ended = await api.call("PATCH", f"/senders/{sender.id}", {"scheduleId": ""})
    await api.call("DELETE", f"/schedules/{made['_id']}")

    assert (kept["scheduleId"], ended["scheduleId"]) == (made["_id"], None)
    assert (in_use[0], unknown[0]) == (409, 404)
    assert sender.email in in_use[1]


async def test_a_ramp_says_what_it_allows_today_and_ends_with_0(api: Caller) -> None:
    sender = await a_sender(api)

    begun = await api.call("PATCH", f"/senders/{sender.id}", {"rampPerDay": 5})
    ended = await api.call("PATCH", f"/senders/{sender.id}", {"rampPerDay": 0})

    assert (begun["rampPerDay"], begun["limitToday"]) == (5, 5)
    assert (ended["rampPerDay"], ended["limitToday"]) == (0, 50)


@pytest.mark.parametrize(
    "body",
    [
        {"rampPerDay": -1},
        {"limitPerDay": -1},
        {"limitPerDay": 1.5},
        {"gapSeconds": 86_401},
        {"gapSecond": 5},
        {"domainGapSeconds": 86_401},
        {"gapSeconds": "5"},
        {"name": "x" * 201},
        {"variables": {"email": "x"}},
        {"variables": {"two words": "x"}},
        {"variables": {"phone": 5}},
        {"variables": {f"v{n}": "" for n in range(51)}},
        {"smtpLogin": "jared"},
    ],
)
async def test_an_impossible_change_is_refused(api: Caller, body: dict[str, Any]) -> None:
    sender = await a_sender(api)

    status, _ = await api.refused("PATCH", f"/senders/{sender.id}", body)

    assert status == 400


@pytest.mark.parametrize(("limit", "count"), [(50, 0), (100, 0), (101, 1), (0, 1)])
async def test_a_limit_that_harms_the_mailbox_is_warned_of(
    api: Caller, limit: int, count: int
) -> None:
    sender = await a_sender(api)

    found = await api.call("PATCH", f"/senders/{sender.id}", {"limitPerDay": limit})

    assert len(found["warnings"]) == count


async def test_a_pause_for_good_is_shown_and_can_be_lifted(api: Caller) -> None:
    reply = "535 5.7.8 wrong password"
    sender = await paused(api, PausedFor.AUTH, None, reply)

    before = await api.call("GET", f"/senders/{sender.id}")
    lifted = await api.call("POST", f"/senders/{sender.id}/lift")

    since = "2026-03-10T09:00:00.000Z"
    told = before["paused"].pop("whatToDo")
    assert before["paused"] == {"for": "auth", "reply": reply, "since": since, "until": None}
    assert f"pomelo sender set {sender.email} --password" in told
    assert before["nextSendAt"] is None
    assert lifted["paused"] is None
    assert lifted["nextSendAt"] is not None


async def test_a_new_password_ends_a_pause_for_a_refused_log_in(api: Caller) -> None:
    sender = await paused(api, PausedFor.AUTH, None)
    body = {"smtpLogin": "jared", "smtpPassword": "new"}

    found = await api.call("PATCH", f"/senders/{sender.id}", body)

    async with api.database.transaction() as db:
        smtp = await senders.get_smtp(db, api.team.id, sender.id, make.VAULT)
    assert (smtp.login, smtp.password) == ("jared", "new")
    assert found["smtp"]["login"] == "jared"
    assert found["paused"] is None


async def test_a_new_password_ends_no_other_pause(api: Caller) -> None:
    sender = await paused(api, PausedFor.BLOCK, None)

    found = await api.call("PATCH", f"/senders/{sender.id}", {"smtpPassword": "new"})

    assert found["paused"]["for"] == "block"


async def test_what_was_sent_counts_and_a_full_day_says_when_it_goes_on(
    database: Database,
) -> None:
    now = Clock().now()
    office = PostOffice(database, now)
    await office.open(limit=2)
    for name in ("richard", "gavin", "monica"):
        await office.add(f"{name}@hooli.test")
    await office.work()
    async with database.transaction() as db:
        owner = (await teams.list_users(db, office.team.id))[0]

    async with client.calling(database, office.team, owner, now) as api:
        (found,) = await api.call("GET", "/senders")
        full = found["nextSendAt"]
        found = await api.call("PATCH", f"/senders/{found['_id']}", {"limitPerDay": 3})
    await office.close()

    assert found["sentIn24Hours"] == 2
    assert moment(now + 23 * HOUR) < full <= moment(now + 25 * HOUR)
    assert found["nextSendAt"] < moment(now + HOUR)


@pytest.mark.parametrize(
    ("may_send", "frees", "expected"),
    [
        (-HOUR, None, 0 * HOUR),
        (HOUR, None, HOUR),
        (-HOUR, 2 * HOUR, 2 * HOUR),
        (3 * HOUR, 2 * HOUR, 3 * HOUR),
        (-HOUR, -2 * HOUR, 0 * HOUR),
    ],
)
async def test_the_latest_of_gap_limit_and_health_says_when(
    api: Caller, may_send: timedelta, frees: timedelta | None, expected: timedelta
) -> None:
    sender = structs.replace(await a_sender(api), may_send_at=make.NOW + may_send)
    full = None if frees is None else Quota(api.team.id, sender.id, 50, make.NOW + frees)

    assert next_send_at(sender, full, make.NOW) == make.NOW + expected


async def test_who_may_never_send_has_no_next_time(api: Caller) -> None:
    sender = structs.replace(await a_sender(api), may_send_at=NEVER)

    assert next_send_at(sender, None, make.NOW) is None


async def test_senders_that_do_not_send_are_counted_and_say_what_ends_it(api: Caller) -> None:
    await paused(api, PausedFor.BOUNCES, None, "12 of its last 100 mails bounced for good")
    async with api.database.transaction() as db:
        braked = await make.sender(db, api.team.id, "dinesh@piedpiper.example")
        await senders.stop_new_leads(db, api.team.id, braked.id, now=make.NOW)

    shown = {one["email"]: one for one in await api.call("GET", "/senders")}
    measured = (await api.http.get("/metrics")).text

    assert "addresses are not certain" in shown["jared@piedpiper.example"]["paused"]["whatToDo"]
    assert shown[braked.email]["newLeadsStoppedAt"] == "2026-03-10T09:00:00.000Z"
    assert "goes on by itself" in shown[braked.email]["warnings"][0]
    assert 'pomelo_senders_paused{reason="bounces"} 1.0' in measured
    assert 'pomelo_senders_paused{reason="new_leads"} 1.0' in measured
    assert 'pomelo_senders_paused{reason="auth"} 0.0' in measured
