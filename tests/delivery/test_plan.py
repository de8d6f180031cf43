"""How much a sender may carry: limit, gap, hours, and a fair share for each campaign."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec
import pytest
from msgspec import structs

from pomelo.base.ids import CampaignId, SenderId, StepId, TeamId, UserId
from pomelo.campaigns import ReadyRow
from pomelo.delivery.model import Facts
from pomelo.delivery.plan import (
    BATCH,
    Shift,
    gap,
    is_tight,
    keep_share,
    next_due,
    plan,
    rest,
    wants,
)
from pomelo.delivery.plan import served as served_after
from pomelo.schedules import Window
from pomelo.senders import Replies, Sender, TlsMode
from pomelo.sequences import Spot, StepType
from tests.delivery.test_gate import DUE

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ALWAYS = Window("UTC", time(0), time(0), frozenset(range(1, 8)))
NIGHT = Window("UTC", time(20), time(22), frozenset(range(1, 8)))
WEEKDAYS = Window("Europe/Paris", time(9), time(18), frozenset(range(1, 6)))


def sender(**changes: Any) -> Sender:
    made = Sender(
        team_id=TeamId("tea"),
        id=SenderId("usm"),
        user_id=UserId("usr"),
        email="jared@piedpiper.example",
        address_key="jared@piedpiper.example",
        name="",
        signature="",
        smtp_host="127.0.0.1",
        smtp_port=25,
        smtp_tls=TlsMode.NONE,
        smtp_login="",
        dkim_selector="",
        imap_host="",
        imap_port=None,
        imap_tls=None,
        imap_login="",
        replies=Replies.PIPE,
        replies_read_at=None,
        sent_folder="",
        junk_folder="",
        limit_per_day=50,
        gap_seconds=0,
        gap_jitter_seconds=0,
        domain_gap_seconds=0,
        may_send_at=NOW,
        next_at=NOW,
        paused_for=None,
        paused_reply="",
        paused_at=None,
        failed_connects=0,
        created_at=NOW,
    )
    return msgspec.structs.replace(made, **changes)


def row(name: str, *windows: Window, wait: int = 0) -> ReadyRow:
    return ReadyRow(TeamId("tea"), CampaignId(name), SenderId("usm"), wait, windows or (ALWAYS,))


def test_the_limit_leaves_what_is_left_of_it() -> None:
    shift = plan(sender(limit_per_day=50), [row("a")], sent=47, frees_at=None, now=NOW)

    assert [want.amount for want in wants(shift)] == [3]


def test_a_full_day_waits_until_its_oldest_mail_is_a_day_old() -> None:
    frees_at = NOW + timedelta(hours=3)

    shift = plan(sender(limit_per_day=5), [row("a")], sent=5, frees_at=frees_at, now=NOW)

    assert wants(shift) == []
    assert shift.full_until == frees_at


def test_without_a_limit_a_batch_is_what_a_session_takes() -> None:
    shift = plan(sender(limit_per_day=0), [row("a")], sent=0, frees_at=None, now=NOW)

    assert [want.amount for want in wants(shift)] == [BATCH]


def test_a_gap_of_the_sender_allows_one_mail() -> None:
    shift = plan(sender(gap_seconds=60), [row("a"), row("b")], sent=0, frees_at=None, now=NOW)

    assert [(w.campaign_id, w.amount) for w in wants(shift)] == [("a", 1)]


def test_a_wait_of_one_campaign_holds_only_that_campaign() -> None:
    rows = [row("a", wait=1200), row("b")]

    shift = plan(sender(limit_per_day=0), rows, sent=0, frees_at=None, now=NOW)

    assert [want.amount for want in wants(shift)] == [1, BATCH // 2]


def test_the_stricter_of_gap_and_wait_wins() -> None:
    shift = plan(
        sender(gap_seconds=60), [row("a", wait=1200), row("b")], sent=0, frees_at=None, now=NOW
    )

    assert gap(shift, CampaignId("a")) == timedelta(seconds=1200)
    assert gap(shift, CampaignId("b")) == timedelta(seconds=60)


def test_a_campaign_outside_its_hours_is_left_until_they_open() -> None:
    shift = plan(sender(), [row("a", NIGHT), row("b")], sent=0, frees_at=None, now=NOW)

    assert [want.campaign_id for want in wants(shift)] == ["b"]
    assert [(r.campaign_id, at) for r, at in shift.closed] == [("a", NOW.replace(hour=20))]


def test_few_mails_are_shared_by_the_campaigns_that_waited_longest() -> None:
    rows = [row("a"), row("b"), row("c")]

    shift = plan(sender(limit_per_day=2), rows, sent=0, frees_at=None, now=NOW)

    assert [(w.campaign_id, w.amount) for w in wants(shift)] == [("a", 1), ("b", 1)]


def test_a_delay_counts_the_campaigns_own_weekdays() -> None:
    friday = datetime(2026, 3, 13, 9, 30, tzinfo=UTC)
    shift = plan(sender(), [row("a", WEEKDAYS)], sent=0, frees_at=None, now=friday)

    assert next_due(shift, due("a", coming(1)), friday) == datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


def due(campaign: str, following: Spot | None, *hours: Window) -> Facts:
    where = CampaignId(campaign)
    return structs.replace(DUE, campaign_id=where, next=following, hours=hours)


def test_a_delay_counts_on_the_leads_own_clocks_where_it_has_hours_of_its_own() -> None:
    late = datetime(2026, 3, 13, 20, 0, tzinfo=UTC)  # Saturday in Tokyo
    tokyo = structs.replace(WEEKDAYS, timezone="Asia/Tokyo")
    shift = plan(sender(), [row("a", WEEKDAYS)], sent=0, frees_at=None, now=late)

    at = next_due(shift, due("a", coming(1), tokyo), late)

    assert at == datetime(2026, 3, 15, 20, 0, tzinfo=UTC)


def coming(days: int) -> Spot:
    return Spot(StepId("stp"), StepType.EMAIL, None, 1, StepId("before"), days, 0, 1)


def test_after_the_last_step_nothing_is_due() -> None:
    shift = plan(sender(), [row("a")], sent=0, frees_at=None, now=NOW)

    assert next_due(shift, due("a", None), NOW) is None


def full(sent: int, *, limit: int = 10, percent: int = 20, **changes: Any) -> Shift:
    by = sender(limit_per_day=limit, **changes)
    rows = [row("a"), row("b"), row("c", NIGHT)]
    return plan(by, rows, sent=sent, frees_at=None, percent=percent, now=NOW)


def test_only_a_day_that_is_nearly_full_is_tight() -> None:
    assert not is_tight(full(0, limit=100))
    assert is_tight(full(0))
    assert not is_tight(full(0, percent=0))
    assert not is_tight(full(10))
    assert not is_tight(full(5, new_leads_stopped_at=NOW))


@pytest.mark.parametrize(
    ("limit", "percent", "sent", "begun", "own"),
    [
        (10, 20, 0, 0, 8),
        (10, 20, 5, 1, 4),
        (10, 20, 8, 0, 0),
        (10, 20, 8, 2, 2),
        (10, 100, 0, 0, 0),
        (7, 20, 0, 0, 5),
        (2, 20, 0, 0, 1),
        (1, 20, 0, 0, 1),
        (1, 100, 0, 0, 0),
    ],
)
def test_follow_ups_leave_new_leads_what_they_have_not_had(
    limit: int, percent: int, sent: int, begun: int, own: int
) -> None:
    day = full(sent, limit=limit, percent=percent)
    shift = keep_share(day, begun=begun, awaited={CampaignId("b")})

    assert sum(want.amount for want in wants(shift) if want.takes_own) == own
    if not own:
        assert [want.campaign_id for want in wants(shift)] == ["b"]


def test_who_waits_where_it_is_night_keeps_nothing() -> None:
    shift = full(9)

    assert keep_share(shift, begun=0, awaited={CampaignId("c")}) == shift


def turns(amount: int, *weights: int, served: tuple[float, ...] = ()) -> str:
    """Give whose turn it was, one mail after the other, in campaigns a, b, … of these weights."""
    rows = [
        msgspec.structs.replace(row(name), weight=weight, served=had)
        for name, weight, had in zip(
            "abcdefgh", weights, served or (0.0,) * len(weights), strict=False
        )
    ]
    said = ""
    for _ in range(amount):
        shift = plan(sender(gap_seconds=60), rows, sent=0, frees_at=None, now=NOW)
        (one,) = wants(shift)
        said += one.campaign_id
        rows = [
            msgspec.structs.replace(each, served=served_after(shift, each.campaign_id) or 0)
            if each.campaign_id == one.campaign_id
            else each
            for each in rows
        ]
    return said


def test_campaigns_of_the_same_weight_take_turns() -> None:
    assert turns(6, 1, 1, 1) == "abcabc"


def test_a_campaign_of_twice_the_weight_has_two_turns_for_one() -> None:
    said = turns(30, 1, 2)

    assert (said.count("a"), said.count("b")) == (10, 20)
    assert "bbb" not in said


def test_who_had_nothing_to_send_for_long_does_not_get_all_turns() -> None:
    said = turns(10, 1, 1, served=(100.0, 3.0))

    assert "bbb" not in said
    assert said.count("b") <= 6


def test_a_batch_is_shared_by_weight() -> None:
    rows = [msgspec.structs.replace(row("a"), weight=4), row("b")]

    shift = plan(sender(limit_per_day=0), rows, sent=0, frees_at=None, now=NOW)

    assert [want.amount for want in wants(shift)] == [40, 10]


def test_a_gap_is_never_shorter_than_it_says_and_varies_up_to_its_jitter() -> None:
    rests = {rest(sender(gap_seconds=60, gap_jitter_seconds=30)).seconds for _ in range(500)}

    assert min(rests) >= 60
    assert max(rests) <= 90
    assert len(rests) > 5
    assert rest(sender(gap_seconds=60)) == timedelta(seconds=60)
