"""A pixel, a link, an unsubscribe link: fetched from a mail that was really sent."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.message import EmailMessage

import httpx
import pytest

from pomelo import activities
from pomelo.api.call import AppState
from pomelo.api.tracking import Tracker
from pomelo.app import build
from pomelo.base.db import Database
from pomelo.leads import LeadState
from tests.wire import PostOffice

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
MESSAGE = '<p>Hi <a href="https://piedpiper.com/demo?x=1&amp;y=2">see it</a></p>'


class Town(PostOffice):
    """A post office with the web server that its mails link to."""

    http: httpx.AsyncClient
    tracker: Tracker

    async def open_all(self) -> None:
        await self.open(("Hello", MESSAGE), ("", "<p>Again</p>"))
        self.tracker = Tracker(self.database, self.desk.signer)
        state = AppState(
            self.database, self.clock, "http://track.test", parts={Tracker: self.tracker}
        )
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=build(state, rate_limit=1)), headers=BROWSER
        )

    async def link(self, kind: str, address: str = "richard@piedpiper.com") -> str:
        mail: EmailMessage = self.mails(address)[-1]
        page = mail.get_body(("html",))
        assert page is not None
        found = re.search(rf"http://track\.test/t/{kind}/[\w-]+", page.get_content())
        assert found is not None
        return found.group()

    async def kinds(self) -> list[tuple[str, bool]]:
        await self.tracker.drain()
        async with self.database.transaction() as db:
            rows = await db.fetch(
                "SELECT type, is_bot FROM activities WHERE type <> 'emailsSent'"
                " ORDER BY created_at, id"
            )
        return [(row[0], row[1]) for row in rows]


@pytest.fixture
async def town(database: Database, now: datetime) -> AsyncIterator[Town]:
    made = Town(database, now)
    await made.open_all()
    yield made
    await made.tracker.drain()
    await made.http.aclose()
    await made.close()


async def test_an_open_makes_a_lead_hooked(town: Town) -> None:
    lead = await town.add("richard@piedpiper.com")
    await town.work()
    town.clock.forward(timedelta(minutes=3))

    answer = await town.http.get(await town.link("o"))

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert answer.headers["cache-control"] == "no-store"
    assert await town.kinds() == [("emailsOpened", False)]
    assert (await town.lead(lead.id)).state is LeadState.HOOKED


async def test_a_click_leads_where_the_mail_led_and_makes_a_lead_attracted(town: Town) -> None:
    lead = await town.add("richard@piedpiper.com")
    await town.work()
    town.clock.forward(timedelta(minutes=3))

    answer = await town.http.get(await town.link("c"))

    assert answer.status_code == 302
    assert answer.headers["location"] == "https://piedpiper.com/demo?x=1&y=2"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert await town.kinds() == [("emailsClicked", False)]
    assert (await town.lead(lead.id)).state is LeadState.ATTRACTED


async def test_machines_are_kept_as_such_and_move_nobody(town: Town) -> None:
    lead = await town.add("richard@piedpiper.com")
    await town.work()
    town.clock.forward(timedelta(minutes=3))
    pixel, link = await town.link("o"), await town.link("c")

    await town.http.head(pixel)
    await town.http.get(pixel, headers={"user-agent": "Mozilla/5.0"})
    await town.http.head(link)
    await town.http.get(link, headers={"user-agent": "Barracuda"})

    assert [is_bot for _, is_bot in await town.kinds()] == [True, True, True]
    assert (await town.lead(lead.id)).state is LeadState.CONTACTED


async def test_who_looks_at_the_unsubscribe_page_and_clicks_at_once_is_a_machine(
    town: Town,
) -> None:
    lead = await town.add("richard@piedpiper.com")
    await town.work()
    town.clock.forward(timedelta(minutes=3))
    await town.http.get(await town.link("c"))
    assert await town.kinds() == [("emailsClicked", False)]

    town.clock.forward(timedelta(seconds=2))
    await town.http.get(await town.link("u"))

    await town.tracker.drain()
    async with town.database.transaction() as db:
        asked = activities.Filter(lead=lead.id, is_bot=True)
        (click,) = await activities.list_page(db, town.team.id, asked, offset=0, limit=9)
    assert (click.is_bot, click.extra["reason"]) == (True, "unsub_and_click")
    assert (await town.lead(lead.id)).state is LeadState.CONTACTED


async def test_a_forged_token_gets_the_picture_or_a_page_and_nothing_else(town: Town) -> None:
    await town.add("richard@piedpiper.com")
    await town.work()
    pixel, link = await town.link("o"), await town.link("c")
    forged = link[:-1] + ("A" if link[-1] != "A" else "B")

    assert (await town.http.get(pixel[:-1] + "!")).status_code == 200
    answer = await town.http.get(forged)
    swapped = await town.http.get(pixel.replace("/t/o/", "/t/c/"))

    for refused in (answer, swapped):
        assert refused.status_code == 404
        assert "location" not in refused.headers
    assert await town.kinds() == []


async def test_looking_never_unsubscribes(town: Town) -> None:
    lead = await town.add("richard@piedpiper.com")
    await town.work()
    link = await town.link("u")

    for _ in range(10):
        page = await town.http.get(link, headers={"sec-purpose": "prefetch"})
        await town.http.head(link)

    assert "<button" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert (await town.lead(lead.id)).state is LeadState.CONTACTED


async def test_one_click_unsubscribes_everywhere_at_once_and_is_never_refused(town: Town) -> None:
    lead = await town.add("richard@piedpiper.com")
    await town.work()
    link = await town.link("u")

    answers = [
        await town.http.post(link, data={"List-Unsubscribe": "One-Click"}) for _ in range(30)
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert "set-cookie" not in answers[0].headers
    assert (await town.lead(lead.id)).state is LeadState.EMAILS_UNSUBSCRIBED
    assert await town.kinds() == [("emailsUnsubscribed", False)]
    town.clock.forward(timedelta(days=2))
    await town.work()
    assert len(town.sink.mails) == 1


async def test_links_of_a_removed_lead_still_lead_on_and_unsubscribe(town: Town) -> None:
    lead = await town.add("richard@piedpiper.com")
    await town.work()
    link, bye = await town.link("c"), await town.link("u")
    async with town.database.transaction() as db:
        await activities.remove(db, town.team.id, lead.id)

    assert (await town.http.get(link)).headers["location"].startswith("https://piedpiper.com/demo")
    assert (await town.http.post(bye)).status_code == 200
    assert (await town.add("richard@piedpiper.com")).state is LeadState.EMAILS_UNSUBSCRIBED


async def test_many_hits_at_once_are_all_recorded(town: Town) -> None:
    await town.add("richard@piedpiper.com")
    await town.work()
    town.clock.forward(timedelta(minutes=3))
    pixel = await town.link("o")

    await asyncio.gather(*(town.http.get(pixel) for _ in range(50)))

    assert len(await town.kinds()) == 50
    async with town.database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM activities WHERE is_first") == 2
