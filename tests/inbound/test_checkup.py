"""A whole check against servers of this machine: a mail to oneself, and what it tells."""

import asyncio
from datetime import datetime

import pytest

from pomelo import inbound, senders, teams
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.demo.sink import Stage
from pomelo.inbound import CheckUnderWay, Checkup, Level, Report, Timing, examine
from pomelo.inbound.checkup import journey, visit
from pomelo.letters import new_pem, read_key, record
from pomelo.senders import NewSender, SavesSentCopy, Sender
from pomelo.smtp import MailAccess, Timeouts
from pomelo.tracking import Signer
from tests import make
from tests.inbound.mailhost import ADDRESS, MailHost, hosting
from tests.inbound.nameserver import Zone, naming

HERE = Guard(parse_networks("127.0.0.0/8"))
KEY = ("host1._domainkey.piedpiper.com", "TXT")
ZONE = {
    ("piedpiper.com", "MX"): ("10 mx.piedpiper.com.",),
    ("piedpiper.com", "TXT"): ('"v=spf1 mx -all"',),
    ("_dmarc.piedpiper.com", "TXT"): ('"v=DMARC1; p=reject"',),
    KEY: ('"v=DKIM1; p=QUJD"',),
}


class House:
    """A team with a sender at a mail host."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.database, self.now = database, now
        self.team = TeamId("")
        self.sender: Sender

    async def move_in(self, host: MailHost) -> None:
        async with self.database.transaction() as db:
            self.team = (await make.team(db)).id
            owner = (await teams.list_users(db, self.team))[0]
            new = NewSender(owner.id, addresses.parse(ADDRESS), host.smtp, host.imap)
            self.sender = await senders.add(db, self.team, new, vault=make.VAULT, now=self.now)

    async def check(
        self, zone: Zone = ZONE, wait: float | None = 5.0, under_way: set[SenderId] | None = None
    ) -> Report:
        async with naming(zone) as (ask, _):
            checkup = Checkup(
                access=MailAccess(vault=make.VAULT, guard=HERE, timeouts=Timeouts(5, 5, 5, 5)),
                signer=Signer(make.VAULT.signing_secret()),
                public_url="http://127.0.0.1:1",
                ask=ask,
                timing=Timing(poll=0.01, grace=0.1),
                under_way=set() if under_way is None else under_way,
            )
            return await examine(
                self.database, self.team, self.sender.id, checkup=checkup, wait=wait, now=self.now
            )

    async def setting(self) -> SavesSentCopy | None:
        async with self.database.transaction() as db:
            return (await senders.get(db, self.team, self.sender.id)).saves_sent_copy


@pytest.fixture
def house(database: Database, now: datetime) -> House:
    return House(database, now)


def levels(report: Report) -> dict[str, Level]:
    return {one.subject: one.level for one in report.findings}


def text(report: Report, subject: str) -> str:
    return next(one.text for one in report.findings if one.subject == subject)


async def test_a_good_sender_passes_in_everything(house: House) -> None:
    async with hosting(MailHost(keeps_sent=True)) as host:
        await house.move_in(host)
        report = await house.check()

    found = levels(report)
    assert found.pop("tracking host") is Level.FAIL  # this machine alone
    assert set(found.values()) == {Level.PASS}, report.findings
    assert list(found) == [
        "SMTP", "IMAP", "test mail", "DKIM signature", "authentication", "plus addressing",
        "Sent copy", "DKIM key", "MX", "SPF", "DMARC",
    ]  # fmt: skip
    assert "spf pass, dkim pass, dmarc pass" in text(report, "authentication")
    assert [mail.envelope_from for mail in host.sink.mails] == [ADDRESS, ADDRESS]
    assert host.sink.mails[1].recipients[0].startswith("jared+pomelo-")
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in host.sink.mails[0].raw


async def test_a_mailbox_is_checked_once_at_a_time(house: House) -> None:
    under_way: set[SenderId] = set()
    async with hosting() as host:
        await house.move_in(host)
        first = asyncio.create_task(house.check(under_way=under_way))
        while not under_way:
            await asyncio.sleep(0)
        with pytest.raises(CheckUnderWay):
            await house.check(under_way=under_way)
        await first

        assert under_way == set()


async def test_the_mailbox_is_left_as_it_was(house: House) -> None:
    async with hosting() as host:
        await house.move_in(host)
        await house.check()

        assert [mail.flags for mail in host.account.folders["INBOX"].mails] == [(), ()]


async def test_a_server_that_keeps_no_copies_lets_us_put_them_there(house: House) -> None:
    async with hosting() as host:
        await house.move_in(host)
        report = await house.check()

    assert "so Pomelo puts each mail into Sent" in text(report, "Sent copy")
    assert await house.setting() is SavesSentCopy.APPEND


async def test_a_server_that_keeps_copies_is_left_to_do_so(house: House) -> None:
    async with hosting(MailHost(keeps_sent=True)) as host:
        await house.move_in(host)
        await house.check()

    assert await house.setting() is SavesSentCopy.SERVER


async def test_what_a_person_has_said_is_not_unlearnt(house: House) -> None:
    async with hosting(MailHost(keeps_sent=True)) as host:
        await house.move_in(host)
        async with house.database.transaction() as db:
            said = senders.Changes(saves_sent_copy=SavesSentCopy.APPEND)
            await senders.change(db, house.team, house.sender.id, said, now=house.now)
        report = await house.check()

    assert levels(report)["Sent copy"] is Level.WARN
    assert await house.setting() is SavesSentCopy.APPEND


@pytest.mark.parametrize(
    ("host", "subject", "level", "says"),
    [
        (MailHost(folder="Junk"), "test mail", Level.WARN, "into Junk"),
        (MailHost(has_plus=False), "plus addressing", Level.WARN, "is refused"),
        (MailHost(adds=b""), "DKIM signature", Level.WARN, "without a signature"),
        (MailHost(adds=b""), "authentication", Level.WARN, "does not tell"),
        (
            MailHost(adds=b"Authentication-Results: x; spf=softfail; dkim=none\r\n"),
            "authentication",
            Level.FAIL,
            "spf softfail, dkim none",
        ),
        (
            MailHost(adds=b"Authentication-Results: x; none\r\n"),
            "authentication",
            Level.WARN,
            "does not tell",
        ),
    ],
)
async def test_what_came_back_tells_what_is_amiss(
    house: House, host: MailHost, subject: str, level: Level, says: str
) -> None:
    async with hosting(host):
        await house.move_in(host)
        report = await house.check()

    assert (levels(report)[subject], says in text(report, subject)) == (level, True)


async def test_a_mail_that_does_not_come_back_is_a_failure(house: House) -> None:
    async with hosting(MailHost(loses=True)) as host:
        await house.move_in(host)
        report = await house.check(wait=0.3)

    assert levels(report)["test mail"] is Level.FAIL
    assert "DKIM signature" not in levels(report)
    assert await house.setting() is None


async def test_without_a_wish_for_it_no_mail_is_sent(house: House) -> None:
    async with hosting() as host:
        await house.move_in(host)
        report = await house.check(wait=None)

    assert host.sink.mails == []
    assert (report.smtp_fault, report.imap_fault) == (None, None)
    assert levels(report)["test mail"] is Level.WARN


async def test_a_refused_log_in_sends_nothing_and_says_why(house: House) -> None:
    async with hosting() as host:
        await house.move_in(host)
        host.sink.login = (ADDRESS, "another")
        report = await house.check()

    assert host.sink.mails == []
    assert levels(report)["SMTP"] is Level.FAIL
    assert levels(report)["IMAP"] is Level.PASS
    assert "check login and password" in str(report.smtp_fault)


async def test_the_key_that_signs_is_looked_up_where_the_signature_says(house: House) -> None:
    zone = {**ZONE, KEY: ('"v=DKIM1; p="',)}
    async with hosting() as host:
        await house.move_in(host)
        report = await house.check(zone)

    assert text(report, "DKIM key") == f"The key at {KEY[0]} was withdrawn."


async def test_our_own_key_signs_the_test_mail_and_is_compared(house: House) -> None:
    pem = new_pem()
    name, published = record(read_key(pem, "piedpiper.com", "pomelo1"))
    halves = f'"{published[:200]}" "{published[200:]}"'
    async with hosting(MailHost(adds=b"")) as host:
        await house.move_in(host)
        async with house.database.transaction() as db:
            await senders.set_dkim(
                db, house.team, house.sender.id, selector="pomelo1", pem=pem, vault=make.VAULT
            )
        report = await house.check({**ZONE, (name, "TXT"): (halves,)})

    assert levels(report)["DKIM signature"] is Level.PASS
    assert levels(report)["DKIM key"] is Level.PASS


async def test_the_last_check_is_kept(house: House) -> None:
    async with hosting() as host:
        await house.move_in(host)
        await house.check(wait=None)
        report = await house.check()

    async with house.database.transaction() as db:
        (last,) = await inbound.list_last(db)
    assert (last.email, last.checked_at) == (ADDRESS, house.now)
    assert last.findings == report.findings


async def test_a_mail_server_that_hangs_is_not_waited_for(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey, "HAND_OVER_SECONDS", 0.2)
    monkeypatch.setattr(visit, "OPEN_SECONDS", 0.2)
    async with hosting(MailHost(hangs_at=Stage.DATA)) as host:
        await house.move_in(host)
        in_a_mail = await house.check()
    async with hosting(MailHost(hangs_at=Stage.CONNECT)) as host:
        async with house.database.transaction() as db:
            await db.execute("UPDATE senders SET smtp_port = $1", host.smtp_port)
        at_once = await house.check()

    assert text(in_a_mail, "test mail") == "The mail server did not take the test mail in time."
    assert "did not answer in time" in str(at_once.smtp_fault)
