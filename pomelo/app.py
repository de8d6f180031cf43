"""Builds the web application: the table of operations behind the edge."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.types import ASGIApp

from pomelo.api.auth import Authenticator, FindCaller
from pomelo.api.call import AppState
from pomelo.api.contract import AnyOperation
from pomelo.api.edge import Edge, EdgeParts
from pomelo.api.gauges import Gauges
from pomelo.api.meta import Documents
from pomelo.api.pixels import Pixels
from pomelo.api.proxies import Proxies
from pomelo.api.ratelimit import RateLimiter
from pomelo.api.router import Router
from pomelo.api.table import OPERATIONS
from pomelo.api.tracking import Tracker
from pomelo.base import metrics
from pomelo.base.db import Database
from pomelo.base.outgoing import Network
from pomelo.teams import Caller, authenticate


def build(
    state: AppState,
    *,
    rate_limit: int,
    find_caller: FindCaller | None = None,
    operations: Sequence[AnyOperation] = OPERATIONS,
    fallback: ASGIApp | None = None,
    trusted_proxies: tuple[Network, ...] = (),
    has_access_log: bool = False,
) -> ASGIApp:
    """Build the ASGI application.

    Args:
        state: What all calls share; its database is opened by who starts the server.
        rate_limit: Requests a key may make in any 2 s; 0 = no limit.
        find_caller: Finds a caller by the SHA-256 of a key; in the database by default.
        operations: The table.
        fallback: Serves what is no operation and not below /api (the web application).
        trusted_proxies: Networks of proxies whose X-Forwarded-For and -Proto are believed.
        has_access_log: Whether every request leaves a line in the log.

    Raises:
        ValueError: Two operations share an address or an id.
    """
    documents = Documents(operations, state.public_url)
    gauges = Gauges(state.database, state.clock, state.freshness)
    edge = Edge(
        EdgeParts(
            router=Router(operations),
            state=replace(state, parts={**state.parts, Documents: documents, Gauges: gauges}),
            authenticator=Authenticator(find_caller or callers_in(state.database)),
            limiter=RateLimiter(state.database, rate_limit, metrics.group_size("rate limit")),
            proxies=Proxies(trusted_proxies),
            fallback=fallback,
            has_access_log=has_access_log,
        )
    )
    return edge if has_access_log or Tracker not in state.parts else Pixels(edge, state)


def callers_in(database: Database) -> FindCaller:
    """Give the function that finds callers in the database."""

    async def find(digest: bytes) -> Caller | None:
        async with database.transaction(readonly=True) as db:
            return await authenticate(db, digest)

    return find
