"""The values one mail is rendered with: the lead's, ours, and links that are made lazily."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from pomelo.base.ids import MessageId
from pomelo.letters.pages.html import Link, slot, target_slot
from pomelo.letters.pages.links import is_safe, web_target
from pomelo.letters.threads import Thread
from pomelo.sequences import Template
from pomelo.tracking import CLICK, MESSAGE, UNSUBSCRIBE, Signer


class Envelope(msgspec.Struct, frozen=True):
    """Whom one mail goes to, from whom, and what is filled in.

    Attributes:
        message_id: The mail's identifier here.
        header_id: Its Message-ID, made by `header_id`.
        sender_email: The mailbox's address.
        sender_name: The name shown with it.
        signature: HTML or plain text; empty for none.
        recipient: The lead's address.
        recipient_name: The name shown with it; may be empty.
        values: The lead's variables by name.
        base_url: Where tracking and unsubscribing are served, without a slash at its end.
        date: When it is sent, aware.
        thread: The conversation it continues.
        rehearsal_to: The operator's address, when this is a rehearsal.
        test_to: Somebody's own address, when this is a test: nothing else differs.
        token_kind: Signs it in our header: `MESSAGE`, or `CHECK` for a mail of no ledger.
    """

    message_id: MessageId
    header_id: str
    sender_email: str
    sender_name: str
    signature: str
    recipient: str
    recipient_name: str
    values: Mapping[str, object]
    base_url: str
    date: datetime
    thread: Thread | None = None
    rehearsal_to: str | None = None
    test_to: str | None = None
    token_kind: str = MESSAGE


class LetterValues(dict[str, object]):
    """What a letter's templates may show.

    A link whose target depends on the lead is worked out when it is shown: in a branch that
    is not taken, nothing of it may be missing.

    Attributes:
        token: Names the message in headers.
        unsubscribe_url: The address behind "unsubscribe".
    """

    def __init__(self, links: Sequence[Link], envelope: Envelope, signer: Signer) -> None:
        super().__init__(envelope.values)
        self._links = links
        self._envelope = envelope
        self._signer = signer
        self._lazy: dict[str, tuple[int, Template]] = {}
        self._targets: dict[int, str] = {}
        self._found: dict[int, str] = {}
        self.token = signer.sign(envelope.token_kind, envelope.message_id)
        self.unsubscribe_url = self.tracked(UNSUBSCRIBE)
        self["unsubscribeUrl"] = self.unsubscribe_url
        self["senderName"] = envelope.sender_name
        self["senderEmail"] = envelope.sender_email
        for number, link in enumerate(links, 1):
            self._add_link(number, link)

    def __missing__(self, name: str) -> str:
        number, template = self._lazy[name]
        target = self._targets.get(number)
        if target is None:  # both parts of a mail name it
            target = self._targets[number] = self._target(template)
        return target if name == target_slot(number) else self._shown(number, target)

    def tracked(self, kind: str, number: int = 0) -> str:
        """Make one of our public addresses for this mail."""
        token = self._signer.sign(kind, self._envelope.message_id, number)
        return f"{self._envelope.base_url}/t/{kind}/{token}"

    def targets(self) -> tuple[str, ...]:
        """Give what the links redirect to, or nothing when the step knows it already."""
        if not self._lazy:
            return ()
        return tuple(
            self._found.get(number, "") if link.target is None else link.target
            for number, link in enumerate(self._links, 1)
        )

    def _add_link(self, number: int, link: Link) -> None:
        if link.template is None:
            self[slot(number)] = self._address(number, link.target or "")
            return
        for name in names_of_slots(number):
            self.pop(name, None)
            self._lazy[name] = (number, link.template)

    def _address(self, number: int, target: str) -> str:
        return target if self._envelope.rehearsal_to else self.tracked(CLICK, number)

    def _target(self, template: Template) -> str:
        target = template.render(self).strip()
        return (web_target(target) or target) if is_safe(target) else "#"

    def _shown(self, number: int, target: str) -> str:
        if not self._links[number - 1].is_tracked or not web_target(target):
            return target
        self._found[number] = target
        return self._address(number, target)


def names_of_slots(number: int) -> tuple[str, str]:
    """Name the two variables that a link may fill."""
    return slot(number), target_slot(number)
