"""Planted mails: what machines and people send back, made by rule from a seed."""

from tests.inbound.corpus.making import corpus
from tests.inbound.corpus.planted import Planted

__all__ = ["Planted", "corpus"]
