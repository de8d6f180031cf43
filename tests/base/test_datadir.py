"""The data directory: its place, what it must allow, and one holder at a time."""

import errno
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pomelo.base import datadir
from pomelo.base.datadir import (
    HomeFull,
    HomeInUse,
    HomeLock,
    HomeUnwritable,
    Purpose,
    default_home,
    prepare,
)

HOLD = """
import sys
from pathlib import Path
from pomelo.base.datadir import HomeLock, Purpose
with HomeLock(Path(sys.argv[1]), Purpose(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends a directory")


@contextmanager
def holder(home: Path, purpose: Purpose) -> Iterator["subprocess.Popen[bytes]"]:
    """Run another process that holds the lock until its input ends."""
    command = [sys.executable, "-c", HOLD, str(home), purpose]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_root_gets_a_place_that_others_can_pass_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)

    assert default_home({"HOME": "/root"}) == Path("/var/lib/pomelo")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HOME": "/home/ann"}, "/home/ann/.local/share/pomelo"),
        ({"HOME": "/home/ann", "XDG_DATA_HOME": "/big"}, "/big/pomelo"),
        ({"HOME": "/home/ann", "XDG_DATA_HOME": ""}, "/home/ann/.local/share/pomelo"),
        ({"HOME": "/home/ann", "XDG_DATA_HOME": "not/absolute"}, "/home/ann/.local/share/pomelo"),
    ],
)
def test_an_ordinary_user_gets_the_place_of_xdg(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], expected: str
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    assert default_home(environ) == Path(expected)


def test_what_is_made_is_closed_to_readers_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        prepare(tmp_path / "a" / "b")
    finally:
        os.umask(before)

    expected = 0o711 if os.geteuid() == 0 else 0o700
    assert (mode(tmp_path / "a"), mode(tmp_path / "a" / "b")) == (expected, expected)


def test_a_directory_with_other_things_in_it_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "letters.txt").touch()

    prepare(tmp_path)

    assert mode(tmp_path) == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


@as_root
def test_an_empty_directory_is_opened_to_pass_through_but_not_its_parent(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    tmp_path.chmod(0o700)

    prepare(home)

    assert (mode(home), mode(tmp_path)) == (0o711, 0o700)


@as_root
def test_who_locks_the_directory_up_later_is_not_overruled(tmp_path: Path) -> None:
    prepare(tmp_path)
    with HomeLock(tmp_path):
        pass
    tmp_path.chmod(0o700)

    prepare(tmp_path)

    assert mode(tmp_path) == 0o700


def test_a_file_in_its_place_is_told_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    with pytest.raises(HomeUnwritable, match=r"file cannot be written \(Not a directory\); set P"):
        prepare(file)


def test_a_place_where_nothing_can_be_made_is_told() -> None:
    with pytest.raises(HomeUnwritable, match=r"/proc/pomelo cannot be written"):
        prepare(Path("/proc/pomelo"))


def test_a_full_disk_is_told_with_what_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datadir, "NEEDED_BYTES", 1 << 60)

    with pytest.raises(HomeFull, match=r"is full \(\d+ MB left, \d+ MB needed\); free some space"):
        prepare(tmp_path)


def test_a_disk_too_full_for_the_lock_is_told_and_leaves_it_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", refuse)
        with pytest.raises(HomeFull, match="free some space"):
            HomeLock(tmp_path).take()

    with HomeLock(tmp_path):
        assert (tmp_path / "pomelo.lock").read_text().split()[0] == str(os.getpid())


def test_a_second_server_is_refused_with_the_pid_of_the_first(tmp_path: Path) -> None:
    with holder(tmp_path, Purpose.SERVE) as first, pytest.raises(HomeInUse) as refused:
        HomeLock(tmp_path).take()

    assert re.search(rf"in use by process {first.pid};", str(refused.value))
    assert refused.value.holder == (first.pid, Purpose.SERVE)


def test_the_lock_of_a_killed_holder_is_free(tmp_path: Path) -> None:
    with holder(tmp_path, Purpose.SERVE) as first:
        first.kill()
        first.wait()

        with HomeLock(tmp_path):
            assert (tmp_path / "pomelo.lock").read_text().split()[0] == str(os.getpid())


def test_a_command_is_waited_for(tmp_path: Path) -> None:
    with holder(tmp_path, Purpose.COMMAND) as first:
        waiting = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path), Purpose.SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        with waiting:
            assert first.stdin is not None
            assert waiting.stdout is not None
            first.stdin.close()

            assert waiting.stdout.readline() == b"held\n"

            waiting.kill()


def test_a_command_that_never_ends_is_told_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datadir, "COMMAND_SECONDS", 0.05)

    with (
        holder(tmp_path, Purpose.COMMAND) as first,
        pytest.raises(HomeInUse, match=str(first.pid)),
    ):
        HomeLock(tmp_path).take()


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "pomelo.lock").symlink_to(tmp_path / "precious")

    with pytest.raises(HomeUnwritable):
        HomeLock(tmp_path).take()

    assert not (tmp_path / "precious").exists()
