"""`pomelo sender check` and the doctor's word on senders, against a mail host of this machine."""

from collections.abc import AsyncIterator

import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.senders import PausedFor, Sender
from tests import make
from tests.cli.conftest import Pomelo
from tests.inbound.mailhost import ADDRESS, PASSWORD, MailHost, hosting

JARED = ADDRESS.replace(".com", ".test")  # of which no name system is asked


@pytest.fixture
async def host() -> AsyncIterator[MailHost]:
    async with hosting(MailHost(keeps_sent=True)) as one:
        yield one


@pytest.fixture(autouse=True)
async def team(pomelo: Pomelo) -> None:
    await pomelo("team", "create", "Pied Piper")


async def add(pomelo: Pomelo, host: MailHost) -> None:
    host.mailboxes.add(JARED, PASSWORD)
    said = await pomelo(
        *("sender", "add", JARED, "--host", "127.0.0.1", "--port", str(host.smtp_port)),
        *("--imap-host", "127.0.0.1", "--imap-port", str(host.imap_port)),
        *("--login", ADDRESS, "--password-stdin"),
        stdin=f"{PASSWORD}\n",
    )
    assert said.status == 0, said.err


async def trust(pomelo: Pomelo, *options: str) -> list[tuple[str, str]]:
    found = (await pomelo("doctor", *options, "--json")).json
    return [(one["level"], one["text"]) for one in found if one["subject"] == "checks"]


async def test_a_check_sends_a_mail_to_itself_and_says_what_to_do(
    pomelo: Pomelo, host: MailHost
) -> None:
    await add(pomelo, host)

    said = await pomelo("sender", "check", JARED)

    assert said.status == 0, said.out + said.err
    assert "ok    test mail: The test mail came back into the inbox" in said.out
    assert "warn  SPF: Could not ask DNS about piedpiper.test." in said.out
    assert "      Why: It says which hosts may send" in said.out
    lines = [line for line in said.out.split("\n") if line[:6] in ("ok    ", "warn  ", "FAIL  ")]
    assert said.out.count("      Why: ") == len(lines) > 5
    assert "      Do:  Check this machine's DNS" in said.out
    assert len(host.sink.mails) == 2


async def test_a_mail_that_does_not_come_back_ends_it_with_1(
    pomelo: Pomelo, host: MailHost
) -> None:
    await add(pomelo, host)
    host.loses = True

    said = await pomelo("sender", "check", JARED, "--wait", "0.5")

    assert said.status == 1
    assert "FAIL  test mail: The test mail did not come back" in said.out


async def test_without_the_wish_for_a_mail_none_is_sent(pomelo: Pomelo, host: MailHost) -> None:
    await add(pomelo, host)

    said = await pomelo("sender", "check", JARED, "--no-mail", "--json")

    assert said.status == 0
    assert said.json["connection"]["imap"] == {"success": True}
    assert host.sink.mails == []


async def test_the_doctor_tells_what_the_last_check_found(pomelo: Pomelo, host: MailHost) -> None:
    await add(pomelo, host)
    before = await trust(pomelo)
    await pomelo("sender", "check", JARED, "--no-mail")

    after = await trust(pomelo)

    assert before == [
        ("warn", f"Never checked: {JARED}; `pomelo sender check ADDRESS` tries everything.")
    ]
    (of_mx,) = [text for _, text in after if text.startswith(f"{JARED}, MX (checked 2")]
    assert "Replies and bounces arrive where the domain takes its mail." in of_mx
    assert ("fail", True) in [(level, "tracking host" in text) for level, text in after]


