"""Reads all planted mails, writes docs/inbound.md, and fails when a promise is broken."""

import sys
from pathlib import Path

from tests.inbound.corpus import corpus
from tests.inbound.corpus.page import page
from tests.inbound.corpus.scoring import failures, judge

PAGE = Path("docs/inbound.md")


def main() -> int:
    """Write and print the page; 1 when a promise is broken."""
    verdicts = [judge(planted) for planted in corpus()]
    text = page(verdicts)
    PAGE.write_text(text, "utf-8")
    print(text)
    broken = failures(verdicts)
    for line in broken:
        print(line, file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
