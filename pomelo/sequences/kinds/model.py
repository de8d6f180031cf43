"""The kinds of step as one union; the words are lemlist's."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from pomelo.base.ids import CampaignId


class StepType(StrEnum):
    """What a step does; lemlist's names."""

    EMAIL = "email"
    MANUAL = "manual"
    PHONE = "phone"
    API = "api"
    LINKEDIN_VISIT = "linkedinVisit"
    LINKEDIN_INVITE = "linkedinInvite"
    LINKEDIN_SEND = "linkedinSend"
    LINKEDIN_VOICE_NOTE = "linkedinVoiceNote"
    LINKEDIN_FOLLOW = "linkedinFollow"
    LINKEDIN_LIKE_LAST_POST = "linkedinLikeLastPost"
    LINKEDIN_COMMENT_LAST_POST = "linkedinCommentLastPost"
    LINKEDIN_ENDORSE = "linkedinEndorse"
    LINKEDIN_WITHDRAW_INVITATION = "linkedinWithdrawInvitation"
    SEND_TO_ANOTHER_CAMPAIGN = "sendToAnotherCampaign"
    CONDITIONAL = "conditional"
    WHATSAPP_MESSAGE = "whatsappMessage"
    SMS = "sms"


# What a person does: nothing here talks to LinkedIn, a telephone or a messenger.
TASKS: Final = frozenset(StepType) - {
    StepType.EMAIL,
    StepType.API,
    StepType.SEND_TO_ANOTHER_CAMPAIGN,
    StepType.CONDITIONAL,
}


class Method(StrEnum):
    """What a call does."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"
    PATCH = "PATCH"


class RecordMode(StrEnum):
    """Who speaks a voice note."""

    MANUAL = "manual"
    AI = "ai"


class ConditionKey(StrEnum):
    """What a condition asks about a lead."""

    HAS_EMAIL_ADDRESS = "hasEmailAddress"
    HAS_LINKEDIN_URL = "hasLinkedinUrl"
    HAS_PHONE_NUMBER = "hasPhoneNumber"
    HAS_SCORE = "hasScore"
    EMAILS_OPENED = "emailsOpened"
    EMAILS_CLICKED = "emailsClicked"
    EMAILS_UNSUBSCRIBED = "emailsUnsubscribed"
    MEETING_BOOKED = "meetingBooked"
    LINKEDIN_INVITE_ACCEPTED = "linkedinInviteAccepted"
    LINKEDIN_OPENED = "linkedinOpened"
    AIRCALL_DONE = "aircallDone"
    LINKEDIN_NETWORK_CHECK = "linkedinNetworkCheck"
    HAS_WHATSAPP_ACCOUNT = "hasWhatsappAccount"


# What is known here; the rest only channels could tell that there are not.
AVAILABLE: Final = frozenset(
    {
        ConditionKey.HAS_EMAIL_ADDRESS,
        ConditionKey.HAS_LINKEDIN_URL,
        ConditionKey.HAS_PHONE_NUMBER,
        ConditionKey.EMAILS_OPENED,
        ConditionKey.EMAILS_CLICKED,
        ConditionKey.EMAILS_UNSUBSCRIBED,
        ConditionKey.MEETING_BOOKED,
        ConditionKey.AIRCALL_DONE,
    }
)


class DelayType(StrEnum):
    """How long a condition may take to come true: within the step's delay, or for ever."""

    WITHIN = "within"
    WAIT_UNTIL = "waitUntil"


class Mail(msgspec.Struct, frozen=True):
    """A mail from the lead's sender.

    Attributes:
        subject: A template; empty in a follow-up: it goes into the thread.
        message: A template of HTML.
    """

    subject: str = ""
    message: str = ""


class Task(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that a person does; title, message and alt_message are templates of text."""

    message: str = ""
    title: str = ""
    alt_message: str = ""
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    skill_name: str = ""
    endorse_any_fallback: bool = False
    record_mode: RecordMode | None = None


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """An HTTP call to a system of the team's own.

    Attributes:
        method: What it does.
        url: A template; what it names is percent-encoded.
        headers: Each a template; beside those that every call has.
        message: The body, a template; in JSON what it names is written as JSON writes text.
    """

    method: Method
    url: str
    headers: dict[str, str] = {}
    message: str = ""


class Handover(msgspec.Struct, frozen=True):
    """The lead goes to another campaign."""

    campaign_id: CampaignId


class Condition(msgspec.Struct, frozen=True):
    """The lead takes one of two branches."""

    key: ConditionKey
    delay_type: DelayType = DelayType.WITHIN


Kind: TypeAlias = Mail | Task | Call | Handover | Condition

_STRUCTS: Final[dict[StepType, type[Kind]]] = {
    **dict.fromkeys(TASKS, Task),
    StepType.EMAIL: Mail,
    StepType.API: Call,
    StepType.SEND_TO_ANOTHER_CAMPAIGN: Handover,
    StepType.CONDITIONAL: Condition,
}
_WORDING: Final = ("subject", "message")


def kind_of(step: StepType, fields: Mapping[str, object]) -> Kind:
    """Read what a step of a type says.

    Raises:
        msgspec.ValidationError: A field is missing or of another shape; what the type does
            not know is passed over.
    """
    return msgspec.convert(fields, _STRUCTS[step])


def stored(kind: Kind) -> tuple[str, str, dict[str, object]]:
    """Give a kind as a version keeps it: subject, message, and what else it says."""
    fields = msgspec.to_builtins(kind)
    subject, message = (fields.pop(name, "") for name in _WORDING)
    return subject, message, fields
