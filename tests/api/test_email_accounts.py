"""A user's mailboxes through the API: added, tried against a real server, deleted, kept secret."""

import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from pomelo import campaigns, leads, senders
from pomelo.api.table import OPERATIONS
from pomelo.base import addresses, ids, log
from pomelo.base.ids import SenderId
from pomelo.demo.sink import Sink
from pomelo.leads import NewLead
from tests import make
from tests.api.client import Caller

CANARY = "CANARY-hunter2-é"
ACCOUNTS = "/user/email-accounts"


@pytest.fixture
async def sink() -> AsyncIterator[tuple[Sink, int]]:
    server = Sink(login=("jared", CANARY))
    port = await server.start()
    yield server, port
    await server.stop()


def account(port: int = 2525, **changes: Any) -> dict[str, Any]:
    given = {
        "sender_name": "Jared Dunn",
        "sender_email": "jared@piedpiper.test",
        "smtp_host": "127.0.0.1",
        "smtp_port": port,
        "smtp_login": "jared",
        "smtp_password": CANARY,
        "smtp_secure": False,
        **changes,
    }
    return {name: value for name, value in given.items() if value is not None}


async def added(api: Caller, port: int = 2525, **changes: Any) -> str:
    answer = await api.send("POST", ACCOUNTS, account(port, **changes))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def test_an_account_needs_no_imap_but_is_warned(api: Caller) -> None:
    answer = await api.send("POST", ACCOUNTS, account())

    body = answer.json()
    assert answer.status_code == 201
    assert body["id"].startswith("usm_")
    assert (body["email"], body["provider"]) == ("jared@piedpiper.test", "custom")
    assert "pomelo receive" in body["warnings"][0]


async def test_it_belongs_to_the_keys_user_or_to_whom_is_named(api: Caller) -> None:
    await added(api)
    await added(api, sender_email="richard@piedpiper.test", userId=api.user.id)

    found = await api.call("GET", f"/users/{api.user.id}")

    assert [box["email"] for box in found["mailboxes"]] == [
        "jared@piedpiper.test",
        "richard@piedpiper.test",
    ]


async def test_another_teams_user_is_no_member(api: Caller, stranger: Caller) -> None:
    refused = await api.refused("POST", ACCOUNTS, account(userId=stranger.user.id))

    assert refused == (403, "User is not a member of this team")


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ({"sender_name": None}, "sender_name"),
        ({"sender_email": ""}, "sender_email"),
        ({"smtp_host": None, "smtp_port": None}, "smtp_host, smtp_port"),
        ({"smtp_login": None}, "smtp_login"),
        ({"smtp_password": None}, "smtp_password"),
        ({"imap_host": "127.0.0.1"}, "imap_port, imap_login, imap_password"),
    ],
)
async def test_missing_fields_are_named(api: Caller, left_out: dict[str, Any], named: str) -> None:
    refused = await api.refused("POST", ACCOUNTS, account(**left_out))

    assert refused == (400, f"Missing required fields: {named}")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"smtp_port": 0}, "Bad params"),
        ({"smtp_port": "25"}, "Bad params"),
        ({"sender_email": "jared"}, "The email address is not valid"),
        ({"smtp_password": CANARY * 100}, "at most 1,000 letters"),
    ],
)
async def test_what_cannot_be_is_refused(api: Caller, wrong: dict[str, Any], said: str) -> None:
    status, text = await api.refused("POST", ACCOUNTS, account(**wrong))

    assert status == 400
    assert said in text
    assert CANARY not in text


async def test_an_empty_login_means_none(api: Caller, database: Any) -> None:
    account_id = await added(api, smtp_login="", smtp_password=None)

    async with database.transaction() as db:
        smtp = await senders.get_smtp(db, api.team.id, SenderId(account_id), make.VAULT)
    assert (smtp.login, smtp.password) == ("", "")


