import re
from pathlib import Path
from typing import Any

import pytest

from pomelo.api.answers import attachment, moment
from pomelo.api.contract import Operation, Permission
from pomelo.api.meta import OPERATIONS as META
from pomelo.api.router import Router, WrongMethod
from pomelo.api.table import OPERATIONS
from pomelo.base import log
from pomelo.base.errors import NotFound
from tests.api import toy
from tests.api.toy import operation
from tests.api.wires import ask

ALL = (*META, *toy.OPERATIONS)


def test_an_operation_without_a_permission_cannot_be_made() -> None:
    with pytest.raises(TypeError, match="permission"):
        Operation(method="GET", path="/x", run=toy.anyone, section="", summary="")  # type: ignore[call-arg]


def test_an_operation_for_members_lies_below_api() -> None:
    with pytest.raises(ValueError, match="below /api"):
        operation("GET", "/x", toy.anyone)


def test_every_operation_of_the_table_declares_its_permission() -> None:
    assert all(isinstance(row.permission, Permission) for row in OPERATIONS)
    assert {row.path for row in OPERATIONS} >= {"/health", "/metrics", "/docs"}


@pytest.mark.parametrize(
    "rows",
    [
        (operation("GET", "/api/{x}", toy.anyone), operation("GET", "/api/{y}", toy.needed)),
        (operation("GET", "/api/a", toy.anyone), operation("GET", "/api/b", toy.anyone)),
    ],
    ids=["one address", "one id"],
)
def test_two_operations_share_neither_address_nor_id(rows: Any) -> None:
    with pytest.raises(ValueError, match="operation"):
        Router(rows)


@pytest.mark.parametrize(
    ("parts", "found", "parameters"),
    [
        (["api", "leads", "a@b.c"], "toy_echo_path", {"email": "a@b.c"}),
        (["api", "leads", "interested"], "toy_all_interested", {}),
        (["api", "leads", "interested", "lea_1"], "toy_interested", {"id": "lea_1"}),
        (["api", "leads", "{email}"], "toy_echo_path", {"email": "{email}"}),
    ],
)
def test_a_word_of_a_path_goes_before_a_parameter(
    parts: list[str], found: str, parameters: dict[str, str]
) -> None:
    endpoint, values = Router(toy.OPERATIONS).find("GET", parts)

    assert (endpoint.id, values) == (found, parameters)


def test_a_word_that_knows_no_such_method_leaves_it_to_the_parameter() -> None:
    router = Router(
        (operation("GET", "/api/list", toy.anyone), operation("POST", "/api/{id}", toy.one_click))
    )

    assert router.find("POST", ["api", "list"])[1] == {"id": "list"}
    with pytest.raises(WrongMethod) as wrong:
        router.find("PUT", ["api", "list"])
    assert wrong.value.allowed == ("GET", "HEAD", "OPTIONS", "POST")


@pytest.mark.parametrize("parts", [["api"], ["api", "leads", ""], ["api", "leads", "x", "y"], [""]])
def test_a_parameter_takes_one_whole_segment_and_never_an_empty_one(parts: list[str]) -> None:
    with pytest.raises(NotFound):
        Router(toy.OPERATIONS).find("GET", parts)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {}),
        ("limit=5&isOpen=true", {"limit": 5, "isOpen": True}),
        ("isOpen=1", {"isOpen": True}),
        ("isOpen=0", {"isOpen": False}),
        ("states=warmed,hooked", {"states": ["warmed", "hooked"]}),
        ("states=warmed&states=hooked", {"states": ["warmed", "hooked"]}),
        ("offsets=1,2", {"offsets": [1, 2]}),
        ("name=%C3%A9+b%2Bc", {"name": "é b+c"}),
        ("name=é", {"name": "é"}),
        ("name=", {"name": ""}),
        ("limit=&since=", {}),
        ("since=2026-01-31", {"since": "2026-01-31"}),
        ("unknown=1&unknown=2&limit=3", {"limit": 3}),
        ("limit=3&limit=3", {"limit": 3}),
    ],
)
async def test_a_query_comes_typed(query: str, expected: dict[str, object]) -> None:
    nothing = {
        "limit": 100, "isOpen": False, "states": [], "name": None, "since": None, "ratio": None,
        "offsets": [],
    }  # fmt: skip

    answer = await ask(toy.app(), "GET", f"/api/search?{query}")

    assert (answer.status, answer.json) == (200, nothing | expected)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("limit=x", "Bad params: limit must be a whole number, 1 or more, 100 or less."),
        ("limit=0", "Bad params: limit must be a whole number, 1 or more, 100 or less."),
        ("limit=1.5", "Bad params: limit must be a whole number, 1 or more, 100 or less."),
        ("isOpen=maybe", "Bad params: isOpen must be true or false."),
        ("states=cold", "Bad params: states must be a list, split by commas, each one of "),
        ("offsets=1,x", "Bad params: offsets must be a list, split by commas, each a whole "),
        ("ratio=x", "Bad params: ratio must be a number."),
        ("since=x", "Bad params: since must be a date such as 2026-01-31."),
        ("limit=1&limit=2", "Bad params: limit is given twice with different values."),
        ("name=%FF", "Bad params: the query must be percent-encoded UTF-8"),
        ("name=%00", "Bad params: the query must be percent-encoded UTF-8"),
        ("&".join(["a=1"] * 201), "Bad params: the query must be percent-encoded UTF-8"),
    ],
)
async def test_a_wrong_parameter_is_named_in_a_sentence(query: str, sentence: str) -> None:
    answer = await ask(toy.app(), "GET", f"/api/search?{query}")

    assert answer.status == 400
    assert answer.text.startswith(sentence)


