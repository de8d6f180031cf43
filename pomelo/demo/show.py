"""How the demo tells what it does: bars on a terminal, plain lines elsewhere."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

QUARTERS: Final = 4


class Show:
    """Prints to standard output.

    Args:
        console: Where; it knows whether a person looks.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._quarters: dict[str, int] = {}

    def say(self, text: str = "") -> None:
        """Print a line as it is, however long."""
        self._console.print(text, markup=False, emoji=False, soft_wrap=True)

    @contextmanager
    def watching(self, totals: Mapping[str, int]) -> Iterator[None]:
        """Show how far several things are, for as long as the block runs.

        Args:
            totals: How much each will be at its end.
        """
        self._quarters = dict.fromkeys(totals, 0)
        if not self._console.is_terminal:
            yield
            return
        columns = (TextColumn("{task.description:>18}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=self._console) as self._bars:
            self._tasks = {name: self._bars.add_task(name, total=n) for name, n in totals.items()}
            yield
        self._bars = None

    def progress(self, name: str, done: int, total: int) -> None:
        """Tell how far something is; without a terminal, a line a quarter."""
        if self._bars is not None:
            self._bars.update(self._tasks[name], completed=done)
            return
        quarter = done * QUARTERS // max(total, 1)
        if quarter > self._quarters[name]:
            self._quarters[name] = quarter
            self.say(f"  {name}: {done} of {total}")
