"""Where real mail servers run in tests: ports of this machine, and programs started quietly."""

import socket
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

START_SECONDS: Final = 15.0


@dataclass(frozen=True)
class Ports:
    """Who listens where.

    Attributes:
        post: Postfix, for people and other mail servers.
        submission: Postfix, for senders that log in.
        imaps: Dovecot, in TLS.
        lmtp: Dovecot, to which Postfix hands what arrives.
        sasl: Dovecot, which Postfix asks about log-ins.
    """

    post: int
    submission: int
    imaps: int
    lmtp: int
    sasl: int

    def wait(self) -> None:
        """Wait until all of them are open."""
        give_up_at = time.monotonic() + START_SECONDS
        for name, port in self.__dict__.items():
            while not _is_open(port):
                assert time.monotonic() < give_up_at, f"nobody listens for {name}"
                time.sleep(0.02)


def free_ports() -> Ports:
    """Choose ports that nobody uses."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in fields(Ports)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return Ports(*(probe.getsockname()[1] for probe in probes))


def quiet(*command: object, out: Path) -> None:
    """Run a program that leaves servers behind; their words go to a file, never to a pipe."""
    with out.open("ab") as said:
        subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            check=True,
        )


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
