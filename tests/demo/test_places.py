"""Where the demo lives: it never touches data that is not its own."""

import stat
from pathlib import Path

import pytest

from pomelo.demo.places import HomeTaken, Note, lasting_home, read_note, room, write_note
from pomelo.demo.run import Ending
from pomelo.demo.server import foreign
from pomelo.demo.stage import Campaigns, Ports

ENDING = Ending(True, "pml_x", Campaigns("cam_1", "cam_2", "cam_3"), Ports(2525, 1430))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_run_of_its_own_leaves_the_export_and_no_database(folder: Path) -> None:
    with room({}) as place:
        (place.home / "pg").mkdir()
        place.file.write_text("email")

    assert not place.home.exists()
    assert place.file.read_text() == "email"
    assert place.file.is_relative_to(folder)


def test_a_data_directory_that_is_named_stays(tmp_path: Path) -> None:
    with room({"POMELO_DATA_DIR": str(tmp_path / "here")}) as place:
        (place.home / "pg").mkdir()

    assert place.home == tmp_path / "here"
    assert (place.home / "pg").exists()


def test_a_data_directory_with_data_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pg").mkdir()

    with pytest.raises(HomeTaken, match="holds data"), room({"POMELO_DATA_DIR": str(tmp_path)}):
        pass
    with pytest.raises(HomeTaken, match="did not make"):
        read_note(tmp_path)


def test_a_note_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    write_note(tmp_path, Note(8080, ENDING))

    assert read_note(tmp_path) == Note(8080, ENDING)
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600


def test_a_story_that_was_broken_off_begins_again(tmp_path: Path) -> None:
    write_note(tmp_path, Note(8080))
    (tmp_path / "pg").mkdir()

    assert read_note(tmp_path) is None
    assert not (tmp_path / "pg").exists()


def test_the_lasting_demo_is_no_part_of_the_real_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert lasting_home({"HOME": "/home/jared"}) == Path("/home/jared/.local/share/pomelo-demo")
    assert lasting_home({"POMELO_DATA_DIR": "/srv/try"}) == Path("/srv/try")


def test_settings_of_a_real_server_do_not_reach_the_demo() -> None:
    given = {
        "PATH": "/bin",
        "DATABASE_URL": "postgresql://production",
        "POMELO_SECRET_KEY": "secret",
        "POMELO_PG_BIN": "/usr/lib/postgresql/15/bin",
    }

    assert foreign(given) == {"PATH": "/bin", "POMELO_PG_BIN": "/usr/lib/postgresql/15/bin"}