async def test_one_address_is_one_account(api: Caller, stranger: Caller) -> None:
    await added(api)
    await added(stranger)

    refused = await api.refused("POST", ACCOUNTS, account(sender_email="JARED@piedpiper.test"))

    assert refused == (400, "This SMTP mailbox already exists")


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("169.254.169.254", 25),
        ("10.0.0.1", 587),
        ("[::1]", 25),
        ("::1", 25),
        ("0x7f.1", 25),
        ("93.184.216.34", 6379),
        ("93.184.216.34", 80),
        ("user@smtp.piedpiper.test", 25),
    ],
)
async def test_a_host_or_port_that_is_not_for_mail_is_refused_at_once(
    api: Caller, host: str, port: int
) -> None:
    status, text = await api.refused("POST", ACCOUNTS, account(smtp_host=host, smtp_port=port))
    imap: dict[str, Any] = {
        "imap_host": host,
        "imap_port": port,
        "imap_login": "x",
        "imap_password": "x",
    }
    imap_refused = await api.refused("POST", ACCOUNTS, account(**imap))

    assert status == 400
    assert text.startswith("Invalid host")
    assert imap_refused == (status, text)


async def test_a_deleted_account_is_gone_and_its_address_free(api: Caller) -> None:
    account_id = await added(api)

    deleted = await api.call("DELETE", f"{ACCOUNTS}/{account_id}")

    assert deleted == {"ok": True}
    assert await api.refused("DELETE", f"{ACCOUNTS}/{account_id}") == (
        404,
        "Email account not found",
    )
    assert (await api.refused("POST", f"{ACCOUNTS}/{account_id}/test"))[0] == 404
    await added(api)


async def test_another_teams_account_is_as_unknown_as_none(api: Caller, stranger: Caller) -> None:
    theirs = await added(stranger)

    for method, end in (("DELETE", ""), ("POST", "/test")):
        refused = await api.refused(method, f"{ACCOUNTS}/{theirs}{end}")
        assert refused == (404, "Email account not found")
    assert (await stranger.call("GET", f"/senders/{theirs}"))["_id"] == theirs


async def test_a_deleted_accounts_leads_wait_and_the_campaign_goes_on(api: Caller) -> None:
    async with api.database.transaction() as db:
        first = await make.sender(db, api.team.id, "jared@piedpiper.test")
        other = await make.sender(db, api.team.id, "dinesh@piedpiper.test")
        campaign = await make.running_campaign(db, api.team.id, first)
        both = [first.id, other.id]
        await campaigns.set_senders(db, api.team.id, campaign.id, both, now=make.NOW)
        new = [
            NewLead(api.team.id, campaign.id, addresses.parse(f"{name}@hooli.test"))
            for name in ("gavin", "big.head")
        ]
        await leads.add(db, new, now=make.NOW)
        # One of them was written to by the first mailbox and waits for the next step.
        await db.execute(
            "UPDATE leads SET sender_id = $1 WHERE email = 'gavin@hooli.test'", first.id
        )

    await api.call("DELETE", f"{ACCOUNTS}/{first.id}")

    async with api.database.transaction() as db:
        rows = await db.fetch("SELECT email, waits_for FROM leads ORDER BY email")
        left = await campaigns.list_senders(db, api.team.id, campaign.id)
        state = (await campaigns.get(db, api.team.id, campaign.id)).state
    assert [tuple(row) for row in rows] == [
        ("big.head@hooli.test", None),
        ("gavin@hooli.test", "sender"),
    ]
    assert [sender.id for sender in left] == [other.id]
    assert state == "running"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.configure("debug", stream)
    yield stream
    log.configure()


async def test_passwords_are_given_back_by_nothing(api: Caller, logged: io.StringIO) -> None:
    imap: dict[str, Any] = {"imap_host": "127.0.0.1", "imap_port": 1143, "imap_login": "x"}
    account_id = await added(api, **imap, imap_password=CANARY)
    said = [(await api.send("POST", ACCOUNTS, account())).text]
    said.append((await api.send("POST", f"{ACCOUNTS}/{account_id}/test")).text)
    known = {"senderId": account_id, "userId": api.user.id, "emailAccountId": account_id}

    for operation in OPERATIONS:
        if operation.method == "GET" and operation.path.startswith("/api/"):
            names = {name: known.get(name, ids.new("zzz")) for name in operation.parameters}
            answer = await api.send("GET", operation.path.format(**names).removeprefix("/api"))
            said.append(answer.text)

    async with api.database.transaction() as db:
        said += [str(tuple(row)) for row in await db.fetch("SELECT * FROM senders")]
    assert len(said) > 10
    assert not [text for text in (*said, logged.getvalue()) if "CANARY" in text]
