"""What a step must say, by its kind: checked when it is written and before a start."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from pomelo.sequences.errors import StepInvalid
from pomelo.sequences.kinds.model import (
    AVAILABLE,
    Call,
    Condition,
    ConditionKey,
    Handover,
    Kind,
    Mail,
    StepType,
    Task,
)
from pomelo.sequences.templates import TemplateInvalid, compile_template

SUBJECT_LIMIT: Final = 400
DELAY_LIMIT_DAYS: Final = 3650
DELAY_LIMIT_MINUTES: Final = DELAY_LIMIT_DAYS * 24 * 60
URL_LIMIT: Final = 2000
HEADERS_LIMIT: Final = 20
MEDIA_LIMIT: Final = 6
NOTE_LIMIT: Final = 300
# Written by us, or by who carries the call.
OWN_HEADERS: Final = frozenset(
    {
        *("connection", "content-length", "expect", "host", "idempotency-key", "keep-alive"),
        *("proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"),
    }
)
_HEADER: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
_NEEDS: Final[dict[StepType, str]] = {
    StepType.MANUAL: "title",
    StepType.LINKEDIN_SEND: "message",
    StepType.WHATSAPP_MESSAGE: "message",
    StepType.SMS: "message",
}
_MISSING: Final = {
    ConditionKey.HAS_SCORE: "leads have no score here",
    ConditionKey.LINKEDIN_INVITE_ACCEPTED: "nothing here reads LinkedIn",
    ConditionKey.LINKEDIN_OPENED: "nothing here reads LinkedIn",
    ConditionKey.LINKEDIN_NETWORK_CHECK: "nothing here reads LinkedIn",
    ConditionKey.HAS_WHATSAPP_ACCOUNT: "nothing here asks WhatsApp",
}


def check_kind(step: StepType, kind: Kind, *, opens: bool) -> None:
    """Refuse a step that could not be carried out.

    Args:
        step: Its type.
        kind: What it says.
        opens: Whether no mail comes before it, so that a mail needs a subject.

    Raises:
        StepInvalid: A part is missing, too long, or asks for what is not there.
        TemplateInvalid: A template does not compile; says which, where and why.

    Source:
        API reference 3.9.
    """
    match kind:
        case Mail():
            _check_mail(kind, opens=opens)
        case Task():
            _check_task(step, kind)
        case Call():
            _check_call(kind)
        case Condition(key=key) if key not in AVAILABLE:
            known = ", ".join(sorted(AVAILABLE))
            raise StepInvalid(f"{key} can never be told: {_MISSING[key]}; use one of {known}.")
        case Condition() | Handover():
            pass


def check_delay(days: int) -> int:
    """Refuse a delay that is negative or longer than ten years.

    Raises:
        StepInvalid: It is.
    """
    if not 0 <= days <= DELAY_LIMIT_DAYS:
        raise StepInvalid(f"The delay is a whole number of days from 0 to {DELAY_LIMIT_DAYS}.")
    return days


def check_minutes(minutes: int) -> int:
    """Refuse minutes that are negative or more than ten years.

    Raises:
        StepInvalid: They are.
    """
    if not 0 <= minutes <= DELAY_LIMIT_MINUTES:
        raise StepInvalid(f"delayMinutes is a whole number from 0 to {DELAY_LIMIT_MINUTES}.")
    return minutes


def _check_mail(mail: Mail, *, opens: bool) -> None:
    if opens and not mail.subject.strip():
        raise StepInvalid("The first step needs a subject; only a follow-up can go without one.")
    if len(mail.subject) > SUBJECT_LIMIT:
        raise StepInvalid(f"The subject is longer than {SUBJECT_LIMIT} characters; shorten it.")
    if not mail.message.strip():
        raise StepInvalid("The e-mail has no message; write one.")
    _check_templates({"subject": mail.subject})
    _check_templates({"message": mail.message}, html=True)


def _check_task(step: StepType, task: Task) -> None:
    needed = _NEEDS.get(step)
    if needed is not None and not getattr(task, needed).strip():
        raise StepInvalid(f"A step of the type {step} needs a {needed}; write one.")
    if len(task.title) > SUBJECT_LIMIT:
        raise StepInvalid(f"The title is longer than {SUBJECT_LIMIT} characters; shorten it.")
    if step is StepType.LINKEDIN_INVITE and max(map(len, (task.message, task.alt_message))) > (
        NOTE_LIMIT
    ):
        raise StepInvalid(f"The note is longer than {NOTE_LIMIT} characters; shorten it.")
    if len(task.images) + len(task.videos) > MEDIA_LIMIT:
        raise StepInvalid(f"A message has at most {MEDIA_LIMIT} images and videos; leave some out.")
    for link in (*task.images, *task.videos):
        if not _is_on_https(link):
            raise StepInvalid("An image or video is the address of a file on an https server.")
    _check_templates({"title": task.title, "message": task.message, "altMessage": task.alt_message})


def _names_host(url: str) -> bool:
    found = re.match(r"https?://[^{/?#@]+(?=[/?#]|$)", url)
    try:
        parts = urlsplit(found[0] if found else "")
        return bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:
        return False


def _is_on_https(link: str) -> bool:
    try:
        return urlsplit(link).scheme == "https"
    except ValueError:
        return False


def _check_call(call: Call) -> None:
    if len(call.url) > URL_LIMIT or not _names_host(call.url):
        raise StepInvalid(
            f"The url begins with http:// or https://, a host without variables, "
            f"and has at most {URL_LIMIT} characters."
        )
    _check_headers(call.headers)
    _check_templates({"url": call.url, "message": call.message, **call.headers})


def _check_headers(headers: Mapping[str, str]) -> None:
    if len(headers) > HEADERS_LIMIT:
        raise StepInvalid(f"A call has at most {HEADERS_LIMIT} headers; leave some out.")
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in OWN_HEADERS:
            raise StepInvalid(f"{name[:40]!r} cannot be a header of a call; leave it out.")
        if any(mark in value for mark in "\r\n\0") or len(value) > URL_LIMIT:
            raise StepInvalid(f"The header {name} is one line of at most {URL_LIMIT} characters.")


def _check_templates(parts: Mapping[str, str], *, html: bool = False) -> None:
    for part, source in parts.items():
        try:
            compile_template(source, html=html)
        except TemplateInvalid as error:
            raise TemplateInvalid(f"In the {part}: {error}") from error
