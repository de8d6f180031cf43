"""The command beside a running server, on a disk without room."""

import pytest

from pomelo.base import datadir
from tests.cli.conftest import Pomelo


async def test_a_command_beside_a_server_needs_no_room_on_the_disk(
    pomelo: Pomelo, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pomelo("team", "create", "Pied Piper")
    monkeypatch.setattr(datadir, "NEEDED_BYTES", 1 << 60)

    paused = await pomelo("team", "pause")
    doctor = await pomelo("doctor")

    assert (paused.status, paused.err) == (0, "")
    assert "data directory" in doctor.out
