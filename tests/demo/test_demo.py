"""`pomelo demo --stay` as a user starts it: the whole story, then a server to look around in."""

import json
import signal
import subprocess
import sysconfig
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pomelo.demo.people import ROLES

PEOPLE = len(ROLES)


class Watched:
    """The command, and what it has printed so far."""

    def __init__(self, home: Path) -> None:
        program = Path(sysconfig.get_path("scripts")) / "pomelo"
        self.process = subprocess.Popen(
            [program, "demo", "--stay", "--people", str(PEOPLE)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={"PATH": "/usr/bin:/bin", "POMELO_DATA_DIR": str(home), "POMELO_PORT": "0"},
        )
        self.lines: list[str] = []

    def read_until(self, words: str) -> str:
        """Read on until a line holds these words, and give it."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if words in line:
                return self.lines[-1]
        raise AssertionError("\n".join(self.lines))

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def watch(home: Path) -> Iterator[Callable[[], Watched]]:
    """Start the command in a directory that PostgreSQL's user can reach."""
    started: list[Watched] = []

    def start() -> Watched:
        started.append(Watched(home / "demo"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.end()


def _get(url: str, key: str, path: str) -> object:
    login = b64encode(f":{key}".encode()).decode()
    asked = urllib.request.Request(f"{url}{path}", headers={"Authorization": f"Basic {login}"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return json.load(answer)


def test_the_story_comes_out_right_and_its_data_can_be_looked_at_again(
    watch: Callable[[], Watched], home: Path
) -> None:
    first = watch()
    key = first.read_until("A key of the team:").rpartition(" ")[2]
    url = next(line for line in first.lines if "reference at" in line).split()[4]
    campaigns = _get(url, key, "/api/campaigns")

    assert first.end() == 0, first.lines
    assert not [line for line in first.lines if "WRONG" in line]
    assert any("numbers are what the people's script says" in line for line in first.lines)
    assert (
        len((home / "demo" / "pomelos_for_everybody.csv").read_text("utf-8").splitlines()) > PEOPLE
    )

    again = watch()
    assert again.read_until("A key of the team:").endswith(key)
    assert "told before" in again.lines[0]
    url = next(line for line in again.lines if "reference at" in line).split()[4]
    assert _get(url, key, "/api/campaigns") == campaigns
    assert again.end() == 0
