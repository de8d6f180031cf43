"""Postfix and Dovecot as they stand in the world, in a folder of their own, gone afterwards."""

import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pomelo.senders import Server, TlsMode
from tests import certificates
from tests.mail.dovecot import Dovecot
from tests.mail.places import Ports, free_ports
from tests.mail.postfix import Postfix

PROGRAMS = ("postfix", "dovecot", "doveadm")
HOST = "localhost"


@dataclass(frozen=True)
class Servers:
    """Both, and how they are reached."""

    postfix: Postfix
    dovecot: Dovecot
    ports: Ports
    trusts: ssl.SSLContext

    @property
    def smtp(self) -> Server:
        return Server(HOST, self.ports.submission, TlsMode.STARTTLS)

    @property
    def imap(self) -> Server:
        return Server(HOST, self.ports.imaps, TlsMode.TLS)


def why_not() -> str:
    """Say why they cannot run here; empty = they can."""
    if missing := [name for name in PROGRAMS if shutil.which(name) is None]:
        return f"{', '.join(missing)} not found; scripts/mail-servers installs them from Debian"
    return "" if os.geteuid() == 0 else "mail servers change users, so they need root"


# Of each module that wants them.
MARKS = [pytest.mark.mail, pytest.mark.skipif(bool(why_not()), reason=why_not())]


@contextmanager
def running() -> Iterator[Servers]:
    """Run both in a folder that their users can reach, which pytest's they cannot."""
    root = Path(tempfile.mkdtemp(prefix="pomelo-mail-"))
    root.chmod(0o755)
    ports = free_ports()
    _, trusts = certificates.make(root, HOST)
    certificate = root / f"{HOST}.pem"
    dovecot = Dovecot(root / "dovecot", ports, certificate)
    postfix = Postfix(root / "postfix", ports, certificate)
    try:
        dovecot.start()
        try:
            postfix.start()
            try:
                ports.wait()
                yield Servers(postfix, dovecot, ports, trusts)
            finally:
                postfix.stop()
        finally:
            dovecot.stop()
    finally:
        shutil.rmtree(root)
