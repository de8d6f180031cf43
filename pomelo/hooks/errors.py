"""What can go wrong with hooks."""

from pomelo.base.errors import Invalid, NotFound, TooMany


class HookNotFound(NotFound):
    """Webhook not found"""


class DeliveryNotFound(NotFound):
    """The hook was told nothing of this id; list what it was told, and take ids from there."""


class TargetInvalid(Invalid):
    """The target must be a URL such as https://receiver.company.com/pomelo, without a password."""


class TypeUnknown(Invalid):
    """Nothing of this type is ever told; leave it out for all, or see docs/guides/hooks.md."""


class TooManyHooks(TooMany):
    """A team has at most 100 hooks; remove one that is not needed any more."""
