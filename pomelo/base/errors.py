"""The kinds of things that can go wrong, one class a kind.

A domain extends a kind and names what is wrong (`LeadNotFound`). The docstring is the
message that a person reads; only the wire knows which status code a kind becomes.
"""

from typing import ClassVar


class PomeloError(Exception):
    """Something went wrong; please look at the server's log."""

    code: ClassVar[str | None] = None

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or " ".join((type(self).__doc__ or "").split()))


class Invalid(PomeloError):
    """The request cannot be understood; compare it with the reference at /docs."""


class Unauthenticated(PomeloError):
    """The authentication you supplied is incorrect"""


class Forbidden(PomeloError):
    """This key may not do that; ask the team's owner for the right."""


class NotFound(PomeloError):
    """There is nothing at this address; compare the path with the reference at /docs."""


class NotAllowed(PomeloError):
    """Method not allowed"""


class Conflict(PomeloError):
    """Somebody else changed this meanwhile; read it again and repeat your change."""


class Gone(PomeloError):
    """This is no longer kept."""


class TooLarge(PomeloError):
    """The body is too large; send at most 1 MB."""


class TooSlow(PomeloError):
    """The body came too slowly; send it again without pauses."""


class UnsupportedMedia(PomeloError):
    """Send the body as plain JSON, without Content-Encoding."""


class TooMany(PomeloError):
    """Too many requests; wait for the seconds in Retry-After and send it again."""


class Unavailable(PomeloError):
    """The database is away for a moment; send the request again in a few seconds."""
