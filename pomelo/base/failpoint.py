"""Fail-points: places where a test may kill this process, exactly there and for real.

`POMELO_FAILPOINT=after_data` kills at the first passing, `after_data:3` at the third.
"""

import os
import signal


class Failpoint:
    """Kills the process at a named place; does nothing when unset.

    Args:
        spec: `name` or `name:passing`.
    """

    def __init__(self, spec: str = "") -> None:
        self._name, _, passing = spec.partition(":")
        self._left = int(passing or 1)

    def __call__(self, name: str) -> None:
        """Pass a place."""
        if name != self._name:
            return
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
