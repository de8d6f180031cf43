"""What can go wrong with exports."""

from pomelo.base.errors import NotFound, TooMany, TooSlow


class ExportNotFound(NotFound):
    """Export with id exp_aa7uvyxECcni5KXBM not found"""


class FileNotFound(NotFound):
    """There is no such file, or it is no longer kept; start a new export."""


class DownloadTooSlow(TooSlow):
    """The download took too long; start an export instead, and fetch its file."""


class TooManyDownloads(TooMany):
    """Your team downloads too much at the same time; wait for one of the downloads to end."""
