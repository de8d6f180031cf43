"""The mails of `mails/`, with our ids and addresses put in, as they come over the wire."""

from pathlib import Path
from typing import Final

MAILS: Final = Path(__file__).parent / "mails"

HEADER_ID: Final = "<3vQ8kP2xT9mZ4wB7nL5cR1@pomelo.example>"
TOKEN: Final = "Tk_9" * 10
LINK_TOKEN: Final = "Lk-7" * 10
SENDER: Final = "nora@pomelo.example"
LEAD: Final = "ada.lovage@lead.example"


def names() -> list[str]:
    """List the mails by name."""
    return sorted(path.stem for path in MAILS.glob("*.eml"))


def letter(
    name: str,
    *,
    header_id: str = HEADER_ID,
    token: str = TOKEN,
    link_token: str = LINK_TOKEN,
    sender: str = SENDER,
    lead: str = LEAD,
) -> bytes:
    """Give a mail's bytes: placeholders replaced, lines ended by CRLF."""
    raw = (MAILS / f"{name}.eml").read_bytes()
    values = {
        b"{header_id}": header_id,
        b"{token}": token,
        b"{link_token}": link_token,
        b"{sender}": sender,
        b"{lead}": lead,
    }
    for placeholder, value in values.items():
        raw = raw.replace(placeholder, value.encode())
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
