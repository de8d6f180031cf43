"""What of an installation's secrets others could read: the doctor says it, and the log."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pomelo.base.embedded import Embedded
from pomelo.base.vault import new_key
from pomelo.cli.checkup import warn_if_unsafe
from pomelo.cli.house import opened, settings_from_here
from pomelo.cli.secret_key import KEY_FILE, make_key
from tests.cli.conftest import Pomelo


@pytest.fixture(autouse=True)
def address(environ: pytest.MonkeyPatch) -> None:
    """One that links can have."""
    environ.setenv("POMELO_PUBLIC_URL", "https://pomelo.example")


@pytest.fixture
def open_key(home: Path) -> Iterator[Path]:
    """A secret key that everybody on the machine can read."""
    make_key(home)
    file = home / KEY_FILE
    file.chmod(0o644)
    yield file
    file.chmod(0o600)


async def test_a_key_that_others_can_read_is_wrong(pomelo: Pomelo, open_key: Path) -> None:
    said = await pomelo("doctor")

    assert said.status == 1
    assert f"chmod 600 {open_key}" in said.out


@pytest.mark.usefixtures("open_key")
async def test_of_a_key_that_is_set_no_file_is_looked_at(
    pomelo: Pomelo, environ: pytest.MonkeyPatch
) -> None:
    environ.setenv("POMELO_SECRET_KEY", new_key())

    said = await pomelo("doctor")

    assert said.status == 0
    assert "secret key" not in said.out


async def test_the_log_says_what_is_unsafe_about_a_set_up(
    pomelo: Pomelo, postgres: Embedded, open_key: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(settings_from_here(), postgres.options()) as house:
        is_unsafe = await warn_if_unsafe(house)

    assert is_unsafe
    assert str(open_key) in capsys.readouterr().err


async def test_of_a_safe_set_up_the_log_says_nothing(
    pomelo: Pomelo, postgres: Embedded, capsys: pytest.CaptureFixture[str]
) -> None:
    async with opened(settings_from_here(), postgres.options()) as house:
        is_unsafe = await warn_if_unsafe(house)

    assert (is_unsafe, capsys.readouterr().err) == (False, "")
