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
# A random byte is a letter by its rest; those beyond the last whole alphabet are dropped, so
# that no letter is likelier than another.
_LETTERS: Final = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNEVEN: Final = bytes(range(256 - 256 % len(ALPHABET), 256))
_BLOCK_BYTES: Final = 4096
# Random spellings that nobody has seen yet; a forked process must not see them either.
_UNUSED: Final[list[str]] = []
os.register_at_fork(after_in_child=_UNUSED.clear)

TeamId = NewType("TeamId", str)
UserId = NewType("UserId", str)
KeyId = NewType("KeyId", str)
CampaignId = NewType("CampaignId", str)
SequenceId = NewType("SequenceId", str)
StepId = NewType("StepId", str)
TaskId = NewType("TaskId", str)
ScheduleId = NewType("ScheduleId", str)
SenderId = NewType("SenderId", str)
LeadId = NewType("LeadId", str)
ContactId = NewType("ContactId", str)
ActivityId = NewType("ActivityId", str)
MessageId = NewType("MessageId", str)
UnsubscribeId = NewType("UnsubscribeId", str)
ExportId = NewType("ExportId", str)
BulkEditId = NewType("BulkEditId", str)
MailId = NewType("MailId", str)
HookId = NewType("HookId", str)
LabelId = NewType("LabelId", str)
HookDeliveryId = NewType("HookDeliveryId", str)


def new(prefix: str) -> str:
    """Make an identifier that nobody can guess (98 random bits) and that never repeats."""
    while True:
        try:
            return f"{prefix}_{_UNUSED.pop()}"
        except IndexError:
            _UNUSED.extend(_spellings())


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


def _spellings() -> list[str]:
    """Give some two hundred random spellings; asking the kernel for each would cost more."""
    letters = os.urandom(_BLOCK_BYTES).translate(_LETTERS, _UNEVEN).decode()
    last = len(letters) - LENGTH
    return [letters[at : at + LENGTH] for at in range(0, last + 1, LENGTH)]


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


def bulk_edit() -> BulkEditId:
    """Make the identifier of one thing done to many leads."""
    return BulkEditId(new("blk"))


def mail() -> MailId:
    """Make the identifier of a mail that came in."""
    return MailId(new("inm"))


def label() -> LabelId:
    """Make the identifier of a label on conversations."""
    return LabelId(new("lbl"))


def hook() -> HookId:
    """Make a hook's identifier."""
    return HookId(new("hoo"))


def hook_delivery() -> HookDeliveryId:
    """Make the identifier of what a hook is told; it stays the same however often it is."""
    return HookDeliveryId(new("hdl"))
