"""A fast clock writes to nobody: no sender gets a mail server on another machine meanwhile."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from pomelo.base.clock import Clock
from pomelo.senders import HostElsewhere
from tests.api import client
from tests.api.client import Caller
from tests.api.test_email_accounts import ACCOUNTS, account
from tests.senders.identity import providing

ELSEWHERE = (400, HostElsewhere.__doc__)
PUBLIC = "8.8.8.8"
IMAP: dict[str, Any] = {"imap_port": 993, "imap_login": "jared", "imap_password": "s"}


@pytest.fixture(autouse=True)
async def fast(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The API's clock is fast, and it is registered at a provider."""
    async with providing() as one:
        access = replace(client.MAIL_ACCESS, oauth=one.oauth())
        monkeypatch.setattr(client, "MAIL_ACCESS", access)
        monkeypatch.setattr(client, "Clock", partial(Clock, 100.0))
        yield


@pytest.mark.parametrize(
    "servers",
    [
        {"smtp_host": PUBLIC, "smtp_port": 587},
        {"smtp_host": "smtp.gmail.com", "smtp_port": 587},
        {"imap_host": PUBLIC, **IMAP},
    ],
)
async def test_no_sender_of_another_machine_is_added(api: Caller, servers: dict[str, Any]) -> None:
    assert await api.refused("POST", ACCOUNTS, account(**servers)) == ELSEWHERE
    assert await api.call("GET", "/senders") == []


async def test_no_sender_is_read_on_another_machine(api: Caller) -> None:
    added = await api.send("POST", ACCOUNTS, account(imap_host="127.0.0.1", **IMAP))
    imap = {"host": PUBLIC, "login": "jared", "password": "s"}

    refused = await api.refused("PATCH", f"/senders/{added.json()['id']}", {"imap": imap})

    assert added.status_code == 201
    assert refused == ELSEWHERE


async def test_no_sender_is_connected_to_a_provider(api: Caller) -> None:
    body = {"provider": "google", "email": "jared@piedpiper.com"}

    assert await api.refused("POST", "/senders/connect", body) == ELSEWHERE
