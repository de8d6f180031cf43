"""`pomelo migrate` and the command as a whole."""

import subprocess
import sys

import pytest

from pomelo import __version__
from pomelo.cli.verbs import MODULES, load, reflowed, summary
from tests.cli.conftest import Pomelo


async def test_a_database_of_this_version_has_nothing_to_do(pomelo: Pomelo) -> None:
    said = await pomelo("migrate")

    assert said.status == 0
    assert said.out.startswith("Nothing to do")
    assert (await pomelo("migrate", "--json")).json == []


async def test_the_version_is_told(pomelo: Pomelo) -> None:
    assert (await pomelo("--version")).out == f"{__version__}\n"


async def test_the_help_names_every_verb(pomelo: Pomelo) -> None:
    said = await pomelo("--help")

    assert said.status == 0
    for verb in MODULES:
        assert verb in said.out


@pytest.mark.parametrize("verb", MODULES)
def test_every_verb_explains_itself_with_examples(verb: str) -> None:
    command = load(verb)

    for one in getattr(command, "commands", {verb: command}).values():
        assert one.help
        assert "Examples:" in one.help


@pytest.mark.parametrize("verb", ["api", "worker"])
def test_what_runs_on_many_machines_names_what_they_share(verb: str) -> None:
    said = load(verb).help or ""

    for name in ("DATABASE_URL", "POMELO_SECRET_KEY", "POMELO_EXPORT_DIR"):
        assert name in said


@pytest.mark.parametrize("verb", MODULES)
def test_the_list_of_verbs_says_what_each_says_itself(verb: str) -> None:
    assert summary(verb) == (load(verb).help or "").partition("\n\n")[0]


def test_the_help_and_a_mail_that_comes_back_load_no_more_than_they_need() -> None:
    help_loads = modules_after("from pomelo.cli import main; main(['--help'])")
    receive_loads = modules_after("import pomelo.cli.receive")

    assert not {"asyncpg", "pomelo.base.db"} & help_loads
    assert not {"liquid", "imapclient", "email_validator", "granian", "pgqueuer"} & receive_loads


def modules_after(code: str) -> set[str]:
    """Run some Python, and give what it has imported."""
    told = (
        f"import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); {code}"
    )
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(ran.stderr.split())


def test_paragraphs_flow_and_examples_keep_their_lines() -> None:
    text = "Do it.\n\nIt is\ndone.\n\nExamples:\n    pomelo a\n    pomelo b"

    assert reflowed(text) == "Do it.\n\nIt is done.\n\n\b\nExamples:\n    pomelo a\n    pomelo b"
