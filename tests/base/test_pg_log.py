"""PostgreSQL's log file: what stands in its place is told."""

from pathlib import Path

import pytest

from pomelo.base.pg_log import LogUnwritable, open_log


def test_a_directory_in_its_place_is_told_in_one_sentence(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.mkdir()

    with pytest.raises(LogUnwritable, match=rf"{log} cannot be written \(Is a directory\); move"):
        open_log(log)