@pytest.mark.parametrize(("own", "option"), [((), "--password"), (("jd",), "--imap-password")])
async def test_the_remedy_names_the_password_that_is_wrong(
    pomelo: Pomelo, host: MailHost, own: tuple[str, ...], option: str
) -> None:
    await add(pomelo, host)
    for login in own:
        await pomelo(
            *("sender", "set", JARED, "--imap-login", login, "--password-stdin"), stdin="pw\n"
        )
    await pomelo("sender", "set", JARED, "--imap-password", "--password-stdin", stdin="wrong\n")

    found = (await pomelo("sender", "check", JARED, "--no-mail", "--json")).json

    (imap,) = (one for one in found["connection"]["findings"] if one["subject"] == "IMAP")
    assert imap["level"] == "fail"
    assert f"pomelo sender set {JARED} {option}`" in imap["whatToDo"]


async def test_a_fault_that_senders_share_is_told_once(pomelo: Pomelo, host: MailHost) -> None:
    await add(pomelo, host)
    await pomelo("sender", "add", "dinesh@piedpiper.test", "--host", "127.0.0.1", "--login", "")
    await pomelo("sender", "check", JARED, "--no-mail")
    await pomelo("sender", "check", "dinesh@piedpiper.test", "--no-mail")

    found = [text for _, text in await trust(pomelo) if ", MX (checked 2" in text]

    assert [text.split(", MX")[0] for text in found] == ["dinesh@piedpiper.test and 1 more"]


async def test_a_check_without_a_mail_forgets_no_mail_that_was_lost(
    pomelo: Pomelo, host: MailHost
) -> None:
    await add(pomelo, host)
    host.loses = True
    await pomelo("sender", "check", JARED, "--wait", "0.5")

    await pomelo("sender", "check", JARED, "--no-mail")

    assert ("fail", True) in [
        (level, "The test mail did not come back" in text) for level, text in await trust(pomelo)
    ]


async def test_the_doctor_checks_all_senders_when_asked(pomelo: Pomelo, host: MailHost) -> None:
    await add(pomelo, host)

    found = await trust(pomelo, "--senders")

    assert len(host.sink.mails) == 2
    assert not any("Never checked" in text or "test mail" in text for _, text in found)


async def test_who_keeps_copies_can_be_said(pomelo: Pomelo, host: MailHost) -> None:
    await add(pomelo, host)

    said = await pomelo("sender", "set", JARED, "--sent-copy", "append", "--json")

    assert said.json["savesSentCopy"] == "append"


async def sender_of(database: Database) -> Sender:
    async with database.transaction() as db:
        (one,) = await senders.list_everywhere(db)
        return one


async def test_the_brake_is_shown_and_lifted(
    pomelo: Pomelo, host: MailHost, database: Database
) -> None:
    await add(pomelo, host)
    one = await sender_of(database)
    async with database.transaction() as db:
        await senders.stop_new_leads(db, one.team_id, one.id, now=make.NOW)

    listed = await pomelo("sender", "list")
    doctor = (await pomelo("doctor", "--json")).json
    lifted = await pomelo("sender", "lift", JARED, "--json")

    assert "new leads: too many bounces" in listed.out
    assert any("writes to no new leads since 2026-03-10 09:00 UTC" in one["text"] for one in doctor)
    assert (lifted.json["newLeadsStoppedAt"], lifted.json["warnings"]) == (None, [])


async def test_a_stop_for_bounces_outlives_success_and_other_trouble(
    pomelo: Pomelo, host: MailHost, database: Database
) -> None:
    await add(pomelo, host)
    one = await sender_of(database)
    async with database.transaction() as db:
        for reason, until in ((PausedFor.BOUNCES, None), (PausedFor.THROTTLED, make.NOW)):
            await senders.pause(
                db, one.team_id, one.id, reason=reason, reply=reason, until=until, now=make.NOW
            )
        await senders.recover(db, one.team_id, one.id, now=make.NOW)
    paused = await sender_of(database)

    await pomelo("sender", "lift", JARED)

    assert (paused.paused_for, paused.paused_reply) == (PausedFor.BOUNCES, "bounces")
    assert (await sender_of(database)).paused_for is None
