"""CSV that spreadsheets cannot be tricked by: the guard against formulas, and CRLF.

Source: RFC 4180; OWASP "CSV Injection".
"""

import re
from collections.abc import Sequence
from typing import Final

# What makes a spreadsheet read a cell as a formula, full-width signs too. (NUL cannot be stored
# at all.)
TRIGGERS: Final = "=@\t\r\n\0\uff1d\uff20"
SIGNS: Final = "+-\uff0b\uff0d"
# After a sign these are no formulas: numbers such as -1.5e-7, and phones: +33 6 12-34 (0) 56.
PLAIN: Final = r"^([+-]?[0-9]+([.,][0-9]+)*([eE][+-]?[0-9]+)?|[+][0-9(][0-9 ().-]*)$"
_PLAIN: Final = re.compile(PLAIN[1:-1], re.ASCII)
_OTHERS: Final = bytes(byte for byte in range(256) if byte not in b'"\n')
_SUSPICIOUS: Final = ", ".join(str(ord(sign)) for sign in TRIGGERS + SIGNS if sign != "\0")


def guarded(text: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would take for a formula."""
    if text[:1] and text[0] in TRIGGERS + SIGNS and not _PLAIN.fullmatch(text):
        return f"'{text}"
    return text


def guarded_sql(expression: str) -> str:
    """Give the SQL of `guarded` for an expression of type text.

    The first letter is looked at as a number, which costs next to nothing; a regular
    expression for each of millions of cells would.
    """
    return (
        f"CASE WHEN ascii({expression}) IN ({_SUSPICIOUS}) AND {expression} !~ '{PLAIN}'"
        f" THEN '''' || {expression} ELSE {expression} END"
    )


def line(cells: Sequence[str]) -> bytes:
    """Write one line, each cell guarded."""
    return (",".join(_quoted(guarded(cell)) for cell in cells) + "\r\n").encode()


def _quoted(cell: str) -> str:
    if any(sign in cell for sign in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


class Crlf:
    """Turns the line ends of PostgreSQL's CSV into CRLF, piece by piece.

    A line feed inside quotes is part of a cell and stays. Pieces may end anywhere: whether
    the next begins inside quotes is remembered. (A doubled quote ends and begins: no harm.)
    """

    def __init__(self) -> None:
        self._is_inside = False

    def __call__(self, piece: bytes) -> bytes:
        """Give the next piece with its line ends changed."""
        if not self._is_inside and _is_simple(piece):
            return piece.replace(b"\n", b"\r\n")
        parts = piece.split(b'"')
        first = 1 if self._is_inside else 0
        parts[first::2] = [part.replace(b"\n", b"\r\n") for part in parts[first::2]]
        self._is_inside ^= len(parts) % 2 == 0
        return b'"'.join(parts)


def _is_simple(piece: bytes) -> bool:
    """Tell whether all quotes close in the line where they open, as they nearly always do.

    Of each line only its quotes are left; taken away two by two, none remains.
    """
    return b'"' not in piece.translate(None, _OTHERS).replace(b'""', b"")
