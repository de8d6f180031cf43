"""Logging in to mail servers with a provider's token (XOAUTH2), and what a refusal means."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import pytest
from msgspec import structs

from pomelo import senders
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.demo.sink import Sink
from pomelo.messages import Stage
from pomelo.senders import OAuth, Provider, Server, TlsMode
from pomelo.smtp import MailAccess, Opened, Reason, Session, Sessions, Unreachable, find_smtp_fault
from tests import make
from tests.gmail import TOKEN, USER, Gmail, gmail
from tests.mailing import MAIL, send, session_to
from tests.senders.connected import Connected, connected
from tests.senders.identity import providing
from tests.wire import HandClock


def with_token(port: int, token: str = TOKEN) -> Session:
    return session_to(port, login=USER, password=token, is_token=True)


async def test_a_good_token_lets_mail_through() -> None:
    handler = Gmail(TOKEN)
    async with gmail(handler) as port:
        session = with_token(port)
        opened = await session.open()
        await send(session, MAIL)
        await session.close()

    assert isinstance(opened, Opened)
    assert (handler.shown, handler.mails) == ([TOKEN], 1)


async def test_a_bad_token_is_refused_after_its_challenge_and_is_the_log_ins_fault() -> None:
    handler = Gmail("another")
    async with gmail(handler) as port:
        opened = await with_token(port).open()

    assert isinstance(opened, Unreachable)
    assert opened.reply is not None
    assert (opened.stage, opened.reply.code, opened.is_auth) == (Stage.AUTH, 535, True)
    assert handler.challenged == [b""]
    assert TOKEN not in str(opened)


async def test_a_server_that_has_a_moments_trouble_is_no_fault_of_the_log_in() -> None:
    handler = Gmail(refusal="454 4.7.0 Temporary authentication failure")
    async with gmail(handler) as port:
        opened = await with_token(port).open()

    assert isinstance(opened, Unreachable)
    assert not opened.is_auth


async def test_a_token_is_never_shown_as_a_password() -> None:
    sink = Sink(login=(USER, "secret"))
    opened = await with_token(await sink.start()).open()
    await sink.stop()

    assert opened == Unreachable(Stage.AUTH, Reason.NO_LOGIN, is_auth=True)
    assert "AUTH" not in sink.heard


async def test_a_refused_token_says_to_connect_again() -> None:
    access = MailAccess(vault=make.VAULT, guard=Guard(parse_networks("127.0.0.0/8")))
    async with gmail(Gmail()) as port:
        server = Server("127.0.0.1", port, TlsMode.NONE, USER, TOKEN, senders.LogInKind.XOAUTH2)
        fault = await find_smtp_fault(server, access)

    assert fault is not None
    assert "535" in fault
    assert "connect it again" in fault


Openings = Callable[[int], Awaitable[tuple[Sessions, Connected]]]


@pytest.fixture
async def openings(database: Database, now: datetime) -> AsyncIterator[Openings]:
    """Sessions of a worker whose sender is connected, and whose provider's host is on a port."""
    async with providing() as identity:

        async def make_sessions(port: int) -> tuple[Sessions, Connected]:
            mailbox = await connected(database, identity, now)
            here = Server("127.0.0.1", port, TlsMode.NONE)
            oauth = identity.oauth(client=structs.replace(identity.client(), smtp=here))
            access = MailAccess(
                vault=make.VAULT, guard=Guard(parse_networks("127.0.0.0/8")), oauth=oauth
            )
            return Sessions(database, access, HandClock(now)), mailbox

        yield make_sessions


async def test_a_workers_session_is_opened_with_the_senders_token(openings: Openings) -> None:
    handler = Gmail()
    async with gmail(handler) as port:
        sessions, mailbox = await openings(port)
        handler.good = {await mailbox.token()}
        opened = await sessions.open(mailbox.sender)
        await sessions.close_all()

    assert isinstance(opened, Session)
    assert mailbox.identity.refreshes == []


async def test_a_token_refused_before_its_end_is_replaced_once_and_tried_again(
    openings: Openings,
) -> None:
    handler = Gmail("access-3")
    async with gmail(handler) as port:
        sessions, mailbox = await openings(port)
        opened = await sessions.open(mailbox.sender)
        await sessions.close_all()
        handler.good = set()
        refused = await sessions.open(mailbox.sender)

    assert isinstance(opened, Session)
    assert handler.shown[:2] == ["access-2", "access-3"]
    assert isinstance(refused, Unreachable)
    assert refused.is_auth
    assert len(handler.shown) == 4


async def test_leave_that_ended_is_told_as_the_log_ins_fault(
    openings: Openings, now: datetime
) -> None:
    async with gmail(Gmail()) as port:
        sessions, mailbox = await openings(port)
        await mailbox.set_grant(expires_at=now, refresh_at=now)
        mailbox.identity.answers = [(400, {"error": "invalid_grant"})]
        opened = await sessions.open(mailbox.sender)

    assert isinstance(opened, Unreachable)
    assert opened.is_auth
    assert opened.detail.startswith("Reconnect needed")


async def test_a_provider_that_does_not_answer_is_no_fault_of_the_sender(
    openings: Openings, database: Database, now: datetime
) -> None:
    async with gmail(Gmail()) as port:
        _, mailbox = await openings(port)
        lost = OAuth(clients={Provider.GOOGLE: mailbox.identity.client()})
        access = MailAccess(vault=make.VAULT, guard=Guard(()), oauth=lost)
        await mailbox.set_grant(expires_at=now, refresh_at=now)
        opened = await Sessions(database, access, HandClock(now)).open(mailbox.sender)

    assert isinstance(opened, Unreachable)
    assert not opened.is_auth
    assert "Google" in opened.detail


async def test_a_database_that_is_away_is_no_fault_of_the_sender(openings: Openings) -> None:
    async with gmail(Gmail()) as port:
        _, mailbox = await openings(port)
    nowhere = Database("postgresql://nobody@127.0.0.1:1/nothing")
    access = MailAccess(vault=make.VAULT, guard=Guard(()))

    opened = await Sessions(nowhere, access, Clock()).open(mailbox.sender)

    assert isinstance(opened, Unreachable)
    assert not opened.is_auth
