"""How a receiver knows that a body is ours: signatures of the Standard Webhooks specification.

Source: Standard Webhooks 1.0, "Signature scheme" and "Webhook metadata".
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from pomelo.base.ids import HookDeliveryId
from pomelo.base.secret import Secret

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32
# So long after a rotation the old secret signs beside the new one.
OVERLAP: Final = timedelta(hours=24)


def new_secret() -> Secret:
    """Make a signing secret, as its receiver is shown it."""
    return Secret(PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode())


def headers(
    delivery: HookDeliveryId, body: bytes, signing: Sequence[Secret], at: datetime
) -> dict[str, str]:
    """Sign what a hook is told.

    Args:
        delivery: Stays the same over all attempts.
        body: The very bytes that are sent.
        signing: The secrets that sign, each for itself.
        at: When it is sent, by the world's clock.
    """
    second = str(int(at.timestamp()))
    said = f"{delivery}.{second}.".encode() + body
    return {
        "webhook-id": delivery,
        "webhook-timestamp": second,
        "webhook-signature": " ".join(f"v1,{_sign(secret, said)}" for secret in signing),
    }


def _sign(secret: Secret, said: bytes) -> str:
    key = base64.b64decode(secret.reveal().removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, said, "sha256")).decode()
