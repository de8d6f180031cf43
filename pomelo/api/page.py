"""The reference as one web page that loads nothing from anywhere."""

import base64
import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from pomelo import __version__
from pomelo.api.contract import AnyOperation
from pomelo.api.introduction import INTRODUCTION
from pomelo.api.reference import Entry, Table, entries, shared_errors

_STYLE: Final = (files(__package__) / "page.css").read_text("utf-8")
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_CODE: Final = re.compile(r"`([^`]+)`")


def html(operations: Sequence[AnyOperation]) -> str:
    """Write the page."""
    found = entries(operations)
    sections = [(name, list(of)) for name, of in groupby(found, key=lambda entry: entry.section)]
    links = Markup("").join(_links(name, of) for name, of in sections)
    bodies = Markup("").join(_section(name, of) for name, of in sections)
    return Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>Pomelo API</title><style>{style}</style></head><body>"
        '<nav aria-label="Operations">{links}</nav>'
        "<main><h1>Pomelo API <small>{version}</small></h1>{introduction}{shared}"
        '<p><a href="/api/openapi.json">OpenAPI document</a></p>{bodies}</main></body></html>'
    ).format(
        style=Markup(_STYLE),  # noqa: S704 - our own file
        links=links,
        version=__version__,
        introduction=_paragraphs(INTRODUCTION),
        shared=_table(shared_errors(operations)),
        bodies=bodies,
    )


def _links(section: str, found: list[Entry]) -> Markup:
    items = Markup("").join(
        Markup('<a href="#{}">{}</a>').format(entry.id, entry.summary) for entry in found
    )
    return Markup("<h2>{}</h2>{}").format(section, items)


def _section(section: str, found: list[Entry]) -> Markup:
    articles = Markup("").join(_article(entry) for entry in found)
    return Markup("<section><h2>{}</h2>{}</section>").format(section, articles)


def _article(entry: Entry) -> Markup:
    tables = Markup("").join(_table(table) for table in entry.tables)
    answer = Markup("<pre><code>{}</code></pre>").format(entry.answer) if entry.answer else ""
    return Markup(
        '<article id="{}"><h3>{}</h3><p><code>{} {}</code></p>{}'
        "<pre><code>{}</code></pre>{}{}</article>"
    ).format(
        entry.id,
        entry.summary,
        entry.method,
        entry.path,
        _paragraphs(entry.text),
        entry.curl,
        answer,
        tables,
    )


def _table(table: Table) -> Markup:
    heads = Markup("").join(Markup('<th scope="col">{}</th>').format(head) for head in table.heads)
    rows = Markup("").join(_row(cells) for cells in table.rows)
    return Markup("<table><caption>{}</caption><tr>{}</tr>{}</table>").format(
        table.title, heads, rows
    )


def _row(cells: Sequence[str]) -> Markup:
    return Markup("<tr>{}</tr>").format(
        Markup("").join(Markup("<td>{}</td>").format(_coded(cell)) for cell in cells)
    )


def _paragraphs(text: str) -> Markup:
    return Markup("").join(
        Markup("<p>{}</p>").format(_coded(part)) for part in text.split("\n\n") if part.strip()
    )


def _coded(text: str) -> Markup:
    """Set what stands in ticks as code; everything is escaped first."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704
