"""The settings, and what lies on this machine: data directory and secret key."""

import shutil
import stat
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from pomelo.cli.checkup.finding import Finding, doubt, good, wrong
from pomelo.cli.house import House
from pomelo.cli.passwords import IMAP, SMTP
from pomelo.cli.secret_key import KEY_FILE
from pomelo.settings import FILE, Settings, variable

LITTLE_BYTES: Final = 1024**3
PREFIX: Final = "POMELO_"
# Read by commands, and no settings of the server.
NO_SETTINGS: Final = frozenset({SMTP.variable, IMAP.variable})
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def examine_settings(settings: Settings, environ: Mapping[str, str]) -> list[Finding]:
    """Look for settings that are misspelt, or that a person may have forgotten."""
    found = [*_misspelt(environ), *_address(settings), *_modes(settings)]
    return found or [good("settings", "Every setting is known.")]


def _misspelt(environ: Mapping[str, str]) -> Iterator[Finding]:
    known = {variable(name) for name in Settings.__struct_fields__} | NO_SETTINGS
    words = {name.removeprefix(PREFIX): name for name in known}
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name.removeprefix(PREFIX), words, 1)
            mend = f"{words[near[0]]} is one." if near else "unset it."
            yield doubt("settings", f"{name} is no setting; {mend}")


def _address(settings: Settings) -> Iterator[Finding]:
    if not settings.public_url:
        yield doubt(
            "public address",
            "POMELO_PUBLIC_URL is not set, so links in mails work on this machine only; set it to "
            "how the world reaches this server.",
        )
    elif not settings.public_url.startswith("https://"):
        yield doubt(
            "public address",
            "POMELO_PUBLIC_URL is not https, so keys and links can be read on their way; put a "
            "proxy with a certificate before this server.",
        )


def _modes(settings: Settings) -> Iterator[Finding]:
    if settings.deliver_to:
        yield doubt(
            "rehearsal",
            f"Every mail goes to {settings.deliver_to} and none to a lead; unset "
            "POMELO_DELIVER_TO to send for real.",
        )
    if settings.clock_speed != 1.0:
        yield doubt(
            "clock",
            f"The clock runs {settings.clock_speed:g} times as fast; unset POMELO_CLOCK_SPEED to "
            "send for real.",
        )


def examine_machine(house: House) -> list[Finding]:
    """Look at the data directory and at who can read the secrets."""
    return [_space(house.home), *examine_secrets(house)]


def _space(home: Path) -> Finding:
    free = shutil.disk_usage(home).free
    if free < LITTLE_BYTES:
        return doubt("data directory", f"{home}: only {free // 2**20} MB are free; make room.")
    return good("data directory", f"{home}, {free // 2**30} GB free.")


def examine_secrets(house: House) -> list[Finding]:
    """Look for secrets that other users of this machine can read."""
    # One that is set counts, and the file of another is nobody's.
    files = {} if house.settings.secret_key else {"secret key": house.home / KEY_FILE}
    if house.settings.secret_key or house.settings.database_url:
        files["settings file"] = FILE.absolute()
    return [_closed(subject, file) for subject, file in files.items() if file.exists()]


def _closed(subject: str, file: Path) -> Finding:
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & _OTHERS:
        return wrong(
            subject,
            f"Others on this machine can read {file} (mode {mode:o}); run `chmod 600 {file}`.",
        )
    return good(subject, f"{file} is open to nobody else.")
