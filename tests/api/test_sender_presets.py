"""Whoever adds a mailbox need not know its hosts."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from pomelo import senders
from pomelo.base.ids import SenderId
from tests import make
from tests.api import client
from tests.api.client import Caller
from tests.senders.names import naming


@pytest.fixture(autouse=True)
async def names(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The API's own name server, which knows one domain."""
    async with naming(piedpiper_com=("10 aspmx.l.google.com.",)) as (look_up, _):
        access = replace(client.MAIL_ACCESS, look_up=look_up)
        monkeypatch.setattr(client, "MAIL_ACCESS", access)
        yield


def account(email: str, **more: Any) -> dict[str, Any]:
    return {"sender_name": "Jared", "sender_email": email, "smtp_password": "app-pass", **more}


async def test_a_provider_is_told_by_domain_and_by_where_mail_goes(api: Caller) -> None:
    gmail = await api.call("GET", "/senders/presets", email="a@gmail.com")
    workspace = await api.call("GET", "/senders/presets", email="jared@piedpiper.com")
    own = await api.call("GET", "/senders/presets", email="gavin@hooli.com")

    assert gmail["preset"] == "gmail"
    assert gmail["smtp"] == {"host": "smtp.gmail.com", "port": 465, "tls": "tls"}
    assert (gmail["logIns"], gmail["connect"]) == (["oauth", "app_password"], "google")
    assert gmail["keepsSent"] is True
    assert "pomelo sender connect google a@gmail.com" in gmail["advice"]
    assert workspace["preset"] == "google_workspace"
    assert (own["preset"], own["smtp"], own["imap"]) == ("custom", None, None)


async def test_what_is_no_address_has_no_provider(api: Caller) -> None:
    status, said = await api.refused("GET", "/senders/presets", email="nobody")

    assert status == 400
    assert "name@company.com" in said


async def test_an_account_may_leave_its_hosts_out(api: Caller) -> None:
    answer = await api.send("POST", "/user/email-accounts", account("jared@piedpiper.com"))

    assert answer.status_code == 201, answer.text
    sender = SenderId(answer.json()["id"])
    async with api.database.transaction() as db:
        smtp = await senders.get_smtp(db, api.team.id, sender, make.VAULT)
        imap = await senders.find_imap(db, api.team.id, sender, make.VAULT)
    assert imap is not None
    assert (smtp.host, smtp.port, smtp.tls) == ("smtp.gmail.com", 465, "tls")
    assert (imap.host, imap.login, imap.password) == (
        *("imap.gmail.com", "jared@piedpiper.com", "app-pass"),
    )
    assert any("app password" in warning for warning in answer.json()["warnings"])


async def test_hosts_that_are_given_are_kept(api: Caller) -> None:
    own = {"smtp_host": "127.0.0.1", "smtp_port": 2525, "smtp_login": "jared"}

    answer = await api.send("POST", "/user/email-accounts", account("j@piedpiper.com", **own))

    async with api.database.transaction() as db:
        smtp = await senders.get_smtp(db, api.team.id, SenderId(answer.json()["id"]), make.VAULT)
    assert (smtp.host, smtp.port, smtp.login) == ("127.0.0.1", 2525, "jared")


async def test_where_nothing_is_known_the_hosts_are_missed_as_ever(api: Caller) -> None:
    status, said = await api.refused("POST", "/user/email-accounts", account("a@hooli.com"))

    assert status == 400
    assert said.startswith("Missing required fields: smtp_host, smtp_port, smtp_login")
