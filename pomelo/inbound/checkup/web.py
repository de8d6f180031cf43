"""Whether links in mails lead anywhere: this server's public address, asked from here."""

import asyncio
import ssl
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from pomelo.base.errors import Invalid
from pomelo.base.outgoing import Guard
from pomelo.inbound.checkup.findings import CheckFinding, Topic
from pomelo.senders import is_loopback

TOPIC: Final = Topic(
    "tracking host", "Links, opens and the unsubscribe button in each mail lead there."
)
WEB_SECONDS: Final = 10.0
_SET: Final = "Set POMELO_PUBLIC_URL to an https address that the whole Internet reaches."
# It answers, though it may not be ready just now.
_ALIVE: Final = frozenset({HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE})


async def examine_web(public_url: str, guard: Guard, context: ssl.SSLContext) -> CheckFinding:
    """Ask the public address whether it is this server; within 10 seconds.

    Args:
        public_url: As mails name it, without a slash at the end.
        guard: Says which addresses count as reachable.
        context: Which certificates are trusted.
    """
    parts = urlsplit(public_url)
    if is_loopback(parts.hostname or "localhost"):
        return TOPIC.wrong(f"{public_url} is this machine: nobody else reaches it.", _SET)
    from pomelo.base.outgoing_http import client  # noqa: PLC0415 - slow, and seldom needed

    try:
        async with asyncio.timeout(WEB_SECONDS), client(guard, context) as asking:
            answer = await asking.get(f"{public_url}/health")
    except Invalid as refused:
        return TOPIC.wrong(f"{public_url} cannot be reached: {refused}", _SET)
    except TimeoutError:
        return TOPIC.wrong(f"{public_url} did not answer in time.", _SET)
    except Exception as error:  # httpcore's, the system's and TLS's have nothing in common
        return TOPIC.wrong(f"{public_url} cannot be reached ({type(error).__name__}).", _SET)
    if answer.status_code not in _ALIVE or b'"status"' not in answer.content:
        return TOPIC.wrong(f"What answers at {public_url} is not this server.", _SET)
    if parts.scheme != "https":
        return TOPIC.doubt(f"{public_url} answers, without TLS.", _SET)
    return TOPIC.good(f"{public_url} answers.")
