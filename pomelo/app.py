"""Builds the web application: the table of operations behind the edge."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.types import ASGIApp

from pomelo.api.auth import Authenticator, FindCaller
from pomelo.api.call import AppState
from pomelo.api.contract import AnyOperation
from pomelo.api.edge import Edge, EdgeParts
from pomelo.api.meta import Documents
from pomelo.api.ratelimit import RateLimiter
from pomelo.api.router import Router
from pomelo.api.table import OPERATIONS
from pomelo.base import metrics
from pomelo.base.db import Database
from pomelo.teams import Caller, authenticate


def build(
    state: AppState,
    *,
    rate_limit: int,
    find_caller: FindCaller | None = None,
    operations: Sequence[AnyOperation] = OPERATIONS,
    fallback: ASGIApp | None = None,
    trusted_proxies: frozenset[str] = frozenset(),
    has_access_log: bool = False,
) -> ASGIApp:
    """Build the ASGI application.

    Args:
        state: What all calls share; its database is opened by who starts the server.
        rate_limit: Requests a key may make in any 2 s; 0 = no limit.
        find_caller: Finds a caller by the SHA-256 of a key; in the database by default.
        operations: The table.
        fallback: Serves what is no operation and not below /api (the web application).
        trusted_proxies: Addresses whose X-Forwarded-For is believed.
        has_access_log: Whether every request leaves a line in the log.

    Raises:
        ValueError: Two operations share an address or an id.
    """
    documents = Documents(operations, state.public_url)
    return Edge(
        EdgeParts(
            router=Router(operations),
            state=replace(state, parts={**state.parts, Documents: documents}),
            authenticator=Authenticator(find_caller or callers_in(state.database)),
            limiter=RateLimiter(state.database, rate_limit, metrics.group_size("rate limit")),
            trusted_proxies=trusted_proxies,
            fallback=fallback,
            has_access_log=has_access_log,
        )
    )


def callers_in(database: Database) -> FindCaller:
    """Give the function that finds callers in the database."""

    async def find(digest: bytes) -> Caller | None:
        async with database.transaction(readonly=True) as db:
            return await authenticate(db, digest)

    return find
