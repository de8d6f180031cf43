"""Connecting a mailbox: a person agrees at a provider, once, and no secret stays readable."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.inbound import read_elsewhere
from pomelo.senders import (
    AuthorizationUnknown,
    Brought,
    ExchangeFailed,
    LeaveRefused,
    LogInKind,
    OAuth,
    OtherAccount,
    OtherBrowser,
    PausedFor,
    ProviderNotSet,
    Replies,
    Sender,
    SenderNotFound,
)
from pomelo.teams import User
from tests import make
from tests.senders.connected import EMAIL, columns, finish, start
from tests.senders.identity import Identity, visit


@pytest.fixture
async def user(database: Database) -> User:
    async with database.transaction() as db:
        return (await make.team_and_user(db))[1]


async def log_in(database: Database, identity: Identity, sender: Sender, now: datetime) -> Any:
    return await senders.smtp_access(
        database, sender.team_id, sender.id, vault=make.VAULT, oauth=identity.oauth(), now=now
    )


async def test_a_mailbox_that_is_not_there_is_added_with_its_providers_hosts(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    started = await start(database, identity, user, now=now, name="Jared Dunn")

    sender = await finish(database, identity, started, now=now)

    smtp = await log_in(database, identity, sender, now)
    assert (sender.email, sender.name, sender.user_id) == (EMAIL, "Jared Dunn", user.id)
    assert (sender.smtp_host, sender.imap_host) == ("smtp.gmail.com", "imap.gmail.com")
    assert sender.replies is Replies.IMAP
    assert (smtp.host, smtp.login, smtp.kind) == ("smtp.gmail.com", EMAIL, LogInKind.XOAUTH2)
    assert smtp.password.startswith("access-")


async def test_a_mailbox_that_is_there_keeps_its_settings_and_loses_its_password(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    async with database.transaction() as db:
        old = await make.sender(db, user.team_id, EMAIL)
        await senders.set_log_in(
            db, user.team_id, old.id, login="x", password="p", vault=make.VAULT, now=now
        )
    started = await start(database, identity, user, now=now, name="Another")

    sender = await finish(database, identity, started, now=now)

    async with database.transaction() as db:
        kept = await senders.get_smtp(db, user.team_id, old.id, make.VAULT)
    assert (sender.id, sender.name, sender.limit_per_day) == (old.id, old.name, old.limit_per_day)
    assert (kept.host, kept.login, kept.password) == ("smtp.gmail.com", EMAIL, "")


async def test_a_pause_for_the_log_in_is_over_and_another_stays(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    lifted = {}
    for reason in (PausedFor.AUTH, PausedFor.BLOCK):
        async with database.transaction() as db:
            found = await senders.find_by_key(db, user.team_id, EMAIL)
            old = found or await make.sender(db, user.team_id, EMAIL)
            await senders.pause(
                db, user.team_id, old.id, reason=reason, reply="no", until=None, now=now
            )
        started = await start(database, identity, user, now=now)

        lifted[reason] = (await finish(database, identity, started, now=now)).paused_for

    assert lifted == {PausedFor.AUTH: None, PausedFor.BLOCK: PausedFor.BLOCK}


async def test_nothing_that_is_secret_stands_readable_in_a_table(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    started = await start(database, identity, user, now=now, browser="canary-browser")
    before = await columns(database)

    await finish(database, identity, started, now=now, browser="canary-browser")

    held = before + await columns(database)
    verifier = identity.forms[0]["code_verifier"]
    for secret in (started.state, verifier, "canary-browser", "access-", "refresh-"):
        assert secret not in held
        assert secret.encode().hex() not in held


async def test_what_a_browser_brings_works_once(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    started = await start(database, identity, user, now=now)

    came = await asyncio.gather(
        *(finish(database, identity, started, now=now) for _ in range(5)), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in came) == ["AuthorizationUnknown"] * 4 + ["Sender"]
    assert len(identity.forms) == 1


async def test_what_comes_after_ten_minutes_is_too_late(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    started = await start(database, identity, user, now=now)

    with pytest.raises(AuthorizationUnknown):
        await finish(database, identity, started, now=now + timedelta(minutes=10))

    assert identity.forms == []


async def test_who_is_on_the_way_is_forgotten_in_time(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    await start(database, identity, user, now=now)

    await start(database, identity, user, now=now + timedelta(minutes=11))

    async with database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM authorizations") == 1


async def test_another_browser_cannot_give_leave_to_this_team(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    started = await start(database, identity, user, now=now, browser="mine")

    with pytest.raises(OtherBrowser):
        await finish(database, identity, started, now=now, browser="another")

    assert identity.forms == []


async def test_leave_for_another_account_connects_nothing(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    identity.account = "erlich@piedpiper.com"
    started = await start(database, identity, user, now=now)

    with pytest.raises(OtherAccount, match="Leave was given for erlich"):
        await finish(database, identity, started, now=now)

    async with database.transaction() as db:
        assert await senders.list_of_team(db, user.team_id) == []


async def test_an_alias_is_connected_by_its_account(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    identity.account = "jd@piedpiper.com"
    started = await start(database, identity, user, now=now, login="jd@piedpiper.com")

    sender = await finish(database, identity, started, now=now)

    assert (await log_in(database, identity, sender, now)).login == "jd@piedpiper.com"
    assert sender.email == EMAIL


async def test_leave_without_the_mail_itself_is_told_at_once(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    identity.scope = "openid https://www.googleapis.com/auth/userinfo.email"
    started = await start(database, identity, user, now=now)

    with pytest.raises(LeaveRefused, match="tick that box"):
        await finish(database, identity, started, now=now)


async def test_leave_without_a_refresh_token_would_end_within_the_hour(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    identity.answers = [(200, {"access_token": "a", "expires_in": 3600})]
    started = await start(database, identity, user, now=now)

    with pytest.raises(LeaveRefused, match="for an hour only"):
        await finish(database, identity, started, now=now)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((400, {"error": "invalid_grant"}), LeaveRefused),
        ((401, {"error": "invalid_client"}), ExchangeFailed),
        ((500, b"<html>"), ExchangeFailed),
        ((200, b"\x00" * 100_000), ExchangeFailed),
    ],
)
async def test_a_provider_that_says_no_or_nothing_changes_nothing(
    database: Database,
    identity: Identity,
    user: User,
    now: datetime,
    answer: Any,
    error: type[Exception],
) -> None:
    identity.answers = [answer]
    started = await start(database, identity, user, now=now)

    with pytest.raises(error):
        await finish(database, identity, started, now=now)

    async with database.transaction() as db:
        assert await senders.list_of_team(db, user.team_id) == []


async def test_a_code_is_useless_without_the_verifier_that_stayed_here(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    mine = await start(database, identity, user, now=now)
    stolen = visit(identity, (await start(database, identity, user, now=now)).url)["code"]

    with pytest.raises(LeaveRefused):
        await senders.finish_connecting(
            database,
            Brought(mine.state, stolen),
            also=read_elsewhere,
            oauth=identity.oauth(),
            vault=make.VAULT,
            now=now,
        )


async def test_a_sender_deleted_meanwhile_is_not_connected(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    async with database.transaction() as db:
        old = await make.sender(db, user.team_id, EMAIL)
    started = await start(database, identity, user, now=now)
    async with database.transaction() as db:
        await senders.delete(db, user.team_id, old.id, now=now)

    with pytest.raises(SenderNotFound):
        await finish(database, identity, started, now=now)


async def test_without_a_client_id_nobody_is_sent_anywhere(
    database: Database, identity: Identity, user: User, now: datetime
) -> None:
    identity.oauth = OAuth  # type: ignore[method-assign,assignment]

    with pytest.raises(ProviderNotSet, match="POMELO_GOOGLE_CLIENT_ID"):
        await start(database, identity, user, now=now)
