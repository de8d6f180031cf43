"""A user's mailbox tried through the API: both log-ins, and all else that makes it fit."""

from collections.abc import AsyncIterator

import pytest

from pomelo.demo.sink import Sink
from tests.api.client import Caller
from tests.api.test_email_accounts import ACCOUNTS, CANARY, added
from tests.inbound import fake_imap
from tests.inbound.mailhost import ADDRESS, PASSWORD, MailHost, hosting


@pytest.fixture
async def sink() -> AsyncIterator[tuple[Sink, int]]:
    server = Sink(login=("jared", CANARY))
    port = await server.start()
    yield server, port
    await server.stop()


async def test_the_test_connects_and_logs_in(api: Caller, sink: tuple[Sink, int]) -> None:
    server, port = sink
    account_id = await added(api, port)

    found = await api.call("POST", f"{ACCOUNTS}/{account_id}/test")

    assert found["smtp"] == {"success": True}
    assert found["imap"]["success"] is False
    assert "not configured" in found["imap"]["error"]
    assert any(line.startswith("AUTH") for line in server.heard)
    assert server.mails == []


async def test_a_wrong_password_is_told_by_its_number(api: Caller, sink: tuple[Sink, int]) -> None:
    account_id = await added(api, sink[1], smtp_password="wrong")

    found = await api.call("POST", f"{ACCOUNTS}/{account_id}/test")

    assert found["smtp"]["success"] is False
    assert found["smtp"]["error"].startswith("The server refuses the log-in (535")
    assert "check login and password" in found["smtp"]["error"]


async def test_imap_is_tried_as_well(api: Caller, sink: tuple[Sink, int]) -> None:
    async with hosting() as host:
        account_id = await added(
            api,
            sink[1],
            imap_host="127.0.0.1",
            imap_port=host.imap_port,
            imap_login=host.imap.login,
            imap_password=host.imap.password,
        )
        found = await api.call("POST", f"{ACCOUNTS}/{account_id}/test", sendMail="false")

    assert (found["smtp"], found["imap"]) == ({"success": True}, {"success": True})
    assert sink[0].mails == []


async def test_a_mail_to_itself_is_sent_and_comes_back(api: Caller) -> None:
    async with hosting(MailHost(keeps_sent=True)) as host:
        account_id = await added(
            api,
            host.smtp_port,
            sender_email=ADDRESS,
            smtp_login=ADDRESS,
            smtp_password=PASSWORD,
            imap_host="127.0.0.1",
            imap_port=host.imap_port,
            imap_login=ADDRESS,
            imap_password=PASSWORD,
        )
        found = await api.call("POST", f"{ACCOUNTS}/{account_id}/test")

    levels = {one["subject"]: one["level"] for one in found["findings"]}
    assert (levels["test mail"], levels["plus addressing"]) == ("pass", "pass")
    assert PASSWORD not in str(found)
    (shown,) = await api.call("GET", "/senders")
    assert shown["savesSentCopy"] == "server"


async def test_findings_say_why_something_matters_and_what_to_do(
    api: Caller, sink: tuple[Sink, int]
) -> None:
    account_id = await added(api, sink[1])

    found = await api.call("POST", f"{ACCOUNTS}/{account_id}/test")

    by_subject = {one["subject"]: one for one in found["findings"]}
    assert by_subject["SMTP"]["level"] == "pass"
    assert by_subject["IMAP"]["level"] == "warn"
    assert by_subject["MX"]["text"] == "Could not ask DNS about piedpiper.test."
    assert by_subject["tracking host"]["level"] == "fail"
    assert all(one["why"] for one in found["findings"])
    assert all(one["whatToDo"] for one in found["findings"] if one["level"] != "pass")


async def test_what_is_no_mail_server_is_not_quoted(api: Caller) -> None:
    async with fake_imap.listening(greeting=b"-ERR redis canary\r\n") as (port, _):
        account_id = await added(api, port)
        found = await api.call("POST", f"{ACCOUNTS}/{account_id}/test")

    assert found["smtp"] == {
        "success": False,
        "error": f"What answers at 127.0.0.1:{port} is no mail server of this kind; "
        "check the port.",
    }
