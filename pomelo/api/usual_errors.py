"""The errors that an operation has by its make, without naming them."""

import msgspec

from pomelo.api.auth import NoKey, WrongKey
from pomelo.api.body import BodyBroken
from pomelo.api.contract import AnyOperation, Permission
from pomelo.api.decode import BodyMissing
from pomelo.api.edge import SAFE, OtherSite
from pomelo.api.parameters import PathInvalid, QueryInvalid
from pomelo.api.strict_json import BodyInvalid
from pomelo.base.errors import (
    NotFound,
    PomeloError,
    TooLarge,
    TooMany,
    TooSlow,
    Unavailable,
    UnsupportedMedia,
)
from pomelo.base.silence import DiskFull
from pomelo.teams import UserBlocked

Errors = list[type[PomeloError]]


def usual_errors(operation: AnyOperation) -> Errors:
    """Give what any operation of this make may raise."""
    found: Errors = []
    if operation.permission is not Permission.PUBLIC:
        found += [NoKey, WrongKey, UserBlocked]
    if operation.parameters:
        found += [PathInvalid, NotFound]
    if msgspec.structs.fields(operation.query):
        found.append(QueryInvalid)
    if operation.takes_body:
        found += [BodyMissing] if operation.is_body_required else []
        found += [BodyInvalid, BodyBroken, TooSlow, TooLarge, UnsupportedMedia]
    if operation.method not in SAFE and not operation.allows_other_sites:
        found.append(OtherSite)
    if operation.path.startswith("/api/"):
        found += [TooMany, Unavailable, DiskFull]
    return found
