"""Secrets go in and never come out: no answer, no line of the log, no column holds one."""

import base64
import io
from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest

from pomelo import teams
from pomelo.base import log
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.secret import STARS
from tests.shape import world
from tests.shape.calls import own_cases
from tests.shape.world import HOOK_SECRET, IMAP_PASSWORD, SMTP_PASSWORD, Side


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged, down to the smallest."""
    stream = io.StringIO()
    log.configure("debug", stream)
    yield stream
    log.configure()


@pytest.fixture
async def side(database: Database) -> AsyncIterator[Side]:
    async with world.side(database, "Hooli") as made:
        yield made


# Where people put a key that do not know where it belongs.
MISPLACED: Final = (
    "/api/campaigns?api_key={key}",
    "/api/campaigns?apiKey={key}",
    "/api/campaigns?token={key}",
    "/{key}",
)


async def make_key(side: Side) -> str:
    async with side.caller.database.transaction() as db:
        key = await teams.create_key(db, side.caller.team.id, name="canary", now=Clock().now())
    return key.text


def found(text: str, secrets: list[str]) -> list[str]:
    """Give the secrets that a text holds, plainly or in base64."""
    coded = {secret: base64.b64encode(secret.encode()).decode().rstrip("=") for secret in secrets}
    return [secret for secret in secrets if secret in text or coded[secret] in text]


async def test_no_answer_and_no_log_shows_a_secret(side: Side, written: io.StringIO) -> None:
    key = await make_key(side)
    secrets = [key, SMTP_PASSWORD, IMAP_PASSWORD, HOOK_SECRET]
    shown = []

    # The key stands in the address, where it is easiest to lose; tests of mailboxes log in.
    for case in own_cases():
        request = case.request(side.things, {})
        request["params"] = {**(request["params"] or {}), "access_token": key}
        answer = await side.caller.http.request(**request, auth=None)
        shown += [(str(case), one) for one in found(answer.text, secrets)]
        shown += [(str(case), one) for one in found(str(answer.headers), secrets)]
    for address in MISPLACED:
        answer = await side.caller.http.get(address.format(key=key))
        shown += [(address, one) for one in found(answer.text, secrets)]

    assert shown == []
    for masked in ("access_token={key}", *MISPLACED):
        assert masked.format(key=STARS) in written.getvalue()
    assert found(written.getvalue(), secrets) == []


async def test_no_column_holds_a_secret(side: Side) -> None:
    key = await make_key(side)

    held = "\n".join(await world.rows(side.caller.database))

    for secret in (key, SMTP_PASSWORD, IMAP_PASSWORD, HOOK_SECRET):
        assert secret not in held
        assert secret.encode().hex() not in held
