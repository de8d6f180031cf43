"""The secret key's file in the data directory: made once, read by every command."""

import os
import stat
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from pomelo.base.datadir import prepare
from pomelo.base.errors import Forbidden
from pomelo.base.vault import SecretKeyInvalid, Vault, new_key

KEY_FILE: Final = "secret.key"


class KeyUnreadable(Forbidden):
    """The secret key cannot be read; restore its file, or set POMELO_SECRET_KEY to what it held."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            f"The secret key cannot be read ({file}: {reason}); restore it from a backup, or set"
            " POMELO_SECRET_KEY to what it held."
        )


def read_vault(home: Path) -> Vault:
    """Read the data directory's secret key.

    Raises:
        KeyUnreadable: It is not there, or something else is in its place.
    """
    file = home / KEY_FILE
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe would be waited for, perhaps for ever
            raise KeyUnreadable(file, "no regular file")
        return Vault(file.read_text("ascii").strip())
    except OSError as error:
        raise KeyUnreadable(file, error.strerror or str(error)) from error
    except (ValueError, SecretKeyInvalid):
        raise KeyUnreadable(file, "not 32 bytes in base64url") from None


def make_key(home: Path) -> None:
    """Make the data directory's secret key, readable by us alone, where there is none.

    Raises:
        HomeUnwritable, HomeFull: The data directory takes no file.
    """
    file = home / KEY_FILE
    with suppress(OSError):  # not there, or out of our sight: the directory says which
        file.lstat()
        return
    prepare(home)
    made = partial(os.open, mode=0o600)
    with suppress(FileExistsError), open(file, "x", opener=made) as new:  # another's is as good
        new.write(new_key() + "\n")
        new.flush()
        os.fsync(new.fileno())
