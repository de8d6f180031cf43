"""Letters, envelopes and a look into the mails made of them."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from typing import Any

import msgspec

from pomelo.base import ids
from pomelo.letters.compose import Composed, Envelope, Letter, StepContent, compose, header_id
from pomelo.tracking import Signer

SIGNER = Signer(b"a secret of thirty-two bytes ...")
MESSAGE = ids.message()
BASE = "https://t.pomelo.test"
FIRST_NAMES = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "X-Pomelo-Id",
    "MIME-Version",
    "Content-Type",
]


def letter(message: str = "<p>Hi {{firstName}}</p>", **changed: Any) -> Letter:
    content = StepContent(
        subject="Question, {{firstName}}", message=message, track_opens=True, track_clicks=True
    )
    return Letter.compile(msgspec.structs.replace(content, **changed))


def envelope(**changed: Any) -> Envelope:
    whole = Envelope(
        message_id=MESSAGE,
        header_id=header_id(MESSAGE, "hooli.test", SIGNER),
        sender_email="gavin@hooli.test",
        sender_name="Gavin Belson",
        signature="",
        recipient="richard@piedpiper.com",
        recipient_name="Richard Hendricks",
        values={"firstName": "Richard"},
        base_url=BASE,
        date=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    )
    return msgspec.structs.replace(whole, **changed)


def mail(step: Letter, **changed: Any) -> Composed:
    return compose(step, envelope(**changed), SIGNER)


def parsed(raw: bytes) -> Message:
    return message_from_bytes(raw)


def part(raw: bytes, number: int) -> str:
    parts: Any = parsed(raw).get_payload()
    body: bytes = parts[number].get_payload(decode=True)
    return body.decode("utf-8").replace("\r\n", "\n")


def header(raw: bytes, name: str) -> str:
    (value,) = parsed(raw).get_all(name) or [""]
    return str(value).replace("\r\n", "")


def tokens(kind: str, text: str) -> list[str]:
    return re.findall(rf"{re.escape(BASE)}/t/{kind}/([A-Za-z0-9_-]+)", text)
