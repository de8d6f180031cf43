"""Tokens are renewed ahead, once, and none that a provider gave is lost."""

import asyncio
from datetime import datetime, timedelta

import pytest

from pomelo import senders, teams
from pomelo.base.db import Database
from pomelo.senders import (
    OAuth,
    PausedFor,
    ProviderNotSet,
    ProviderSilent,
    ReconnectNeeded,
    SenderNotFound,
)
from tests import make
from tests.senders.connected import Connected, connected, finish, start
from tests.senders.identity import providing

FAILS = (500, b"canary")


async def test_a_token_is_used_until_five_minutes_before_its_end(mailbox: Connected) -> None:
    first = await mailbox.token()
    still = await mailbox.token(after=54)
    renewed = await mailbox.token(after=55)
    kept = await mailbox.token(after=100)

    assert first == still != renewed
    assert kept == renewed
    assert len(mailbox.identity.refreshes) == 1


async def test_many_who_ask_at_once_renew_once_and_all_get_the_new_one(
    mailbox: Connected,
) -> None:
    tokens = await asyncio.gather(*(mailbox.token(after=61) for _ in range(20)))

    assert len(set(tokens)) == 1
    assert len(mailbox.identity.refreshes) == 1


async def test_each_renewal_brings_the_newest_refresh_token(mailbox: Connected) -> None:
    tokens = [await mailbox.token(after=hours * 60) for hours in (1, 2, 3, 4)]

    brought = mailbox.identity.refreshes
    assert len({*tokens}) == len({*brought}) == 4


async def test_a_provider_that_keeps_its_refresh_token_is_asked_with_the_same(
    mailbox: Connected,
) -> None:
    mailbox.identity.rotates = False

    for hours in (1, 2, 3):
        await mailbox.token(after=hours * 60)

    assert len({*mailbox.identity.refreshes}) == 1


async def test_while_one_asks_the_others_use_the_old_token_and_nothing_is_locked(
    mailbox: Connected, database: Database
) -> None:
    old = await mailbox.token()
    mailbox.identity.gate.clear()
    refreshing = asyncio.create_task(mailbox.token(after=56))
    await asyncio.wait_for(mailbox.identity.asked.wait(), 5)

    meanwhile = await mailbox.token(after=56.5)
    async with database.transaction() as db:
        busy = await db.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
        )
    mailbox.identity.gate.set()

    assert meanwhile == old
    assert busy == 0
    assert await refreshing != old


async def test_who_is_called_away_loses_no_token(mailbox: Connected) -> None:
    oauth = mailbox.identity.oauth()
    mailbox.identity.gate.clear()
    asking = asyncio.create_task(mailbox.token(after=61, oauth=oauth))
    await asyncio.wait_for(mailbox.identity.asked.wait(), 5)

    asking.cancel()
    await asyncio.wait((asking,))
    mailbox.identity.gate.set()
    await asyncio.wait(oauth._under_way, timeout=5)

    await mailbox.token(after=70)
    assert len(mailbox.identity.refreshes) == 1
    await mailbox.token(after=180)  # with a refresh token that was not lost


async def test_a_token_that_a_server_refuses_is_replaced_before_its_end(
    mailbox: Connected,
) -> None:
    refused = await mailbox.token()

    fresh = await mailbox.token(refused=refused)

    assert fresh != refused
    assert await mailbox.token() == fresh
    assert await mailbox.token(refused=refused) == fresh
    assert len(mailbox.identity.refreshes) == 1


async def test_an_ended_grant_pauses_its_sender_and_says_what_to_do(mailbox: Connected) -> None:
    mailbox.identity.answers = [(400, {"error": "invalid_grant", "error_description": "canary"})]

    with pytest.raises(ReconnectNeeded):
        await mailbox.token(after=56)

    paused = await mailbox.get()
    assert paused.paused_for is PausedFor.AUTH
    assert paused.paused_reply.startswith("Reconnect needed: Google has ended its leave")
    assert "pomelo sender connect google jared@piedpiper.com" in paused.paused_reply
    assert "canary" not in paused.paused_reply
    with pytest.raises(ReconnectNeeded):
        await mailbox.token(after=57)
    assert len(mailbox.identity.refreshes) == 1


async def test_a_no_to_tokens_that_are_not_the_newest_pauses_nobody(
    mailbox: Connected, database: Database
) -> None:
    """Somebody connected the mailbox anew while a worker asked with the old refresh token."""
    mailbox.identity.answers = [(400, {"error": "invalid_grant"})]
    mailbox.identity.gate.clear()
    asking = asyncio.create_task(mailbox.token(after=61))
    await asyncio.wait_for(mailbox.identity.asked.wait(), 5)

    in_an_hour = mailbox.now + timedelta(minutes=120)
    sealed = make.VAULT.encrypt(mailbox.sender.id, "newer")
    await mailbox.set_grant(
        access_token=sealed, expires_at=in_an_hour, refresh_at=in_an_hour, version=2
    )
    mailbox.identity.gate.set()

    assert await asking == "newer"
    assert (await mailbox.get()).paused_for is None


