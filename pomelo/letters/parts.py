"""The two parts of a mail, text and HTML, and the whole mail made of them."""

import binascii
from collections.abc import Mapping
from typing import Final

from pomelo.base.ids import MessageId
from pomelo.letters import headers

_TEXT_PART: Final = (
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_HTML_PART: Final = _TEXT_PART.replace(b"plain", b"html")


def multipart(fields: Mapping[str, str], message: MessageId, *, text: str, html: str) -> bytes:
    """Make a mail of its header fields and its two parts.

    Args:
        fields: Each field by its name, with its CRLF, in the order in which they stand.
        message: Whose; it makes the boundary.
        text: The text part.
        html: The HTML part.

    Raises:
        HeadersTampered: The header block is not the one that was meant.

    Source:
        RFC 2045, RFC 2046 5.1.4.
    """
    boundary = f"=_{message}"
    fields = {
        **fields,
        "MIME-Version": "MIME-Version: 1.0\r\n",
        "Content-Type": f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n',
    }
    head = "".join(fields.values()).encode("utf-8")
    dash = f"--{boundary}\r\n".encode("ascii")
    raw = b"".join(
        [
            *(head, b"\r\n", dash, _TEXT_PART, _encoded(text)),
            *(dash, _HTML_PART, _encoded(html), dash[:-2], b"--\r\n"),
        ]
    )
    headers.check_headers(raw, list(fields))
    return raw


def _encoded(part: str) -> bytes:
    """Encode a part as quoted-printable, lines of at most 76 (RFC 2045 6.7).

    Its last CRLF belongs to the boundary after it (RFC 2046 5.1.1). It also tells `b2a_qp`,
    which looks at the first line end, to break lines with CRLF.
    """
    return binascii.b2a_qp(f"{part}\n".replace("\n", "\r\n").encode("utf-8"), istext=True)
