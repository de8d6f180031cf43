"""What is documented is what there is, and what there is is documented."""

import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from pomelo.api.table import OPERATIONS
from pomelo.leads import ANNOUNCEMENTS, ActivityType, LeadState, LeadStatus
from scripts.write_docs import wanted
from tests.shape import tree

DOCS: Final = tree.ROOT / "docs"
DECISIONS: Final = DOCS / "decisions"
PARTS_OF_A_DECISION: Final = ("Context", "Decision", "Consequences", "Alternatives", "Guard")
LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PATH: Final = re.compile(r"`((?:pomelo|tests|docs|scripts|web)/[\w./-]+)(?::\w+)?`")
CODE: Final = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
# Written so that no line here is what it looks for.
PRIVATE: Final = re.compile(
    r"[p]ypi\.org|python[h]osted|[n]pmjs\.|crates\.[i]o|/[w]ork/|/[r]oot/"
    r"|\b(?:[C]laude|[A]nthropic|Chat[G]PT|Open[A]I|[C]opilot|[L]LMs?|sub-?[a]gents?)\b"
)


def test_pages_made_from_code_are_what_the_code_says() -> None:
    stale = [
        str(path)
        for path, text in wanted().items()
        if not (page := tree.ROOT / path).exists() or page.read_text("utf-8") != text
    ]

    assert stale == [], "run `make docs`"


def test_every_operation_is_in_the_reference() -> None:
    pages = "".join(page.read_text("utf-8") for page in (DOCS / "api").glob("*.md"))

    missing = [
        operation.id
        for operation in OPERATIONS
        if f"`{operation.method} {operation.path}`" not in pages
    ]

    assert missing == []


@pytest.mark.parametrize("names", [LeadState, LeadStatus, ActivityType, ANNOUNCEMENTS])
def test_every_state_and_activity_is_explained(names: type[LeadState]) -> None:
    rows = re.findall(r"^\|.*?`(\w+)` \|", (DOCS / "states.md").read_text("utf-8"), re.MULTILINE)

    assert {str(name) for name in names} - set(rows) == set()


def test_every_decision_has_its_five_parts() -> None:
    if not DECISIONS.exists():
        pytest.skip("no decision is written down yet")

    for page in DECISIONS.glob("*.md"):
        heads = re.findall(r"^## (\w+)", page.read_text("utf-8"), re.MULTILINE)
        assert re.match(r"\d{4}-[a-z0-9-]+$", page.stem) or page.stem == "README", page.name
        assert page.stem == "README" or tuple(heads) == PARTS_OF_A_DECISION, page.name


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(tree.ROOT)}: {target}"
        for page in (*tree.ROOT.glob("*.md"), *DOCS.rglob("*.md"))
        for target in LINK.findall(CODE.sub("", page.read_text("utf-8")))
        if "://" not in target and not target.startswith("mailto:") and not _leads(page, target)
    ]

    assert broken == [], "\n".join(broken)


def test_files_that_pages_name_are_there() -> None:
    gone = [
        f"{page.relative_to(tree.ROOT)}: {path}"
        for page in (*tree.ROOT.glob("*.md"), *DOCS.rglob("*.md"))
        for path in PATH.findall(page.read_text("utf-8"))
        if not (tree.ROOT / path).exists()
    ]

    assert gone == [], "\n".join(gone)


def test_nothing_names_this_machine_or_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=tree.ROOT,
        capture_output=True,
        check=True,
    )

    found = [
        f"{path.relative_to(tree.ROOT)}: {match.group()}"
        for name in listed.stdout.decode().split("\0")
        if (path := tree.ROOT / name).is_file()
        for match in PRIVATE.finditer(path.read_text("utf-8", "replace"))
    ]

    assert found == [], "\n".join(found)


def _leads(page: Path, target: str) -> bool:
    """Tell whether a link's file is there, and its heading in it."""
    file, _, heading = target.partition("#")
    goal = page.parent / file if file else page
    if not heading or not goal.is_file():
        return goal.exists()
    heads = re.findall(r"^#+ (.+)$", goal.read_text("utf-8"), re.MULTILINE)
    return heading in {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}
