"""A campaign through a real Postfix and Dovecot, and back: what comes is heard within seconds."""

import re
import sys
import time

from msgspec import structs

from pomelo import senders
from pomelo.leads import ActivityType, LeadState
from tests.inbound.reading import until
from tests.mail import servers as mail_servers
from tests.mail.dovecot import token
from tests.mail.postfix import SLOW
from tests.mail.seller import Happened, Seller
from tests.mail.servers import Servers
from tests.senders.connected import finish, start
from tests.senders.identity import providing

pytestmark = mail_servers.MARKS

JARED, KICKED = "jared@piedpiper.com", "jack@piedpiper.com"
BY_TOKEN = "donald@piedpiper.com"
RICHARD, GAVIN, DINESH = "richard@hooli.com", "gavin@hooli.com", "dinesh@hooli.com"
AWAY, FULL = "erlich@hooli.com", "full@hooli.com"
UNKNOWN, WAITING = "nobody@hooli.com", f"bighead@{SLOW}"
MOST_SECONDS = 5.0
# A connection that was lost is made again two seconds later.
MOST_SECONDS_AFTER_A_KICK = 10.0
TOKEN_SECONDS = 4

# What happens to each, and where that leaves them.
STORY = {
    RICHARD: (ActivityType.EMAILS_REPLIED, LeadState.WARMED),
    AWAY: (ActivityType.EMAILS_AUTO_REPLIED, LeadState.CONTACTED),
    UNKNOWN: (ActivityType.EMAILS_BOUNCED, LeadState.EMAILS_BOUNCED),
    FULL: (ActivityType.EMAILS_BOUNCED, LeadState.EMAILS_BOUNCED),
    WAITING: (ActivityType.EMAILS_DELAYED, LeadState.CONTACTED),
    GAVIN: (ActivityType.EMAILS_UNSUBSCRIBED, LeadState.EMAILS_UNSUBSCRIBED),
    DINESH: (ActivityType.EMAILS_UNSUBSCRIBED, LeadState.EMAILS_UNSUBSCRIBED),
}


def late(seller: Seller, mailbox: str, seen: dict[Happened, float]) -> dict[str, float]:
    """Say how long after its arrival each mail was a state, and print it."""
    waits = {who: at - seller.arrived_at(mailbox, who) for (who, _), at in seen.items()}
    told = ", ".join(f"{who.partition('@')[0]} {wait:.2f}" for who, wait in waits.items())
    sys.stdout.write(f"\nseconds from arrival to state: {told}\n")
    return waits


async def test_whatever_comes_back_is_a_state_within_five_seconds(
    seller: Seller, servers: Servers
) -> None:
    servers.dovecot.add(RICHARD, GAVIN, DINESH)
    servers.dovecot.add(AWAY, is_away=True)
    servers.dovecot.add(FULL, is_full=True)
    sender = await seller.add_sender(JARED)

    async with seller.working():
        await seller.until_read(sender)
        ids = await seller.start(sender, *STORY)
        await seller.answer(RICHARD, "That sounds good. Call me on Thursday.")
        await seller.answer(DINESH, "Please remove me from your list.")
        button = str((await seller.mail_of(GAVIN))["List-Unsubscribe"])
        (subject,) = re.findall(rf"mailto:{JARED}\?subject=(\w+)", button)
        await seller.answer(GAVIN, "", subject=subject)
        seen = await seller.until_happened(*((who, what) for who, (what, _) in STORY.items()))

    assert max(late(seller, JARED, seen).values()) <= MOST_SECONDS
    states = {who: await seller.state(id_) for who, id_ in ids.items()}
    assert states == {who: state for who, (_, state) in STORY.items()}


async def test_reading_goes_on_when_its_connections_are_kicked(
    seller: Seller, servers: Servers
) -> None:
    people = [f"{name}@hooli.com" for name in ("jian", "laurie", "monica")]
    servers.dovecot.add(*people)
    sender, waits = await seller.add_sender(KICKED), dict[str, float]()

    async with seller.working():
        await seller.until_read(sender)
        await seller.start(sender, *people)
        for person in people:
            await seller.mail_of(person)
            servers.dovecot.kick(KICKED)
            await seller.answer(person, "Let us talk.")
            seen = await seller.until_happened((person, ActivityType.EMAILS_REPLIED))
            waits |= late(seller, KICKED, seen)

    assert max(waits.values()) <= MOST_SECONDS_AFTER_A_KICK


async def test_a_mailbox_is_used_by_tokens_that_end_on_the_way(
    seller: Seller, servers: Servers
) -> None:
    minted: list[float] = []

    def mint(_: int) -> str:
        lifetime = (-5, TOKEN_SECONDS)[bool(minted)]  # the first has ended when it is shown
        minted.append(time.time() + lifetime)
        return token(BY_TOKEN, lifetime=lifetime)

    people = ["russ@hooli.com", "jared@hooli.com"]
    servers.dovecot.add(BY_TOKEN, *people)
    async with providing(mint=mint, account=BY_TOKEN) as identity:
        here = structs.replace(identity.client(), smtp=servers.smtp, imap=servers.imap)
        oauth, now = identity.oauth(client=here), seller.clock.now()
        asked = await start(seller.database, identity, seller.user, now=now, email=BY_TOKEN)
        sender = await finish(seller.database, identity, asked, now=now, oauth=oauth)
        waits = dict[str, float]()

        async with seller.working(oauth):
            await seller.until_read(sender)
            await seller.start(sender, *people)
            for person in people:
                await seller.mail_of(person)
                await until(lambda: time.time() > minted[-1])
                servers.dovecot.kick(BY_TOKEN)
                await seller.answer(person, "Let us talk.")
                seen = await seller.until_happened((person, ActivityType.EMAILS_REPLIED))
                waits |= late(seller, BY_TOKEN, seen)

    assert max(waits.values()) <= MOST_SECONDS_AFTER_A_KICK
    assert len(identity.refreshes) >= 1 + len(people)
    async with seller.database.transaction() as db:
        assert (await senders.get(db, sender.team_id, sender.id)).paused_for is None
