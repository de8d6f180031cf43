"""Pomelo: an open, self-hosted sales-outreach server that speaks the lemlist API."""

__version__ = "0.1.0"
