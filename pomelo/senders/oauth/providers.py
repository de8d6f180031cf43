"""Google and Microsoft as OAuth 2.0 knows them: addresses, scopes, and what a browser is sent with.

Sources: RFC 6749, RFC 7636 (PKCE), RFC 8252 (loopback); the providers' pages on XOAUTH2.
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from pomelo.base.errors import Conflict
from pomelo.senders import presets
from pomelo.senders.model import Provider, Server

CALLBACK_PATH: Final = "/oauth/callback"


TITLES: Final[Mapping[Provider, str]] = {
    Provider.GOOGLE: "Google",
    Provider.MICROSOFT: "Microsoft",
}


class ProviderNotSet(Conflict):
    """This server is not registered at that provider; see docs/guides/oauth.md."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(
            f"This server is not registered at {TITLES[provider]}; let its operator set "
            f"POMELO_{provider.upper()}_CLIENT_ID (docs/guides/oauth.md)."
        )


class Client(Struct, frozen=True, kw_only=True):
    """This installation as a provider knows it, and the provider as it must be spoken to.

    Attributes:
        provider: Which.
        client_id: Our name there.
        client_secret: Proves it; empty = a public client.
        authorize_url: Where a person gives leave.
        token_url: Where codes and refresh tokens are exchanged.
        scope: What leave is asked for.
        needed: The part of it that a person may refuse alone; empty = none.
        smtp: Where its access tokens let mail be handed over; nobody else is shown one.
        imap: Where they let mail be read.
        more: What else it wants to hear when leave is asked for.
        loopback: How it wants this machine to be called in a redirect.
    """

    provider: Provider
    client_id: str
    client_secret: str
    authorize_url: str
    token_url: str
    scope: str
    needed: str
    smtp: Server
    imap: Server
    more: Mapping[str, str]
    loopback: str

    def __repr__(self) -> str:
        return f"Client({self.provider}, {self.client_id})"


def google(client_id: str, client_secret: str, identity_url: str = "") -> Client:
    """Describe this installation as a client of Google's.

    Args:
        client_id: Of the operator's own project.
        client_secret: Its secret.
        identity_url: Where `/auth` and `/token` are; empty = Google's own.

    Source:
        Google Identity, "OAuth 2.0 for Desktop Apps"; Gmail, "OAuth 2.0 Mechanism".
    """
    own = identity_url.rstrip("/")
    return Client(
        provider=Provider.GOOGLE,
        client_id=client_id,
        client_secret=client_secret,
        authorize_url=f"{own or 'https://accounts.google.com/o/oauth2/v2'}/auth",
        token_url=f"{own or 'https://oauth2.googleapis.com'}/token",
        scope="https://mail.google.com/ openid email",
        needed="https://mail.google.com/",
        smtp=presets.GMAIL.smtp,
        imap=presets.GMAIL.imap,
        # Without "consent" a second connection gets no refresh token.
        more={"access_type": "offline", "prompt": "consent"},
        loopback="127.0.0.1",
    )


def microsoft(client_id: str, client_secret: str, tenant: str, identity_url: str = "") -> Client:
    """Describe this installation as a client of Microsoft's.

    Args:
        client_id: Of the operator's own app registration.
        client_secret: Its secret; empty for a public client.
        tenant: Whose accounts may be connected: `common`, `organizations`, `consumers`, or the
            id of one organisation.
        identity_url: Where tenants are; empty = Microsoft's own.

    Source:
        Microsoft identity platform, "Authorization code flow"; Exchange, "Authenticate an IMAP,
        POP or SMTP connection using OAuth".
    """
    host = identity_url.rstrip("/") or "https://login.microsoftonline.com"
    base = f"{host}/{tenant}/oauth2/v2.0"
    outlook = "https://outlook.office.com"
    return Client(
        provider=Provider.MICROSOFT,
        client_id=client_id,
        client_secret=client_secret,
        authorize_url=f"{base}/authorize",
        token_url=f"{base}/token",
        scope=(
            f"{outlook}/SMTP.Send {outlook}/IMAP.AccessAsUser.All offline_access "
            "openid email profile"
        ),
        needed="",
        smtp=presets.MICROSOFT_365.smtp,
        imap=presets.MICROSOFT_365.imap,
        more={},
        loopback="localhost",
    )


def authorize_url(
    client: Client, *, redirect_uri: str, state: str, verifier: str, login: str
) -> str:
    """Give the address at which a person gives leave.

    Args:
        client: Ourselves at the provider.
        redirect_uri: Where the browser comes back to.
        state: What it brings back with it.
        verifier: PKCE's secret, of which only the hash is told.
        login: The account that is meant, so that the provider offers that one.

    Source:
        RFC 6749 4.1.1, RFC 7636 4.3, OpenID Connect Core 3.1.2.1 (login_hint).
    """
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "scope": client.scope,
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
        "login_hint": login,
        **client.more,
    }
    return f"{client.authorize_url}?{urlencode(asked)}"


def challenge(verifier: str) -> str:
    """Hash PKCE's verifier.

    Source:
        RFC 7636 4.2 (S256).
    """
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def code_form(client: Client, *, code: str, verifier: str, redirect_uri: str) -> dict[str, str]:
    """Give what is posted to turn a code into tokens.

    Source:
        RFC 6749 4.1.3, RFC 7636 4.5.
    """
    return _signed(
        client,
        grant_type="authorization_code",
        code=code,
        redirect_uri=redirect_uri,
        code_verifier=verifier,
    )


def refresh_form(client: Client, refresh_token: str) -> dict[str, str]:
    """Give what is posted to renew an access token.

    Source:
        RFC 6749 6.
    """
    return _signed(client, grant_type="refresh_token", refresh_token=refresh_token)


def _signed(client: Client, **form: str) -> dict[str, str]:
    """Say who asks; a public client has no secret to show."""
    secret = {"client_secret": client.client_secret} if client.client_secret else {}
    return {"client_id": client.client_id, **secret, **form}
