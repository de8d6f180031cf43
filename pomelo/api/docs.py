"""The reference as Markdown, one file a section: `python -m pomelo.api.docs` writes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from pomelo.api.contract import AnyOperation
from pomelo.api.introduction import INTRODUCTION
from pomelo.api.reference import Entry, Table, entries, shared_errors

FOLDER: Final = Path("docs/api")


def pages(operations: Sequence[AnyOperation]) -> dict[str, str]:
    """Write the pages.

    Returns:
        File name to text, an index (`README.md`) among them.
    """
    sections: dict[str, list[Entry]] = {}
    for entry in entries(operations):
        sections.setdefault(entry.section, []).append(entry)
    written = {file_of(section): _page(section, of) for section, of in sections.items()}
    return {"README.md": _index(sections, shared_errors(operations)), **written}


def file_of(section: str) -> str:
    """Name the file of a section."""
    return section.lower().replace(" ", "-") + ".md"


def _index(sections: dict[str, list[Entry]], shared: Table) -> str:
    lines = ["# API reference", "", INTRODUCTION, "", _table(shared), ""]
    for section, found in sections.items():
        lines += [f"## [{section}]({file_of(section)})", ""]
        lines += [f"- `{entry.method} {entry.path}` {entry.summary}" for entry in found]
        lines.append("")
    return "\n".join(lines)


def _page(section: str, found: list[Entry]) -> str:
    head = f"# {section}\n\nMade from `pomelo/api/` by `make docs`.\n"
    return "\n".join([head, *(_entry(entry) for entry in found)])


def _entry(entry: Entry) -> str:
    blocks = [f"## {entry.summary}", f"`{entry.method} {entry.path}`"]
    blocks += [entry.text.strip()] if entry.text else []
    blocks.append(f"```sh\n{entry.curl}\n```")
    blocks += [f"```json\n{entry.answer}\n```"] if entry.answer else []
    blocks += [_table(table) for table in entry.tables]
    return "\n\n".join(blocks) + "\n"


def _table(table: Table) -> str:
    lines = [table.heads, ("---",) * len(table.heads), *table.rows]
    return "\n".join([f"**{table.title}**", "", *(_line(cells) for cells in lines)])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"


def write(folder: Path = FOLDER) -> None:
    """Write the pages of every operation, and drop those of sections that are gone."""
    from pomelo.api.table import OPERATIONS  # noqa: PLC0415 - the table imports the sections

    folder.mkdir(parents=True, exist_ok=True)
    written = pages(OPERATIONS)
    for old in folder.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write()
