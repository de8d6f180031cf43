"""What a provider's token endpoint answers, and what it means for the mailbox."""

import base64
import binascii
import re
from datetime import datetime, timedelta
from typing import Annotated, Final, TypeAlias

import msgspec
from msgspec import Meta, Struct

from pomelo.base.addresses import AddressInvalid, parse

# Ahead of an access token's end by that much it is renewed.
AHEAD: Final = timedelta(minutes=5)
# What a token lives whose provider does not say (RFC 6749 5.1 lets it).
USUAL_SECONDS: Final = 3600
FIRST_REST: Final = timedelta(seconds=20)
LONGEST_REST: Final = timedelta(minutes=10)
# Only a person can answer these: leave has ended, or the provider wants to see somebody.
NEEDS_PERSON: Final = frozenset(
    {"invalid_grant", "interaction_required", "consent_required", "login_required"}
)
# The operator's registration is at fault, not the mailbox.
NEEDS_OPERATOR: Final = frozenset({"invalid_client", "unauthorized_client"})
_CODE: Final = re.compile(r"[a-z_]{1,40}")


class Tokens(Struct, frozen=True):
    """What a provider gave.

    Attributes:
        access: Logs in.
        refresh: Gets the next one; empty = the one before stays.
        lifetime: How long the access token lasts.
        accounts: The names by which the provider knows who gave leave, if it told.
        scope: What leave is for; empty = for all that was asked.
    """

    access: str
    refresh: str
    lifetime: timedelta
    accounts: tuple[str, ...] = ()
    scope: str = ""

    def __repr__(self) -> str:
        return f"Tokens(for {self.lifetime})"


class Ended(Struct, frozen=True):
    """A final no: a person must give leave again."""

    error: str


class Trouble(Struct, frozen=True):
    """No answer that decides anything; another time may be better.

    Attributes:
        words: What went wrong, to be put behind the provider's name.
    """

    words: str


Answer: TypeAlias = Tokens | Ended | Trouble


class _Body(Struct, frozen=True):
    access_token: Annotated[str, Meta(min_length=1)] = ""
    refresh_token: str = ""
    expires_in: Annotated[int, Meta(ge=0, le=10**9)] | None = None
    id_token: str = ""
    scope: str = ""
    error: str = ""


class _Claims(Struct, frozen=True):
    email: str = ""
    preferred_username: str = ""


def read(status: int, body: bytes) -> Answer:
    """Read an answer of the token endpoint, whatever it is.

    Args:
        status: Of HTTP.
        body: At most some kilobytes.

    Source:
        RFC 6749 5.1 and 5.2; OpenID Connect Core 3.1.3.3.
    """
    try:
        said = msgspec.json.decode(body, type=_Body, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Trouble(f"answers with {status} and nothing that we understand")
    if status == 200 and said.access_token:
        seconds = USUAL_SECONDS if said.expires_in is None else said.expires_in
        return Tokens(
            said.access_token,
            said.refresh_token,
            timedelta(seconds=seconds),
            _accounts(said.id_token),
            said.scope,
        )
    if said.error in NEEDS_PERSON:
        return Ended(said.error)
    if said.error in NEEDS_OPERATOR:
        return Trouble(
            f"refuses this server's client id or secret ({said.error}), which its operator must "
            "renew"
        )
    return Trouble(f"answers with {status}{shown(said.error)}")


def shown(error: str) -> str:
    """Give an error of a provider's in brackets; what is no code of RFC 6749 is not shown."""
    return f" ({error})" if _CODE.fullmatch(error) else ""


def _accounts(id_token: str) -> tuple[str, ...]:
    """Read who gave leave.

    The token came from the provider itself over TLS, so its signature proves nothing more.

    Source:
        OpenID Connect Core 3.1.3.7, point 6.
    """
    payload = id_token.partition(".")[2].partition(".")[0]
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        claims = msgspec.json.decode(raw, type=_Claims)
    except (binascii.Error, ValueError, RecursionError, msgspec.MsgspecError):
        return ()
    return tuple(filter(None, (claims.email, claims.preferred_username)))


def is_for(tokens: Tokens, login: str) -> bool:
    """Tell whether the account that is meant gave leave, as far as the provider tells."""
    return not tokens.accounts or _key(login) in map(_key, tokens.accounts)


def is_whole(tokens: Tokens, needed: str) -> bool:
    """Tell whether leave includes what nothing works without: a person may untick it.

    Args:
        tokens: What came.
        needed: One scope; empty = the provider gives all or nothing.

    Source:
        RFC 6749 5.1 (`scope`, when it is not what was asked for).
    """
    return not needed or not tokens.scope or needed in tokens.scope.split()


def _key(account: str) -> str:
    try:
        return parse(account).key
    except AddressInvalid:
        return account.lower()


def refresh_at(tokens: Tokens, now: datetime) -> datetime:
    """Give when a token is to be renewed: 5 minutes ahead, half way for one that lives shortly."""
    return now + max(tokens.lifetime - AHEAD, tokens.lifetime / 2)


def rest(failures: int) -> timedelta:
    """Give how long to leave a provider alone after so many failures in a row (from 1)."""
    return min(FIRST_REST * (1 << min(failures - 1, 10)), LONGEST_REST)
