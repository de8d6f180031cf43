import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pomelo.api import docs, openapi, page
from pomelo.api.meta import OPERATIONS as META
from tests.api import toy
from tests.api.toy import operation
from tests.api.wires import ask

ALL = (*META, *toy.OPERATIONS)


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document(ALL, "http://pomelo.example")


def everything_in(value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from value.items()
    for item in value.values() if isinstance(value, dict) else value:  # type: ignore[attr-defined]
        if isinstance(item, dict | list):
            yield from everything_in(item)


def test_ids_in_openapi_are_unique_and_every_reference_leads_somewhere(
    document: dict[str, Any],
) -> None:
    found = list(everything_in(document))
    ids = [value for key, value in found if key == "operationId"]

    assert len(ids) == len(set(ids)) == len(ALL)
    names = {str(value).rpartition("/")[2] for key, value in found if key == "$ref"}
    assert names
    assert names <= document["components"]["schemas"].keys()


def test_openapi_tells_parameters_bodies_and_errors(document: dict[str, Any]) -> None:
    search = {p["name"]: p for p in document["paths"]["/api/search"]["get"]["parameters"]}
    path = "/api/campaigns/{campaignId}/leads/{email}"
    add = document["paths"][path]["post"]
    fail = document["paths"]["/api/fail/{how}"]["get"]["responses"]

    assert search["limit"]["schema"] == {
        "type": "integer", "minimum": 1, "maximum": 100, "default": 100,
    }  # fmt: skip
    assert search["states"]["explode"] is False
    assert [p["name"] for p in add["parameters"]] == ["campaignId", "email"]
    assert add["requestBody"]["required"] is False
    schema = add["requestBody"]["content"]["application/json"]["schema"]
    assert (schema["additionalProperties"], schema["allOf"][0]["$ref"][-9:]) == (True, "KnownKeys")
    assert "Widget not found" in fail["404"]["description"]
    assert "application/json" in fail["409"]["content"]
    assert document["paths"]["/open"]["get"]["security"] == []
    assert {"basic": []} in document["paths"]["/api/search"]["get"]["security"]
    password = document["components"]["schemas"]["Widget"]["properties"]["password"]
    assert password["anyOf"][0]["writeOnly"] is True


async def test_the_document_that_is_served_is_the_tables() -> None:
    answer = await ask(toy.app(operations=ALL), "GET", "/api/openapi.json", headers={})

    assert answer.body == msgspec.json.encode(openapi.document(ALL, "http://pomelo.example"))
    assert answer.json["openapi"].startswith("3.1.")


async def test_the_reference_page_loads_nothing_and_forbids_the_rest() -> None:
    answer = await ask(toy.app(operations=ALL), "GET", "/docs", headers={})

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith(
        "default-src 'none'; style-src 'sha"
    )
    assert not re.search(r"<script|<link|<img|@import|url\(| src=| style=", answer.text)
    assert all(row.id in answer.text for row in ALL)


def test_words_of_an_operation_are_escaped_on_the_page() -> None:
    evil = operation("GET", "/api/evil", toy.anyone, summary="<b>`x`", text="a <script> & `<i>`")

    text = page.html((evil,))

    assert "<script>" not in text
    assert "&lt;b&gt;" in text
    assert "a &lt;script&gt; &amp; <code>&lt;i&gt;</code>" in text


def test_every_section_has_a_page_with_all_its_operations(tmp_path: Path) -> None:
    pages = docs.pages(ALL)

    assert pages.keys() == {"README.md", "server.md", "toys.md"}
    assert all(f"`{row.method} {row.path}`" in pages["toys.md"] for row in toy.OPERATIONS)
    assert '-u ":$KEY"' in pages["toys.md"]
    assert "`hooked` or `warmed`" in pages["toys.md"]
    assert "| 404 | Widget not found |" in pages["toys.md"]


def test_writing_the_pages_drops_those_of_sections_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "gone.md").write_text("old")

    docs.write(tmp_path)

    assert {"README.md", "server.md"} <= {path.name for path in tmp_path.iterdir()}
    assert not (tmp_path / "gone.md").exists()
