"""Who has the secret knows that it was us, by the public library of Standard Webhooks."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from pomelo import hooks
from pomelo.base.ids import HookDeliveryId
from pomelo.base.secret import Secret
from pomelo.hooks import HookNotFound, signatures
from pomelo.leads import ActivityType
from tests import make
from tests.hooks.office import Office
from tests.hooks.receiver import receiving

SENT = ActivityType.EMAILS_SENT
# Source: Standard Webhooks' own test vector.
VECTOR = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def test_the_specifications_vector_is_met() -> None:
    signed = signatures.headers(
        HookDeliveryId("msg_p5jXN8AQM9LWM0D4loKWxJek"),
        b'{"test": 2432232314}',
        [VECTOR],
        datetime.fromtimestamp(1614265330, UTC),
    )

    assert signed == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_secret_has_256_bits_and_no_two_are_alike() -> None:
    made = {signatures.new_secret().reveal() for _ in range(20)}

    assert len(made) == 20
    assert {len(base64.b64decode(one.removeprefix("whsec_"))) for one in made} == {32}


async def test_what_is_told_verifies_and_a_flipped_byte_does_not(here: Office) -> None:
    lead = await here.add_lead(firstName="Zoë 🍊")
    async with receiving() as receiver:
        hook = await here.add_hook(receiver.url, type="emailsSent")
        await here.happen(lead, SENT)

        await here.work()

    (told,) = receiver.told
    verifier = Webhook(here.secrets[hook.id])
    assert verifier.verify(told.body, told.headers)["leadFirstName"] == "Zoë 🍊"
    later = str(int(told.headers["webhook-timestamp"]) + 1)
    for changed in (
        (told.body.replace(b"emailsSent", b"emailsSenT"), told.headers),
        (told.body, {**told.headers, "webhook-id": "hdl_other"}),
        (told.body, {**told.headers, "webhook-timestamp": later}),
    ):
        with pytest.raises(WebhookVerificationError):
            verifier.verify(*changed)


async def test_for_a_day_after_a_rotation_both_secrets_verify(here: Office) -> None:
    lead = await here.add_lead()
    async with receiving() as receiver:
        hook = await here.add_hook(receiver.url, type="emailsSent")
        async with here.database.transaction() as db:
            rotated, new = await hooks.rotate(
                db, here.team, hook.id, vault=make.VAULT, now=here.clock.now()
            )
        await here.happen(lead, SENT)
        await here.work()
        here.clock.forward(timedelta(hours=24))
        await here.happen(lead, SENT)
        await here.work()

    during, after = receiver.told
    assert rotated.old_signs_until is not None
    for secret in (here.secrets[hook.id], new.reveal()):
        Webhook(secret).verify(during.body, during.headers)
    Webhook(new.reveal()).verify(after.body, after.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(here.secrets[hook.id]).verify(after.body, after.headers)


async def test_secrets_are_kept_encrypted(here: Office) -> None:
    hook = await here.add_hook("http://127.0.0.1/", secret=Secret("canary-of-lemlist"))

    async with here.database.transaction() as db:
        row = await db.fetchrow("SELECT * FROM hooks")

    held = repr(dict(row or {}))
    assert "canary-of-lemlist" not in held
    assert here.secrets[hook.id] not in held


async def test_nobody_rotates_a_hook_of_others(here: Office) -> None:
    strangers = await here.add_campaign("Hooli")
    hook = await here.add_hook("http://127.0.0.1/")

    async with here.database.transaction() as db:
        with pytest.raises(HookNotFound):
            await hooks.rotate(
                db, strangers.team_id, hook.id, vault=make.VAULT, now=here.clock.now()
            )
