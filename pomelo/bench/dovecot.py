"""A real IMAP server to measure with: Dovecot over a directory of mailboxes, in clear, on loopback.

Its users all have one password; a mail arrives as mail servers bring it, by a change of name.
"""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from string import Template
from typing import Final

from pomelo.bench.children import Unmeasurable, find, free_port, listens, running

PASSWORD: Final = "bench"  # noqa: S105 - of mailboxes that are gone with the measurement
USER, GROUP = "nobody", "nogroup"
# Each connection has a watcher of its own, and all run as one user; most systems allow 128.
WATCHERS: Final = 1024
WATCHERS_FILE: Final = Path("/proc/sys/fs/inotify/max_user_instances")


class NotRoot(Unmeasurable):
    """Dovecot changes users, so it needs root."""


class FewWatchers(Unmeasurable):
    """The kernel does not let fs.inotify.max_user_instances be raised to 1024."""


class MailServer:
    """A running Dovecot.

    Args:
        mail: Where its mailboxes are.
        port: Where it listens.
    """

    def __init__(self, mail: Path, port: int) -> None:
        self._mail = mail
        self._arrived = 0
        self.port = port

    def deliver(self, user: str, raw: bytes) -> None:
        """Let a mail arrive in a mailbox that was opened before."""
        self._arrived += 1
        inbox, name = self._mail / user / "Maildir", f"{self._arrived}.bench"
        (inbox / "tmp" / name).write_bytes(raw)
        (inbox / "tmp" / name).rename(inbox / "new" / name)


@asynccontextmanager
async def dovecot(home: Path) -> AsyncIterator[MailServer]:
    """Have a Dovecot.

    Raises:
        Unmeasurable: It is not installed, or may not run here.
    """
    program = find("dovecot", "dovecot-imapd")
    if os.geteuid() != 0:
        raise NotRoot
    root, port = home / "dovecot", free_port()
    (root / "mail").mkdir(parents=True)
    shutil.chown(root / "mail", USER, GROUP)
    log, config = root / "log", root / "dovecot.conf"
    config.write_text(
        _CONFIG.substitute(root=root, port=port, password=PASSWORD, user=USER, group=GROUP)
    )
    with _many_watchers():
        async with running([program, "-F", "-c", str(config)], log=log) as process:
            await listens(port, process, log)
            yield MailServer(root / "mail", port)


@contextmanager
def _many_watchers() -> Iterator[None]:
    """Let a user watch as many mailboxes as there are connections, for as long as it takes."""
    before = WATCHERS_FILE.read_text()
    if int(before) >= WATCHERS:
        yield
        return
    try:
        WATCHERS_FILE.write_text(str(WATCHERS))
    except OSError:
        raise FewWatchers from None
    try:
        yield
    finally:
        WATCHERS_FILE.write_text(before)


_CONFIG: Final = Template("""
base_dir = $root/run
state_dir = $root/state
log_path = $root/words
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
mail_location = maildir:~/Maildir
first_valid_uid = 1
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = static
  args = uid=$user gid=$group home=$root/mail/%u
}
service imap-login {
  service_count = 0
  client_limit = 1000
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
""")
