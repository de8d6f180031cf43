"""A test of a step: the mail that the lead would get, and nothing moves by it."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import httpx
import pytest

from pomelo import activities, campaigns, delivery, sequences
from pomelo.api.call import AppState
from pomelo.api.tracking import Tracker
from pomelo.app import build
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.base.ids import MessageId
from pomelo.delivery import (
    AddressBounced,
    AddressUnsubscribed,
    CampaignWithoutSender,
    Singles,
    StepTest,
)
from pomelo.demo.sink import Act, Script, Stage
from pomelo.sequences import VariableMissing
from pomelo.unsubscribes import Source
from tests.answering import PEN, RICHARD, Answering

ME = "me@piedpiper.example"
STEPS = (
    ("Hello {{firstName}}", '<p>Hi {{firstName}}, <a href="https://pied.example/x">see</a></p>'),
    ("", "<p>Again, {{firstName}}</p>"),
    ("", "<p>And {{colour}}</p>"),
)
TO = re.compile(rb"^To: [^\r]+", re.MULTILINE)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def office(database: Database, now: datetime) -> AsyncIterator[Answering]:
    made = Answering(database, now)
    await made.open(*STEPS)
    made.singles = Singles(made.desk)
    made.richard = await made.add(RICHARD)
    yield made
    await made.close()


async def try_step(office: Answering, position: int = 0, address: str = ME) -> MessageId:
    async with office.database.transaction() as db:
        steps = await sequences.list_steps(db, office.team.id, office.campaign.id)
        wish = StepTest(
            office.campaign.id, steps[position].id, office.richard.id, addresses.parse(address)
        )
        return await delivery.send_test(db, PEN, office.team.id, wish, now=office.clock.now())


def to(raw: bytes) -> bytes:
    found = TO.search(raw)
    assert found is not None
    return found[0]


def bare(raw: bytes) -> bytes:
    """Take out of a mail what no two share: whom it goes to, tokens, and the boundary's id."""
    joined = TO.sub(b"", raw).replace(b"=\r\n", b"")
    return re.sub(rb"(?<=[/<: ])[\w-]{40}|=_msg_\w{17}", b"*", joined)


async def test_it_is_the_mail_that_the_lead_gets_but_for_to_and_a_mark(office: Answering) -> None:
    await try_step(office)
    await office.carry()
    await office.work()

    (tried,), (real,) = (
        [mail.raw for mail in office.sink.mails if mail.recipients == (one,)]
        for one in (ME, RICHARD)
    )
    marked = f"X-Pomelo-Test: {RICHARD}\r\n".encode()
    assert marked in tried
    assert to(tried.replace(marked, b"")) == f"To: {ME}".encode()
    assert to(real) == f'To: "Richard" <{RICHARD}>'.encode()
    assert bare(tried.replace(marked, b"")) == bare(real)


async def test_nothing_moves_by_it(office: Answering) -> None:
    before = await office.places()

    message = await try_step(office, 1)
    await office.carry()

    assert [mail["Subject"] for mail in office.mails(ME)] == ["Re: Hello Richard"]
    assert await office.standing(message) == "sent"
    assert await office.places() == before
    assert await office.types() == []


async def test_a_follow_up_is_tried_in_the_thread_that_there_is(office: Answering) -> None:
    await office.work()

    await try_step(office, 1)
    await office.carry()

    assert office.mails(ME)[0]["In-Reply-To"] == office.mails(RICHARD)[0]["Message-ID"]


async def test_who_fetches_its_links_changes_nothing_for_the_lead(office: Answering) -> None:
    await try_step(office)
    await office.carry()
    office.clock.forward(timedelta(minutes=3))
    page = office.mails(ME)[0].get_body(("html",))
    assert page is not None
    links = dict(re.findall(r"http://track\.test(/t/(?:(\w))/[\w-]+)", page.get_content()))
    paths = {kind: path for path, kind in links.items()}
    tracker = Tracker(office.database, office.desk.signer)
    state = AppState(office.database, office.clock, "http://track.test", parts={Tracker: tracker})
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=build(state, rate_limit=0)),
        base_url="http://track.test",
        headers={"user-agent": BROWSER},
    ) as http:
        await http.get(paths["o"])
        clicked = await http.get(paths["c"])
        left = await http.post(paths["u"])
        await tracker.drain()

    assert clicked.headers["location"] == "https://pied.example/x"
    assert left.status_code == 200
    assert await office.types() == []
    async with office.database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM unsubscribes") == 0


async def test_it_may_be_tried_again_and_is_repeated_when_in_doubt(office: Answering) -> None:
    office.script[ME] = Script(Stage.DOT, Act.DROP, times=1)

    await try_step(office)
    await try_step(office)
    await office.carry()
    office.clock.forward(timedelta(hours=1))
    await office.carry()

    assert len(office.mails(ME)) == 3
    assert await office.states() == {"sent": 2}


async def test_what_cannot_be_written_is_said_at_once(office: Answering) -> None:
    with pytest.raises(VariableMissing, match="colour"):
        await try_step(office, 2)


async def test_without_a_sender_nobody_writes(office: Answering) -> None:
    async with office.database.transaction() as db:
        await campaigns.pause(db, office.team.id, office.campaign.id)
        await campaigns.set_senders(
            db, office.team.id, office.campaign.id, [], now=office.clock.now()
        )

    with pytest.raises(CampaignWithoutSender):
        await try_step(office)


async def test_an_address_that_does_not_exist_is_not_written_to(office: Answering) -> None:
    office.script[ME] = Script(Stage.RCPT, reply="550 5.1.1 no such user")
    message = await try_step(office)
    await office.carry()
    async with office.database.transaction() as db:
        await db.execute(
            "INSERT INTO unsubscribes (team_id, id, value, key, source, created_at)"
            " VALUES ($1, 'uns_1', $2, $2, 'bounced', now())", office.team.id, ME,
        )  # fmt: skip

    assert await office.standing(message) == "refused"
    with pytest.raises(AddressBounced):
        await try_step(office)


async def test_who_has_unsubscribed_gets_no_test_either(office: Answering) -> None:
    async with office.database.transaction() as db:
        await activities.unsubscribe(
            db, office.team.id, [addresses.parse(ME)], source=Source.USER, now=office.clock.now()
        )

    with pytest.raises(AddressUnsubscribed):
        await try_step(office)


async def test_two_workers_send_each_mail_once(office: Answering) -> None:
    for _ in range(10):
        await try_step(office)
    other = Singles(office.desk)

    while await office.singles.work_once() | await other.work_once():
        pass
    await office.carry()
    await office.carry(other)
    await other.finish()

    ids = [mail["Message-ID"] for mail in office.mails(ME)]
    assert len(ids) == len(set(ids)) == 10
