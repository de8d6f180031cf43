"""Figures are read off the screen, so whatever runs in this process is quiet."""

import pytest

from pomelo.base import log


@pytest.fixture(scope="session", autouse=True)
def _quiet() -> None:
    log.configure("warning")
