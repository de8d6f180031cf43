"""`pomelo demo --stay` as a user starts it: the whole story, then a server to look around in."""

import json
import os
import signal
import socket
import subprocess
import sysconfig
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pomelo.base.datadir import HomeLock
from pomelo.demo.people import ROLES
from pomelo.demo.places import Note, write_note
from pomelo.demo.run import Ending
from pomelo.demo.stage import Campaigns, Ports

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

    def read_to_the_end(self) -> list[str]:
        said, _ = self.process.communicate(timeout=30)
        return said.splitlines()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode


@pytest.fixture
def place(home: Path, tmp_path: Path) -> Path:
    """A data directory of this test alone, which PostgreSQL's user can reach."""
    return home / tmp_path.name


@pytest.fixture
def watch(place: Path) -> Iterator[Callable[[], Watched]]:
    """Start the command there."""
    started: list[Watched] = []

    def start() -> Watched:
        started.append(Watched(place))
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
    watch: Callable[[], Watched], place: Path
) -> None:
    first = watch()
    key = first.read_until("A key of the team:").rpartition(" ")[2]
    url = next(line for line in first.lines if "reference at" in line).split()[4]
    campaigns = _get(url, key, "/api/campaigns")
    first.read_until("Three commands")

    assert first.end() == 0, first.lines
    assert not [line for line in first.lines if "WRONG" in line]
    assert any("rate limit is off (X-RateLimit-Limit: 1000000)" in line for line in first.lines)
    assert any("numbers are what the people's script says" in line for line in first.lines)
    assert len((place / "pomelos_for_everybody.csv").read_text("utf-8").splitlines()) > PEOPLE

    again = watch()
    assert again.read_until("A key of the team:").endswith(key)
    assert "told before" in again.lines[0]
    url = next(line for line in again.lines if "reference at" in line).split()[4]
    assert _get(url, key, "/api/campaigns") == campaigns
    assert again.end() == 0


def test_beside_another_that_still_runs_it_says_who_that_is(
    watch: Callable[[], Watched], place: Path
) -> None:
    place.mkdir()
    write_note(place, Note(0))
    (place / "pg").mkdir()

    with HomeLock(place):
        second = watch()
        (said,) = second.read_to_the_end()

    assert f"in use by process {os.getpid()}" in said
    assert second.process.returncode == 1
    assert (place / "pg").exists()


@pytest.mark.parametrize("taken", ["smtp", "imap"])
def test_a_mail_server_of_the_story_whose_port_is_taken_ends_it_with_a_sentence(
    watch: Callable[[], Watched], place: Path, taken: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        place.mkdir()
        ports = Ports(**{taken: port})
        campaigns = Campaigns("cam_1", "cam_2", "cam_3")
        write_note(place, Note(0, Ending(True, "pml_x", campaigns, ports)))

        again = watch()
        said = again.read_to_the_end()

    assert f"at port {port}, and that port is taken" in said[-1]
    assert str(place) in said[-1]
    assert again.process.returncode == 1
    assert not [line for line in said if "Traceback" in line]
