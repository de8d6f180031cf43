"""The edge: what every request passes, in this order, whatever it asks for.

Address decoded, caller found, request counted, operation found, permission and origin
checked, body and query decoded, operation run, errors turned into sentences, answer sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from pomelo.api import refusals, respond
from pomelo.api.answers import JSON
from pomelo.api.auth import Authenticator
from pomelo.api.body import Body
from pomelo.api.call import AppState, Call
from pomelo.api.contract import Permission
from pomelo.api.exchange import Exchange
from pomelo.api.origins import is_from_elsewhere
from pomelo.api.proxies import Proxies
from pomelo.api.ratelimit import HeaderList, RateLimiter
from pomelo.api.router import Endpoint, Router, WrongMethod
from pomelo.base import log, metrics
from pomelo.base.clock import monotonic
from pomelo.base.errors import (
    Forbidden,
    NotFound,
    PomeloError,
    TooMany,
    Unauthenticated,
    Unavailable,
)

_log: Final = log.get("api")

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SECURITY: Final[HeaderList] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
]
NO_STORE: Final = (b"cache-control", b"no-store")


class OtherSite(Forbidden):
    """Pages of other sites may change nothing here; call from a program or from Pomelo itself."""


@dataclass(frozen=True)
class EdgeParts:
    """What the edge is made of.

    Args:
        router: Every operation.
        state: What all calls share.
        authenticator: Finds callers.
        limiter: Counts requests below /api.
        proxies: Whose X-Forwarded-For and -Proto are believed.
        fallback: Serves what is no operation and not below /api (the web application).
        has_access_log: Whether every request leaves a line.
    """

    router: Router
    state: AppState
    authenticator: Authenticator
    limiter: RateLimiter
    proxies: Proxies = field(default_factory=Proxies)
    fallback: ASGIApp | None = None
    has_access_log: bool = False


class Edge:
    """The ASGI application."""

    def __init__(self, parts: EdgeParts) -> None:
        self._parts = parts
        self._state = parts.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; no error leaves, except to break an answer off half-way."""
        if scope["type"] != "http":
            return
        began = monotonic()
        now, proxies = self._state.clock.now(), self._parts.proxies
        exchange = Exchange(scope, receive, send, now=now, proxies=proxies)
        try:
            answer = await self._answer(exchange)
        except Exception as error:
            answer = refusals.refusal(error, exchange)
        try:
            await self._send(exchange, answer)
        finally:
            self._note(exchange, monotonic() - began)

    async def _answer(self, exchange: Exchange) -> respond.Response:
        if exchange.is_api:
            try:
                await self._admit(exchange)
            except Unavailable:
                exchange.endpoint = self._meant(exchange)
                raise
        method = exchange.scope["method"]
        if exchange.path_refusal is not None:
            raise exchange.path_refusal
        try:
            endpoint, path = self._parts.router.find(method, exchange.parts)
        except WrongMethod as wrong:
            if method != "OPTIONS":
                raise
            return respond.Whole(204, [(b"allow", ", ".join(wrong.allowed).encode())], b"")
        except NotFound:
            if exchange.is_api or self._parts.fallback is None:
                raise
            return self._parts.fallback
        exchange.endpoint = endpoint
        self._permit(exchange, endpoint)
        answer = await endpoint.operation.run(await self._call(exchange, endpoint, path))
        return respond.response(answer, endpoint.operation.status)

    async def _admit(self, exchange: Exchange) -> None:
        """Find who calls and count the request; who is unknown is counted by address."""
        limiter = self._parts.limiter
        exchange.quota = limiter.unknown(exchange.now)
        try:
            exchange.caller = await self._parts.authenticator.find(
                exchange.headers, exchange.scope["query_string"]
            )
        except Unavailable:
            raise
        except PomeloError as error:
            exchange.refusal = error
        if limiter.limit:
            caller = exchange.caller
            exchange.quota = await limiter.hit(
                caller.key if caller else f"address:{exchange.client}"
            )
            if not exchange.quota.is_granted:
                raise TooMany

    def _meant(self, exchange: Exchange) -> Endpoint | None:
        """Find the operation that a request which could not be admitted was for.

        It says how its failures look, even those before it is reached. Whoever is known to
        have no key is told nothing of it.
        """
        if exchange.refusal is not None or exchange.path_refusal is not None:
            return None
        try:
            return self._parts.router.find(exchange.scope["method"], exchange.parts)[0]
        except (NotFound, WrongMethod):
            return None

    def _permit(self, exchange: Exchange, endpoint: Endpoint) -> None:
        operation = endpoint.operation
        if operation.permission is not Permission.PUBLIC and exchange.caller is None:
            raise exchange.refusal or Unauthenticated
        if (
            exchange.scope["method"] not in SAFE
            and not operation.allows_other_sites
            and is_from_elsewhere(exchange.headers, self._state.public_url, exchange.scheme)
        ):
            raise OtherSite

    async def _call(
        self, exchange: Exchange, endpoint: Endpoint, path: Mapping[str, str]
    ) -> Call[Any, Any]:
        operation, scope = endpoint.operation, exchange.scope
        body = Body(
            exchange.headers, exchange.receive, operation.body_limit_bytes, operation.body_seconds
        )
        query = endpoint.decode_query(scope["query_string"])
        return Call(
            path=path,
            query=query,
            body=await _read(endpoint, body),
            now=exchange.now,
            state=self._state,
            client=exchange.client,
            headers=Headers(scope=scope),
            method=scope["method"],
            found_caller=exchange.caller,
        )

    async def _send(self, exchange: Exchange, answer: respond.Response) -> None:
        if isinstance(answer, respond.Whole):
            exchange.status = answer.status
            await respond.send_whole(exchange.send, answer, _common(exchange))
            return

        send = respond.Watched(exchange.send, _common(exchange))
        try:
            await answer(exchange.scope, exchange.receive, send)
        except Exception as error:
            if send.status is None:
                await self._send(exchange, refusals.refusal(error, exchange))
                return
            # Half of it is on the way: breaking off is the only way left to say "incomplete".
            _log.error("answer broken off", path=exchange.address, error=repr(error))
            raise
        finally:
            exchange.status = send.status or exchange.status

    def _note(self, exchange: Exchange, seconds: float) -> None:
        name = exchange.endpoint.id if exchange.endpoint else "none"
        metrics.count_request(name, exchange.status, seconds)
        if self._parts.has_access_log:
            _log.info(
                "request",
                method=exchange.scope["method"],
                path=exchange.address,
                status=exchange.status,
                ms=round(seconds * 1000, 1),
                client=exchange.client,
                key=exchange.caller.key if exchange.caller else None,
            )


async def _read(endpoint: Endpoint, body: Body) -> object:
    operation = endpoint.operation
    if not operation.takes_body:
        await body.read()  # so that the connection can be used again
        return None
    if operation.body_media != JSON:
        return body.chunks()
    return endpoint.decode_body(await body.read())


def _common(exchange: Exchange) -> HeaderList:
    """Give the headers that every answer carries."""
    if exchange.quota is None:
        return SECURITY
    # Who is refused for another reason than the window (a full queue) waits a second too.
    quota = exchange.quota.headers(least_wait=exchange.status == 429)
    return [*SECURITY, NO_STORE, *(quota[1:] if exchange.status == 503 else quota)]
