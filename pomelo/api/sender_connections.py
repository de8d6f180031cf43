"""Connecting a mailbox to Google or Microsoft from a browser: sent there, and back again."""

import hashlib
import secrets
from typing import Annotated, Final

import msgspec

from pomelo import senders
from pomelo.api.answers import Json, Moment, Raw, moment
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.email_accounts import NotMember, require_member
from pomelo.api.public_pages import page
from pomelo.base.addresses import AddressInvalid, parse
from pomelo.base.errors import PomeloError, Unavailable
from pomelo.base.ids import UserId
from pomelo.inbound import read_elsewhere
from pomelo.senders import (
    CALLBACK_PATH,
    Brought,
    HostElsewhere,
    Provider,
    ProviderNotSet,
    Way,
    Wish,
)
from pomelo.smtp import MailAccess

SECTION: Final = "Senders"
COOKIE: Final = "pomelo_connecting"
COOKIE_SECONDS: Final = 600


class ConnectionBody(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A mailbox to connect; one that is there already keeps its name, limit and gap."""

    provider: Provider
    email: str
    login: Annotated[
        str, msgspec.Meta(max_length=320, description="The account, where it is not the address")
    ] = ""
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    user_id: UserId | None = None


class ConnectionStarted(msgspec.Struct, frozen=True, rename="camel"):
    """Where to send the browser now, and until when it may come back."""

    url: str
    expires_at: Moment


class CallbackQuery(msgspec.Struct, frozen=True):
    """What a provider sends a browser back with; without `code` it gave no leave."""

    state: str = ""
    code: str = ""
    error: str = ""


async def start(call: Call[NoQuery, ConnectionBody]) -> Json:
    """Answer where to send the browser, and mark it: only this one may come back."""
    body, access = call.body, call.state.part(MailAccess)
    wish = Wish(
        provider=body.provider,
        user_id=body.user_id or call.caller.user,
        address=parse(body.email),
        login=body.login,
        name=body.name,
    )
    client = access.oauth.client(wish.provider)
    senders.check_here((client.smtp, client.imap), call.state.clock.speed)
    browser = secrets.token_urlsafe(32)
    async with call.state.database.transaction() as db:
        await require_member(db, call.caller.team, wish.user_id)
        started = await senders.start_connecting(
            db,
            call.caller.team,
            wish,
            Way(call.state.public_url + CALLBACK_PATH, browser),
            oauth=access.oauth,
            vault=access.vault,
            now=call.now,
        )
    answer = ConnectionStarted(started.url, moment(started.expires_at))
    cookie = _cookie(started.state, browser, is_secure=call.state.public_url.startswith("https:"))
    return Json(answer, headers=(("set-cookie", cookie),))


def _cookie_name(state: str) -> str:
    """Name a cookie of its own for each mailbox that one browser connects at the same time."""
    return f"{COOKIE}_{hashlib.sha256(state.encode()).hexdigest()[:16]}"


def _cookie(state: str, value: str, *, is_secure: bool) -> str:
    """Write a cookie that comes back with the provider's redirect, and with nothing else.

    Source:
        RFC 6265 4.1; SameSite=Lax lets it come with a link from another site.
    """
    secure = "; Secure" if is_secure else ""
    return (
        f"{_cookie_name(state)}={value}; Path={CALLBACK_PATH}; Max-Age={COOKIE_SECONDS}; HttpOnly; "
        f"SameSite=Lax{secure}"
    )


async def callback(call: Call[CallbackQuery, None]) -> Raw:
    """Take what a browser brings back from a provider."""
    if call.method != "GET":  # whoever only looks must not use it up
        return page(200, "Connecting a mailbox", "Open this page with your browser.")
    access = call.state.part(MailAccess)
    try:
        sender = await senders.finish_connecting(
            call.state.database,
            Brought(
                call.query.state,
                call.query.code,
                _cookie_of(call.headers.get("cookie", ""), call.query.state),
                call.query.error,
            ),
            also=read_elsewhere,
            oauth=access.oauth,
            vault=access.vault,
            now=call.now,
        )
    except Unavailable:
        raise
    except PomeloError as problem:
        return page(400, "The mailbox is not connected", str(problem))
    return page(
        200, "The mailbox is connected", f"{sender.email} can be used now; close this page."
    )


def _cookie_of(header: str, state: str) -> str:
    """Find our cookie among those that a browser brings (RFC 6265 5.4)."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return next((value for name, _, value in pairs if name == _cookie_name(state)), "")


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="POST",
        path="/api/senders/connect",
        run=start,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Connect a sender to Google or Microsoft",
        text=(
            "Pomelo's own, for a browser: send it to `url` with the cookie that comes with the "
            "answer; when its user has agreed there, it comes back to `/oauth/callback`, where "
            "the sender of that address is connected, or added. No password is needed from then "
            "on. Without a browser: `pomelo sender connect`."
        ),
        body=ConnectionBody,
        answer=ConnectionStarted,
        errors=(ProviderNotSet, HostElsewhere, AddressInvalid, NotMember),
        example={"provider": "google", "email": "jared@piedpiper.com", "name": "Jared Dunn"},
    ),
    Operation(
        method="GET",
        path=CALLBACK_PATH,
        run=callback,
        permission=Permission.PUBLIC,
        section=SECTION,
        summary="Come back from Google or Microsoft",
        text=(
            "A page for the browser that was sent there; what it brings works once, within 10 "
            "minutes, and in that browser only."
        ),
        query=CallbackQuery,
        media="text/html; charset=utf-8",
        name="callback",
    ),
)