async def test_a_provider_that_fails_is_left_alone_and_the_old_token_used_to_its_end(
    mailbox: Connected,
) -> None:
    old = await mailbox.token()
    mailbox.identity.answers = [FAILS] * 3

    used = [await mailbox.token(after=minutes) for minutes in (56, 56.2, 57, 57.5, 59)]
    asked = len(mailbox.identity.refreshes)
    fresh = await mailbox.token(after=61)

    assert used == [old] * 5
    assert asked == 3  # at 56, after 20 s, after 40 s more; then it rests for 80 s
    assert fresh != old
    assert (await mailbox.get()).paused_for is None


async def test_without_a_token_that_lives_the_trouble_is_told_and_no_fault_of_the_sender(
    mailbox: Connected,
) -> None:
    mailbox.identity.answers = [FAILS]

    with pytest.raises(ProviderSilent, match=r"Google answers with 500"):
        await mailbox.token(after=61)
    with pytest.raises(ProviderSilent):
        await mailbox.token(after=61.1)

    assert len(mailbox.identity.refreshes) == 1
    assert (await mailbox.get()).paused_for is None
    assert await mailbox.token(after=62)


async def test_a_provider_that_hangs_is_given_up(mailbox: Connected) -> None:
    old = await mailbox.token()
    mailbox.identity.gate.clear()
    hasty = mailbox.identity.oauth(answer_seconds=0.1)

    assert await mailbox.token(after=56, oauth=hasty) == old
    with pytest.raises(ProviderSilent, match="does not answer in time"):
        await mailbox.token(after=61, oauth=hasty)


async def test_a_worker_that_died_while_asking_is_followed_by_another(mailbox: Connected) -> None:
    await mailbox.set_grant(leased_until=mailbox.now + timedelta(minutes=60.5))

    assert await mailbox.token(after=61)
    assert len(mailbox.identity.refreshes) == 1


async def test_who_waits_for_another_worker_gets_what_that_one_fetched(
    mailbox: Connected,
) -> None:
    await mailbox.set_grant(leased_until=mailbox.now + timedelta(minutes=70))
    waiting = asyncio.create_task(mailbox.token(after=61))
    await asyncio.sleep(0)

    later = mailbox.now + timedelta(minutes=120)
    sealed = make.VAULT.encrypt(mailbox.sender.id, "fetched elsewhere")
    await mailbox.set_grant(
        access_token=sealed, expires_at=later, refresh_at=later, version=2, leased_until=None
    )

    assert await asyncio.wait_for(waiting, 5) == "fetched elsewhere"
    assert mailbox.identity.refreshes == []


async def test_a_host_that_the_guard_refuses_is_trouble(mailbox: Connected) -> None:
    public_only = OAuth(clients=mailbox.identity.oauth().clients)

    with pytest.raises(ProviderSilent, match="cannot be asked"):
        await mailbox.token(after=61, oauth=public_only)

    assert mailbox.identity.forms == []


async def test_an_installation_that_is_no_client_any_more_says_so(mailbox: Connected) -> None:
    with pytest.raises(ProviderNotSet):
        await mailbox.token(after=61, oauth=OAuth())

    assert (await mailbox.get()).paused_for is None


async def test_imap_gets_the_same_token_at_its_own_host(
    mailbox: Connected, database: Database
) -> None:
    access = await senders.imap_access(
        database,
        mailbox.sender.team_id,
        mailbox.sender.id,
        vault=make.VAULT,
        oauth=mailbox.identity.oauth(),
        now=mailbox.now,
    )

    assert access is not None
    assert (access.server.host, access.server.port) == ("imap.gmail.com", 993)
    assert access.server.password == await mailbox.token()
    assert access.kind is senders.LogInKind.XOAUTH2


async def test_a_sender_that_is_gone_has_no_token(mailbox: Connected, database: Database) -> None:
    async with database.transaction() as db:
        await senders.delete(db, mailbox.sender.team_id, mailbox.sender.id, now=mailbox.now)

    with pytest.raises(SenderNotFound):
        await mailbox.token()


async def test_tokens_are_never_written_over_those_of_a_later_connection(
    database: Database, now: datetime
) -> None:
    """A password in between deletes the leave; the next one begins anew."""
    async with providing(lifetime=3600) as identity:
        mailbox = await connected(database, identity, now)
        later = now + timedelta(minutes=58)
        identity.gate.clear()
        slow = asyncio.create_task(mailbox.token(after=58))
        await asyncio.wait_for(identity.asked.wait(), 5)
        await _give_password(mailbox, later)
        async with providing(mint="another-account-{}".format) as other:
            async with database.transaction() as db:
                user = (await teams.list_users(db, mailbox.sender.team_id))[0]
            await finish(database, other, await start(database, other, user, now=later), now=later)
            identity.gate.set()
            await asyncio.gather(slow, return_exceptions=True)

            token = await Connected(database, other, mailbox.sender, later).token()

    assert token.startswith("another-account-")


async def _give_password(mailbox: Connected, now: datetime) -> None:
    async with mailbox.database.transaction() as db:
        await senders.set_log_in(
            db,
            mailbox.sender.team_id,
            mailbox.sender.id,
            login=None,
            password="p",
            vault=make.VAULT,
            now=now,
        )
