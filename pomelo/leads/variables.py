"""What may be kept about a lead beside its address: any keys, within limits.

lemlist's predefined keys and a team's own are treated alike; only what the server itself
says about a lead cannot be set.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from pomelo.leads.errors import VariablesInvalid

# Clients send whole leads back, so these are ignored instead of refused.
RESERVED: Final = frozenset(
    {
        "_id",
        "campaignId",
        "campaignName",
        "contactId",
        "email",
        "isPaused",
        "leadUrl",
        "teamId",
    }
)
# The variable that names the company a person works for.
COMPANY: Final = "companyDomain"
COUNT: Final = 256
KEY_BYTES: Final = 128
VALUE_BYTES: Final = 64 * 1024
# Four bytes hold any letter: what has no more letters than these need not be encoded to be
# measured.
SHORT_KEY: Final = KEY_BYTES // 4
SHORT_VALUE: Final = VALUE_BYTES // 4

Variables = dict[str, object]


def clean(given: Mapping[str, object]) -> Variables:
    """Make variables of what a client sent: reserved keys are ignored, scalars become text.

    Args:
        given: A decoded JSON object.

    Returns:
        Texts as given, numbers and booleans as their JSON text, objects and arrays as given,
        and None where a variable is to be erased.

    Raises:
        VariablesInvalid: A key is empty or longer than 128 bytes, a value larger than 64 KB,
            or there are more than 256.

    Source:
        API reference 2.6: scalars come back as strings.
    """
    kept: Variables = {}
    for key, value in given.items():
        if key in RESERVED:
            continue
        # Nearly all are short texts, which need no further look.
        is_short = type(value) is str and len(value) <= SHORT_VALUE and 0 < len(key) <= SHORT_KEY
        kept[key] = value if is_short else _kept(key, value)
    _check_count(kept)
    return kept


def merged(old: Mapping[str, object], changes: Mapping[str, object]) -> Variables:
    """Give the variables after a change: None erases, what is not named stays.

    Raises:
        VariablesInvalid: There would be more than 256.
    """
    result = {**old, **changes}
    result = {key: value for key, value in result.items() if value is not None}
    _check_count(result)
    return result


def _kept(key: str, value: object) -> object:
    if isinstance(value, bool | int | float):
        value = msgspec.json.encode(value).decode()
    _check_key(key)
    _check_size(key, value)
    return value


def _check_key(key: str) -> None:
    if not key:
        raise VariablesInvalid("A variable needs a name.")
    if len(key.encode()) > KEY_BYTES:
        raise VariablesInvalid(
            f"The name of a variable is too long ({key[:20]}…); use at most {KEY_BYTES} bytes."
        )


def _check_size(key: str, value: object) -> None:
    raw = value.encode() if isinstance(value, str) else msgspec.json.encode(value)
    if len(raw) > VALUE_BYTES:
        raise VariablesInvalid(
            f"The variable {key} is too large; use at most {VALUE_BYTES // 1024} KB."
        )


def _check_count(variables: Mapping[str, object]) -> None:
    if len(variables) > COUNT:
        raise VariablesInvalid(f"There are too many variables; a lead has at most {COUNT}.")
