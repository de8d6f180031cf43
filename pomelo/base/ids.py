"""Identifiers: three letters, an underscore and 17 characters that nobody misreads.

Source: API reference 1.5 (prefixes, and an alphabet without 0, 1, I, O, U, V and l).
"""

import os
from typing import Final, NewType

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH: Final = 17
_VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}
_RANGE: Final = len(ALPHABET) ** LENGTH
_PAIRS: Final = tuple(first + second for first in ALPHABET for second in ALPHABET)
_FOUR: Final = len(ALPHABET) ** 4
_EIGHT: Final = len(ALPHABET) ** 8
PACKED_BYTES: Final = 16
# Random bytes that nobody has seen yet; a forked process must not see them either.
_UNUSED: Final[list[bytes]] = []
os.register_at_fork(after_in_child=_UNUSED.clear)

TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)
KeyId = NewType("KeyId", str)
CampaignId = NewType("CampaignId", str)
SequenceId = NewType("SequenceId", str)
StepId = NewType("StepId", str)
ScheduleId = NewType("ScheduleId", str)
SenderId = NewType("SenderId", str)
LeadId = NewType("LeadId", str)
ContactId = NewType("ContactId", str)
ActivityId = NewType("ActivityId", str)
MessageId = NewType("MessageId", str)
UnsubscribeId = NewType("UnsubscribeId", str)
ExportId = NewType("ExportId", str)
MailId = NewType("MailId", str)


def new(prefix: str) -> str:
    """Make an identifier that nobody can guess (98 random bits) and that never repeats."""
    # 128 bits for a range of 98: no identifier is likelier than another by more than 2 ** -29.
    return from_bytes(prefix, _random())


def to_bytes(identifier: str) -> bytes:
    """Pack the part after the prefix into 16 bytes, for signed tokens.

    Raises:
        ValueError: The identifier is not one of ours.
    """
    letters = identifier.partition("_")[2]
    if len(letters) != LENGTH or not set(letters) <= _VALUES.keys():
        raise ValueError("not an identifier of ours")
    number = 0
    for letter in letters:
        number = number * len(ALPHABET) + _VALUES[letter]
    return number.to_bytes(PACKED_BYTES)


def from_bytes(prefix: str, packed: bytes) -> str:
    """Unpack what `to_bytes` made; the reverse of it for the same prefix."""
    return f"{prefix}_{_spell(int.from_bytes(packed) % _RANGE)}"


def _random() -> bytes:
    """Give 16 random bytes; the kernel is asked for 256 times as many at once."""
    while True:
        try:
            return _UNUSED.pop()
        except IndexError:
            block = os.urandom(256 * PACKED_BYTES)
            _UNUSED.extend(
                block[at : at + PACKED_BYTES] for at in range(0, len(block), PACKED_BYTES)
            )


def _spell(number: int) -> str:
    """Spell a number in our alphabet: first one letter, then four pairs, then four pairs."""
    first, rest = divmod(number, _EIGHT * _EIGHT)
    letters = [ALPHABET[first]]
    for eight in divmod(rest, _EIGHT):
        for four in divmod(eight, _FOUR):
            high, low = divmod(four, len(_PAIRS))
            letters += (_PAIRS[high], _PAIRS[low])
    return "".join(letters)


def team() -> TeamId:
    """Make a team's identifier."""
    return TeamId(new("tea"))


def user() -> UserId:
    """Make a user's identifier."""
    return UserId(new("usr"))


def key() -> KeyId:
    """Make an API key's identifier (not the key itself)."""
    return KeyId(new("key"))


def campaign() -> CampaignId:
    """Make a campaign's identifier."""
    return CampaignId(new("cam"))


def sequence() -> SequenceId:
    """Make a sequence's identifier."""
    return SequenceId(new("seq"))


def step() -> StepId:
    """Make a step's identifier."""
    return StepId(new("stp"))


def schedule() -> ScheduleId:
    """Make a schedule's identifier."""
    return ScheduleId(new("skd"))


def sender() -> SenderId:
    """Make a sender's identifier (lemlist: a user's mailbox)."""
    return SenderId(new("usm"))


def lead() -> LeadId:
    """Make a lead's identifier: one person in one campaign."""
    return LeadId(new("lea"))


def contact() -> ContactId:
    """Make a contact's identifier: one person across campaigns."""
    return ContactId(new("ctc"))


def activity() -> ActivityId:
    """Make an activity's identifier."""
    return ActivityId(new("act"))


def message() -> MessageId:
    """Make a message's identifier."""
    return MessageId(new("msg"))


def unsubscribe() -> UnsubscribeId:
    """Make an unsubscribe's identifier."""
    return UnsubscribeId(new("uns"))


def export() -> ExportId:
    """Make an export's identifier."""
    return ExportId(new("exp"))


def mail() -> MailId:
    """Make the identifier of a mail that came in."""
    return MailId(new("inm"))
