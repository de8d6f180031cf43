"""Questions to a real name server: answers, none, and nobody there."""

import asyncio

import pytest

from pomelo.inbound import Level
from pomelo.inbound.published import NoName, ask_names, names
from pomelo.inbound.published.domain import examine_domain
from tests.inbound.nameserver import naming

HOME = "piedpiper.com"
ZONE = {
    (HOME, "MX"): ("20 mx2.host.test.", "10 MX1.host.test."),
    (HOME, "TXT"): ('"v=spf1 include:" "host.test -all"', '"other"'),
    ("host.test", "TXT"): ('"v=spf1 ip4:192.0.2.1 -all"',),
    ("_dmarc.piedpiper.com", "TXT"): ('"v=DMARC1; p=reject"',),
    ("hostile.com", "TXT"): (r'"v=spf1 \027[31m\000"',),
    ("silent.com", "TXT"): ("SILENT",),
    ("broken.com", "TXT"): ("FAIL",),
}


async def test_texts_are_joined_and_exchangers_come_in_order() -> None:
    async with naming(ZONE) as (ask, _):
        texts = await ask(HOME, "TXT")
        exchangers = await ask(HOME, "MX")

    assert texts is not None
    assert set(texts) == {"v=spf1 include:host.test -all", "other"}
    assert exchangers == ("10 mx1.host.test.", "20 mx2.host.test.")


async def test_nothing_there_is_an_answer_and_nobody_there_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(names, "ASK_SECONDS", 0.3)
    async with naming(ZONE) as (ask, _):
        no_name = await ask("nowhere.com", "TXT")
        no_record = await ask("host.test", "MX")
        broken = await ask("broken.com", "TXT")
        silent = await ask("silent.com", "TXT")
        too_long = await ask(f"{'a' * 70}.com", "TXT")

    assert (no_name, no_record) == ((), ())
    assert (isinstance(no_name, NoName), isinstance(no_record, NoName)) == (True, False)
    assert (broken, silent, too_long) == (None, None, None)
    assert await ask_names(HOME, "TXT", nameserver="127.0.0.1", port=1) is None


async def test_what_strangers_publish_is_made_fit_to_be_shown() -> None:
    async with naming(ZONE) as (ask, _):
        assert await ask("hostile.com", "TXT") == ("v=spf1 ?[31m?",)


async def test_a_domain_is_asked_about_at_once_and_its_record_followed() -> None:
    async with naming(ZONE) as (ask, server):
        found = await examine_domain(HOME, ask)

    assert [one.level for one in found] == [Level.PASS] * 3
    assert "1 of 10" in found[1].text
    assert ("host.test", "TXT") in server.asked


async def test_a_domain_without_dns_is_said_to_be_so_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(names, "ASK_SECONDS", 0.2)
    zone = {(HOME, "MX"): ("SILENT",), (HOME, "TXT"): ("SILENT",)}
    zone |= {("_dmarc.piedpiper.com", "TXT"): ("SILENT",)}
    async with naming(zone) as (ask, _), asyncio.timeout(3):
        found = await examine_domain(HOME, ask)

    assert [one.level for one in found] == [Level.WARN] * 3
    assert all(one.text.startswith("Could not ask DNS") for one in found)


async def test_a_reserved_domain_is_not_asked_about() -> None:
    async with naming(ZONE) as (ask, server):
        found = await examine_domain("piedpiper.test", ask)

    assert [one.level for one in found] == [Level.WARN] * 3
    assert server.asked == []


async def test_of_a_domain_that_does_not_exist_nothing_else_is_said() -> None:
    async with naming(ZONE) as (ask, _):
        (found,) = await examine_domain("nowhere.com", ask)

    assert (found.level, found.text) == (Level.FAIL, "nowhere.com does not exist in DNS.")
    assert "spelling" in found.what_to_do
