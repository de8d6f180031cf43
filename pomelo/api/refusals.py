"""From an error to its answer: a sentence, and nothing of how the server is made."""

import secrets
from typing import Final

from pomelo.api import respond
from pomelo.api.answers import JSON, TEXT
from pomelo.api.exchange import Exchange
from pomelo.api.ratelimit import HeaderList
from pomelo.api.router import WrongMethod
from pomelo.api.statuses import status_of
from pomelo.base import log
from pomelo.base.errors import PomeloError

_log: Final = log.get("api")

# After these the rest of the body may still be coming: nobody could use the connection again.
HURT: Final = frozenset({408, 413})


def refusal(error: Exception, exchange: Exchange) -> respond.Whole:
    """Turn an error into an answer: a sentence, or JSON where the operation says so.

    What is not expected becomes a number that leads to the log, and tells nothing else.
    """
    status = status_of(type(error))
    exchange.status = status
    headers = _reasons(error, status, exchange)
    if not isinstance(error, PomeloError) or status == 500:
        return respond.whole(500, TEXT, _unexpected(error, exchange).encode(), headers)
    shape = exchange.endpoint.operation.shape_error if exchange.endpoint else None
    shaped = shape(error) if shape else None
    if shaped is not None:
        return respond.whole(status, JSON, respond.encode(shaped), headers)
    return respond.whole(status, TEXT, str(error).encode(), headers)


def _reasons(error: Exception, status: int, exchange: Exchange) -> HeaderList:
    """Give the headers that belong to a status."""
    headers: HeaderList = []
    if isinstance(error, WrongMethod):
        headers.append((b"allow", ", ".join(error.allowed).encode()))
    if status == 503:
        headers.append((b"retry-after", b"2"))
    # RFC 9110 15.5.2 asks for a challenge; a browser's own requests get none, because it
    # would answer with a dialog of its own.
    if status == 401 and b"sec-fetch-site" not in exchange.headers:
        headers.append((b"www-authenticate", b'Basic realm="api"'))
    if status in HURT:
        headers.append((b"connection", b"close"))
    return headers


def _unexpected(error: Exception, exchange: Exchange) -> str:
    number = secrets.token_hex(4)
    _log.error("unexpected", id=number, path=exchange.address, exc_info=error)
    return f"Something went wrong on the server; its log says more under {number}."
