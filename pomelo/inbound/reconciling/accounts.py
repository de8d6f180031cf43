"""What a ledger and Sent folders have in common, and what only one of them has; pure rules."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base.ids import CampaignId, MessageId, SenderId
from pomelo.messages import Message, MessageState
from pomelo.tracking import CHECK, MESSAGE, Signer, message_of

_FIELD: Final = rb"(?im)^%b:[ \t]*(?:\r?\n[ \t]+)?(\S[^\r\n]*)"
_OWN: Final = re.compile(_FIELD % rb"x-pomelo-id")
_NAME: Final = re.compile(_FIELD % rb"message-id")


class Entry(Struct, frozen=True):
    """A mail in our ledger; `handed_over_at` is when DATA began."""

    id: MessageId
    header_id: str
    recipient: str
    sender_id: SenderId
    sender_email: str
    state: MessageState
    handed_over_at: datetime


class Copy(Struct, frozen=True):
    """A mail in a Sent folder that says to be ours.

    Attributes:
        name: Its Message-ID, or how else it calls itself.
        message_id: The mail that it is, by our signature; None = the signature is not ours.
    """

    name: str
    message_id: MessageId | None


class Stray(Struct, frozen=True):
    """A mail in a Sent folder that our ledger knows nothing of, or knows as not sent."""

    sender_email: str
    name: str
    why: str


class Unread(Struct, frozen=True):
    """A sender whose Sent folder could not be looked into, or proves nothing."""

    sender_email: str
    why: str


class Account(Struct, frozen=True, kw_only=True):
    """A ledger against Sent folders.

    Attributes:
        campaign_id: Whose ledger.
        matched: So many mails are in both.
        in_doubt: So many are uncertain, and not in a Sent folder.
        missing: Sent, says the ledger, and not in the Sent folder.
        twice: More than once in the Sent folder.
        unknown: Only in a Sent folder.
        unread: Where nobody could look, so that it says nothing of those mails.
    """

    campaign_id: CampaignId
    matched: int
    in_doubt: int
    missing: list[Entry]
    twice: list[Entry]
    unknown: list[Stray]
    unread: list[Unread]

    @property
    def agrees(self) -> bool:
        """Whether there is no difference, and nothing that could hide one."""
        return not (self.missing or self.twice or self.unknown or self.unread)


def read_copy(head: bytes, signer: Signer) -> Copy | None:
    """Read the names in a mail's header block; None when none of them is of our making.

    Nor is a mail that only tried out a mailbox one that a ledger could have.

    Source:
        RFC 5322 2.2 (fields), 3.6.4 (Message-ID).
    """
    own, named = _value(_OWN, head), _value(_NAME, head)
    if own and signer.verify(CHECK, own):
        return None
    found = signer.verify(MESSAGE, own) if own else None
    message = found[0] if found else message_of(named, signer)
    return Copy(named or own, message) if own or message else None


def _value(field: re.Pattern[bytes], head: bytes) -> str:
    found = field.search(head)
    return found[1].decode("ascii", "replace").strip() if found else ""


def stray(sender_email: str, copy: Copy, known: Mapping[MessageId, Message]) -> Stray | None:
    """Tell what is wrong with a copy, if anything is.

    Args:
        sender_email: In whose folder.
        copy: The mail there.
        known: The team's messages of these names, and none of removed leads.
    """
    if copy.message_id is None:
        return Stray(sender_email, copy.name, "It bears our header, but not our signature.")
    found = known.get(copy.message_id)
    if found is None:
        return Stray(sender_email, copy.name, "It is signed by us, but not in the ledger.")
    if found.state in {MessageState.SENT, MessageState.UNCERTAIN, MessageState.SENDING}:
        return None
    return Stray(sender_email, copy.name, f"The ledger says that it was not sent: {found.state}.")


def balance(
    campaign: CampaignId,
    ledger: Sequence[Entry],
    copies: Mapping[SenderId, Sequence[Copy]],
    *,
    strays: Sequence[Stray],
    unread: Mapping[SenderId, Unread],
) -> Account:
    """Make up the account.

    Args:
        campaign: Whose ledger.
        ledger: What was sent, or may have been.
        copies: What lies in each sender's Sent folder.
        strays: Those of them that no ledger explains.
        unread: Whose folders could not be looked into.
    """
    times = {
        (sender, copy_id): amount
        for sender, found in copies.items()
        for copy_id, amount in Counter(copy.message_id for copy in found).items()
    }
    looked = [entry for entry in ledger if entry.sender_id not in unread]
    lacking = [entry for entry in looked if (entry.sender_id, entry.id) not in times]
    return Account(
        campaign_id=campaign,
        matched=len(looked) - len(lacking),
        in_doubt=sum(entry.state is MessageState.UNCERTAIN for entry in lacking),
        missing=[entry for entry in lacking if entry.state is MessageState.SENT],
        twice=[entry for entry in looked if times.get((entry.sender_id, entry.id), 0) > 1],
        unknown=list(strays),
        unread=list(unread.values()),
    )
