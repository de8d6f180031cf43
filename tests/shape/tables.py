"""The tables that each domain owns, as its `tables.sql` says."""

import re
from functools import cache
from typing import Final

from pomelo.domains import DOMAINS
from tests.shape import tree

CREATE: Final = re.compile(r"^CREATE (?:UNLOGGED )?TABLE (\w+)", re.MULTILINE)
# Made by the migrations' own machinery before there is any table.
HISTORY: Final = "migrations"


@cache
def texts() -> dict[str, str]:
    """Read every domain's `tables.sql`, ground floor first."""
    paths = {domain: tree.PACKAGE / domain / "tables.sql" for domain in DOMAINS}
    return {domain: path.read_text("utf-8") for domain, path in paths.items() if path.exists()}


@cache
def owners() -> dict[str, str]:
    """Give the domain of every table."""
    owned = {table: domain for domain, text in texts().items() for table in CREATE.findall(text)}
    return {HISTORY: "base", **owned}
