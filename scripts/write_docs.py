"""Writes the docs that are made from code; with --check it only compares."""

import sys
from pathlib import Path
from typing import get_args, get_type_hints

from msgspec import Meta

from pomelo.api.docs import FOLDER, pages
from pomelo.api.table import OPERATIONS
from pomelo.insight import MEANINGS, Cause
from pomelo.settings import Settings, variable

WHY = Path("docs/guides/why-is-nothing-being-sent.md")
WHY_HEAD = """| cause | what holds it | until | what you can do |
|---|---|---|---|
"""
SETTINGS_HEAD = """# Settings

Made from `pomelo/settings.py` by `make docs`. A setting comes from the environment, else from
`pomelo.toml` in the working directory, else from its default. An empty variable counts as unset,
unless the setting is a text.

| environment | in `pomelo.toml` | meaning | unit | default |
|---|---|---|---|---|"""


def wanted() -> dict[Path, str]:
    """Give every generated file's text by its path."""
    reference = {FOLDER / name: text for name, text in pages(OPERATIONS).items()}
    return {Path("docs/settings.md"): settings_page(), WHY: why_page(), **reference}


def why_page() -> str:
    """Write the guide's table of causes below what people wrote of them."""
    head, mark, _ = WHY.read_text("utf-8").partition(WHY_HEAD)
    rows = [
        f"| `{cause}` | {MEANINGS[cause].sentence} | {MEANINGS[cause].waits_for or '–'} | "
        f"{MEANINGS[cause].do or '–'} |"
        for cause in Cause
    ]
    return head + mark + "\n".join([*rows, ""])


def settings_page() -> str:
    """Write the page of settings: one row each."""
    hints = get_type_hints(Settings, include_extras=True)
    rows = [
        f"| `{variable(name)}` | `{name}` | {_meta(hints[name]).description} | "
        f"{(_meta(hints[name]).extra or {}).get('unit', '')} | `{default!r}` |"
        for name, default in zip(
            Settings.__struct_fields__, Settings.__struct_defaults__, strict=True
        )
    ]
    return "\n".join([SETTINGS_HEAD, *rows, ""])


def _meta(hint: object) -> Meta:
    return next(m for m in get_args(hint)[1:] if isinstance(m, Meta) and m.description)


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
