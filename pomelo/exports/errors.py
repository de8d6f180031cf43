"""What can go wrong with exports."""

from pomelo.base.errors import NotFound, TooMany, TooSlow

SHOWN_LETTERS = 60


class ExportNotFound(NotFound):
    """Export not found"""

    def __init__(self, asked_for: str) -> None:
        super().__init__(f"Export with id {asked_for[:SHOWN_LETTERS]} not found")


class FileNotFound(NotFound):
    """There is no such file, or it is no longer kept; start a new export."""


class DownloadTooSlow(TooSlow):
    """The download took too long; start an export instead, and fetch its file."""


class TooManyDownloads(TooMany):
    """Your team downloads too much at the same time; wait for one of the downloads to end."""
