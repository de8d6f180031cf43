"""The end of the demo in words."""

import io
from pathlib import Path

from rich.console import Console

from pomelo.demo import report
from pomelo.demo.show import Show

ROOT = Path(__file__).parents[2]


def test_the_commands_to_try_say_which_server_answers_them() -> None:
    printed = io.StringIO()
    show = Show(Console(file=printed))

    report.tell_where(
        show,
        file=Path("/tmp/numbers.csv"),
        url="http://127.0.0.1:8080",
        key="$KEY",
        person="farid.dubois005@northwind-looms.example",
    )

    (words,) = (line for line in printed.getvalue().splitlines() if "commands to try" in line)
    assert "`make run`" in words
    assert "`pomelo demo --stay`" in words
    assert printed.getvalue().partition(words)[2] in (ROOT / "README.md").read_text("utf-8")
    assert words in (ROOT / "README.md").read_text("utf-8")
