"""Whom PostgreSQL runs as."""

import os
from pathlib import Path

import pytest

from pomelo.base.pg_account import OthersCluster, account_for

STRANGER = 4711


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_stranger_is_sent_to_whom_the_data_directory_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL's own files belong to its user, as whom nobody starts Pomelo."""
    pg = tmp_path / "pg"
    pg.mkdir()
    os.chown(pg, account_for(tmp_path / "none").uid, -1)
    monkeypatch.setattr(os, "geteuid", lambda: STRANGER)

    with pytest.raises(OthersCluster, match="start Pomelo as user root, or"):
        account_for(pg)
