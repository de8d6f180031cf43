"""Exports: CSV files of a campaign, made in the background or while they are downloaded."""

from pomelo.exports.actions import file_of, get_status, start
from pomelo.exports.errors import ExportNotFound, FileNotFound, TooManyDownloads
from pomelo.exports.folder import Folder
from pomelo.exports.job import Exporter
from pomelo.exports.lives import link_name, slug
from pomelo.exports.model import Export, ExportState
from pomelo.exports.streams import Stream, Streams

__all__ = [
    "Export",
    "ExportNotFound",
    "ExportState",
    "Exporter",
    "FileNotFound",
    "Folder",
    "Stream",
    "Streams",
    "TooManyDownloads",
    "file_of",
    "get_status",
    "link_name",
    "slug",
    "start",
]
