"""What can go wrong with a person's answers and with tests."""

from pomelo.base.errors import Conflict, Invalid


class AnswerEmpty(Invalid):
    """The answer is empty; write at least a word (message)."""


class AnswerTooLong(Invalid):
    """The message is too long; send at most 200,000 characters, and a subject of at most 400."""


class AnswerTangled(Invalid):
    """Too many tags of the message stand in each other or are left open; close them, nest fewer."""


class TooManyCopies(Invalid):
    """These are too many copies; name at most 20 addresses (cc)."""


class SubjectMissing(Invalid):
    """This begins a conversation, so it needs a subject."""


class AddressBounced(Conflict):
    """A mail to this address came back because it does not exist; correct the address."""


class AddressUnsubscribed(Conflict):
    """Who has unsubscribed gets no test either; send it to an address of your own."""


class Rehearsing(Conflict):
    """This installation rehearses (POMELO_DELIVER_TO), so no lead is written to."""


class NothingToShow(Invalid):
    """A step of this kind has no text; preview one that is a mail, a task or a call."""


class CampaignWithoutSender(Invalid):
    """This campaign has no sender; give it one, so that it is known who writes."""
