"""The secret key's file: made once and kept, and never taken for what it is not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pomelo.base.embedded import Embedded
from pomelo.cli.house import opened
from pomelo.cli.secret_key import KEY_FILE, KeyUnreadable
from pomelo.settings import load

pytestmark = pytest.mark.usefixtures("database")


async def fingerprint(postgres: Embedded, home: Path) -> str:
    """Open the installation, and tell which key it has."""
    settings = load({"POMELO_DATA_DIR": str(home)})
    async with opened(settings, postgres.options()) as house:
        return house.vault.fingerprint()


async def test_a_key_is_made_once_for_us_alone(postgres: Embedded, tmp_path: Path) -> None:
    made = await fingerprint(postgres, tmp_path)

    assert await fingerprint(postgres, tmp_path) == made
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600


async def test_a_key_lost_beside_its_database_is_told_and_no_other_is_written(
    postgres: Embedded, tmp_path: Path
) -> None:
    made = await fingerprint(postgres, tmp_path)
    kept = (tmp_path / KEY_FILE).rename(tmp_path / "elsewhere")

    with pytest.raises(KeyUnreadable, match=rf"{KEY_FILE}: No such file .*; restore it from a"):
        await fingerprint(postgres, tmp_path)

    assert not (tmp_path / KEY_FILE).exists()
    kept.rename(tmp_path / KEY_FILE)
    assert await fingerprint(postgres, tmp_path) == made


@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (os.mkfifo, "no regular file"),
        (os.mkdir, "no regular file"),
        (Path.touch, "not 32 bytes"),
        (lambda file: file.write_bytes(b"\xff"), "not 32 bytes"),
        (lambda file: file.write_text("short\n"), "not 32 bytes"),
    ],
)
async def test_what_is_no_key_is_told_with_what_to_do(
    postgres: Embedded, tmp_path: Path, put: Callable[[Path], object], reason: str
) -> None:
    put(tmp_path / KEY_FILE)

    with pytest.raises(KeyUnreadable, match=rf"{KEY_FILE}: {reason}.*set POMELO_SECRET_KEY"):
        await fingerprint(postgres, tmp_path)
