"""Which status code a kind of error becomes on the wire."""

from typing import Final

from pomelo.base import errors

STATUS: Final[dict[type[errors.PomeloError], int]] = {
    errors.Invalid: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.NotAllowed: 405,
    errors.TooSlow: 408,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}


def status_of(error: type[Exception]) -> int:
    """Give the status of an error by its kind; 500 for what has none."""
    return next((STATUS[kind] for kind in error.__mro__ if kind in STATUS), 500)


def sentence(error: type[Exception]) -> str:
    """Give what a person reads when an error is raised without words of its own."""
    return " ".join((error.__doc__ or "").split())
