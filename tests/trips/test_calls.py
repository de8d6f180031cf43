"""Steps that call another system: at least once, and known again by one key."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from pomelo import activities, campaigns, sequences
from pomelo.activities import Filter
from pomelo.leads import ActivityType, LeadState, WaitsFor
from pomelo.sequences import Step, StepChanges, StepType
from tests import make
from tests.hooks.receiver import Receiver, receiving, status
from tests.trips.conftest import Open
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
BODY = '{"name": "{{firstName}}", "of": "{{companyName | default: "nobody"}}"}'


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


async def call(office: PostOffice, url: str, **more: Any) -> Step:
    """Put a call after the first mail, and a mail after the call."""
    fields = {"method": "POST", "url": url, "message": BODY, **more}
    async with office.database.transaction() as db:
        await campaigns.pause(db, office.team.id, office.campaign.id)
        step = await make.other_step(
            db, office.campaign, StepType.API, delay_days=0, delay_minutes=5, **fields
        )
        last: dict[str, Any] = {"subject": "last", "message": "<p>last</p>"}
        await make.other_step(db, office.campaign, StepType.EMAIL, delay_days=0, **last)
        await sequences.start_campaign(
            db, office.team.id, office.campaign.id, now=office.clock.now()
        )
    return step


async def told(office: PostOffice, kind: ActivityType) -> list[dict[str, Any]]:
    async with office.database.transaction() as db:
        found = await activities.list_page(
            db, office.team.id, Filter(types=(kind,)), offset=0, limit=10
        )
    return [one.extra for one in found]


async def test_what_comes_after_a_call_is_not_late(office: Open, receiver: Receiver) -> None:
    post = await office()
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)
        call: dict[str, Any] = {"method": "POST", "url": receiver.url}
        await make.other_step(db, post.campaign, StepType.API, delay_days=0, **call)
        await make.other_step(db, post.campaign, StepType.MANUAL, delay_days=0, title="Ring")
        await sequences.start_campaign(db, post.team.id, post.campaign.id, now=post.clock.now())
    lead = await post.add(RICHARD)

    await post.work()

    assert (await post.lead(lead.id)).waits_for is WaitsFor.TASK


async def test_a_call_says_what_the_lead_is_and_the_sequence_goes_on(
    office: Open, receiver: Receiver
) -> None:
    post = await office()
    step = await call(post, f"{receiver.url}/{{{{firstName}}}}")
    lead = await post.add(RICHARD, {"firstName": 'Rich "R/H" Ω'})

    await post.work()
    early = len(receiver.told)
    post.clock.forward(timedelta(minutes=5))
    await post.work()

    (heard,) = receiver.told
    assert early == 0
    assert heard.path.endswith("/Rich%20%22R%2FH%22%20%CE%A9")
    assert json.loads(heard.body) == {"name": 'Rich "R/H" Ω', "of": "nobody"}
    assert heard.headers["idempotency-key"] == f"{step.id}-{lead.id}"
    assert await told(post, ActivityType.API_DONE) == [{"status": 200}]
    assert len(post.mails(RICHARD)) == 2


async def test_a_call_that_fails_is_tried_again_with_the_same_key(
    office: Open, receiver: Receiver
) -> None:
    post = await office()
    receiver.answer = lambda _: status(503)
    await call(post, receiver.url)
    await post.add(RICHARD)
    await post.work()
    post.clock.forward(timedelta(minutes=5))
    await post.work()

    receiver.answer = lambda _: status(204)
    post.clock.forward(timedelta(minutes=1))
    await post.work()

    keys = [one.headers["idempotency-key"] for one in receiver.told]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len(post.mails(RICHARD)) == 2


async def test_a_call_that_is_refused_ends_the_sequence_until_the_step_is_mended(
    office: Open, receiver: Receiver
) -> None:
    post = await office()
    receiver.answer = lambda _: status(404)
    step = await call(post, receiver.url)
    lead = await post.add(RICHARD)
    await post.work()
    post.clock.forward(timedelta(minutes=5))
    await post.work()
    failed = await post.lead(lead.id)

    receiver.answer = lambda _: status(200)
    async with post.database.transaction() as db:
        changes = StepChanges({"message": "{}"})
        now = post.clock.now()
        await sequences.change_step(db, post.team.id, step.sequence_id, step.id, changes, now=now)
        await activities.mend_campaign(db, post.team.id, post.campaign.id, now=now)
    await post.work()

    assert (failed.state, failed.stopped_by) == (LeadState.EMAILS_BOUNCED, "apiFailed")
    assert await told(post, ActivityType.API_FAILED) == [
        {"errorMessage": "The other system answered 404."}
    ]
    assert len(post.mails(RICHARD)) == 2


async def test_a_day_of_failures_is_the_end(office: Open, receiver: Receiver) -> None:
    post = await office()
    receiver.answer = lambda _: status(500)
    await call(post, receiver.url)
    lead = await post.add(RICHARD)
    await post.work()

    for _ in range(60):
        post.clock.forward(timedelta(minutes=30))
        await post.work()

    assert len(receiver.told) == 7
    assert (await post.lead(lead.id)).stopped_by == "apiFailed"


async def test_a_call_that_cannot_be_written_fails_that_lead_only(
    office: Open, receiver: Receiver
) -> None:
    post = await office()
    await call(post, receiver.url, message="{{colour}}")
    lead = await post.add(RICHARD)
    other = await post.add("monica@piedpiper.com", {"firstName": "Monica", "colour": "red"})
    await post.work()
    post.clock.forward(timedelta(minutes=5))
    await post.work()

    assert (await post.lead(lead.id)).stopped_by == "apiFailed"
    assert (await post.lead(other.id)).stopped_by is None
    (why,) = await told(post, ActivityType.API_FAILED)
    assert "colour has no value" in why["errorMessage"]
    assert [one.body for one in receiver.told] == [b"red"]


async def test_a_header_may_hold_any_name(office: Open, receiver: Receiver) -> None:
    post = await office()
    await call(post, receiver.url, headers={"X-Name": "{{firstName}}"})
    await post.add(RICHARD, {"firstName": "Zoë\x01 😀 Łukasz"})
    await post.work()
    post.clock.forward(timedelta(minutes=5))
    await post.work()

    (heard,) = receiver.told
    assert heard.headers["x-name"].encode("latin-1").decode() == "Zoë 😀 Łukasz"


async def test_an_address_that_cannot_be_called_fails_the_lead_at_once(
    office: Open, receiver: Receiver
) -> None:
    post = await office()
    await call(post, f"{receiver.url}?q={{{{pitch}}}}")
    lead = await post.add(RICHARD, {"firstName": "Richard", "pitch": "x" * 90_000})
    await post.work()
    post.clock.forward(timedelta(minutes=5))
    await post.work()

    assert (await post.lead(lead.id)).stopped_by == "apiFailed"
    (why,) = await told(post, ActivityType.API_FAILED)
    assert why["errorMessage"] == "The other system could not be reached (invalid)."


async def test_what_is_no_public_system_is_not_called(office: Open) -> None:
    post = await office()
    await call(post, "http://169.254.169.254/latest")
    lead = await post.add(RICHARD)
    await post.work()
    post.clock.forward(timedelta(minutes=5))
    await post.work()

    assert (await post.lead(lead.id)).stopped_by == "apiFailed"
    (why,) = await told(post, ActivityType.API_FAILED)
    assert why["errorMessage"] == "The other system could not be reached (refused)."