async def test_a_parameter_that_is_needed_is_asked_for() -> None:
    answer = await ask(toy.app(), "GET", "/api/needed")

    assert (answer.status, "version" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("how", "status", "body"),
    [
        ("missing", 404, b"Widget not found"),
        ("broken", 409, b'{"ok":false,"message":"The widget is broken."}'),
    ],
)
async def test_an_error_is_a_sentence_unless_the_operation_shapes_it(
    how: str, status: int, body: bytes
) -> None:
    answer = await ask(toy.app(), "GET", f"/api/fail/{how}")

    assert (answer.status, answer.body) == (status, body)
    assert answer.headers["content-type"].startswith(
        "application/json" if body.startswith(b"{") else "text/plain; charset=utf-8"
    )


async def test_an_unexpected_error_tells_a_number_and_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.configure()
    answer = await ask(toy.app(), "GET", "/api/fail/oops")

    assert answer.status == 500
    number = re.search(r"under ([0-9a-f]{8})\.$", answer.text)
    assert number
    assert "canary" not in answer.text
    assert number.group(1) in capsys.readouterr().err


async def test_a_stream_that_fails_before_its_first_piece_is_an_error_like_any() -> None:
    made = toy.Stream(is_away=True)

    answer = await ask(toy.app(made), "GET", "/api/stream")

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert made.is_closed.is_set()


async def test_who_is_refused_for_a_full_queue_is_told_to_wait() -> None:
    answer = await ask(toy.app(), "GET", "/api/fail/full")

    assert (answer.status, answer.headers["retry-after"]) == (429, "1")


async def test_answers_of_every_kind_arrive_as_they_are() -> None:
    app = toy.app(toy.Stream())

    made = await ask(app, "POST", "/api/campaigns/cam_1/leads/a%40b.c", b'{"x":1}')
    bye = await ask(app, "POST", "/t/u/abc", headers={})
    pot = await ask(app, "GET", "/teapot", headers={})
    csv = await ask(app, "GET", "/api/stream")

    assert (made.status, made.json) == (201, {"email": "a@b.c", "body": {"x": 1}})
    assert (bye.status, bye.body, bye.headers["x-own"]) == (202, b"bye", "1")
    assert (pot.status, pot.json) == (418, {"ok": False})
    assert (csv.body, csv.headers["content-type"]) == (b"000011112222", "text/csv; charset=utf-8")
    assert csv.headers["content-disposition"] == (
        "attachment; filename=\"leads ___.csv\"; filename*=UTF-8''leads%20%C3%A9%0D%0A.csv"
    )


async def test_parts_of_a_file_may_be_asked_for_and_a_lost_file_is_not_found(
    tmp_path: Path,
) -> None:
    (tmp_path / "one.csv").write_bytes(b"0123456789")
    app = toy.app(toy.Folder(tmp_path))

    whole = await ask(app, "GET", "/api/files/one.csv")
    part = await ask(
        app, "GET", "/api/files/one.csv", headers={"authorization": toy.BASIC, "range": "bytes=2-4"}
    )
    lost = await ask(app, "GET", "/api/files/two.csv")

    assert (whole.status, whole.body) == (200, b"0123456789")
    assert (part.status, part.body) == (206, b"234")
    assert (lost.status, lost.text) == (404, "This file is no longer kept; start a new export.")


@pytest.mark.parametrize(
    "name", ['a";\r\nX: y.csv', "../../etc/passwd", "\u202egpj.csv", "n\0.csv", "é" * 300]
)
def test_no_file_name_breaks_out_of_its_header(name: str) -> None:
    header = attachment(name)

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert not set("/\\") & set(header)


def test_an_instant_is_written_in_milliseconds(now: Any) -> None:
    assert moment(now.replace(microsecond=1999)) == "2026-03-10T09:00:00.001Z"
