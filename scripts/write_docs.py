"""Writes the docs that are made from code; with --check it only compares."""

import sys
from pathlib import Path

from pomelo import settings
from pomelo.api.docs import FOLDER, pages
from pomelo.api.table import OPERATIONS


def wanted() -> dict[Path, str]:
    """Give every generated file's text by its path."""
    reference = {FOLDER / name: text for name, text in pages(OPERATIONS).items()}
    return {Path("docs/settings.md"): settings.reference(), **reference}


def main() -> int:
    """Write or compare; 1 when something differs."""
    files = wanted()
    stale = [p for p, text in files.items() if not p.exists() or p.read_text("utf-8") != text]
    stale += [path for path in FOLDER.glob("*.md") if path not in files]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path} is not what the code says; run `make docs`.", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        if path in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], "utf-8")
        else:
            path.unlink()
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
