import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from pomelo.api.table import OPERATIONS
from pomelo.base import log
from pomelo.base.secret import Secret
from pomelo.teams import keys
from tests.api import toy
from tests.api.toy import KEY
from tests.api.wires import ask


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged; the way of logging before is put back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    yield stream
    log._configure_ours("info", None)
    root.handlers, root.level = handlers, level


def read(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_object_whose_first_keys_are_always_the_same(lines: io.StringIO) -> None:
    log.configure(stream=lines)

    log.get("delivery").warning("mail refused", lead="lea_1", code=550)

    (line,) = read(lines)
    assert list(line) == ["at", "level", "event", "of", "lead", "code"]
    assert line["at"].endswith("Z")
    assert (line["level"], line["event"], line["of"]) == ("warning", "mail refused", "delivery")


@pytest.mark.parametrize(
    "given",
    [
        {"password": "canary"},
        {"smtp_password": "canary"},
        {"clientSecret": "canary"},
        {"accessToken": "canary"},
        {"Authorization": "Basic canary"},
        {"headers": {"authorization": "canary", "cookie": "canary"}},
        {"deep": [{"deeper": {"api_key": "canary"}}]},
        {"url": "https://x/api?access_token=canary&limit=1"},
        {"url": "https://x/oauth/callback?state=s&code=canary"},
        {"urls": ("http://x?a=1&ACCESS_TOKEN=canary",)},
        {"value": Secret("canary")},
        {"values": [Secret("canary")]},
    ],
)
def test_a_secret_is_never_written(lines: io.StringIO, given: dict[str, object]) -> None:
    log.configure(stream=lines)

    log.get("api").info("something", **given)

    assert "canary" not in lines.getvalue()
    assert "***" in lines.getvalue()


def test_an_exception_is_written_with_its_trace_and_without_the_key(lines: io.StringIO) -> None:
    log.configure(stream=lines)

    try:
        raise ValueError("GET /api/campaigns?access_token=canary failed")
    except ValueError as error:
        log.get("api").error("unexpected", exc_info=error)

    (line,) = read(lines)
    assert "ValueError: GET /api/campaigns?access_token=*** failed" in line["exception"]
    assert "canary" not in lines.getvalue()


def test_even_before_it_is_set_up_a_trace_shows_no_local_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    password = "canary"

    try:
        raise ValueError(len(password))
    except ValueError as error:
        log.get("api").error("unexpected", exc_info=error)

    assert '"event":"unexpected"' in (written := capsys.readouterr().err)
    assert "canary" not in written.replace('password = "canary"', "")


def test_libraries_log_the_same_lines(lines: io.StringIO) -> None:
    log.configure(stream=lines)

    logging.getLogger("asyncpg").warning("lost %s", "canary?access_token=canary2")

    (line,) = read(lines)
    assert list(line)[:4] == ["at", "level", "event", "of"]
    assert (line["of"], line["event"]) == ("asyncpg", "lost canary?access_token=***")


def test_what_is_less_than_the_level_is_not_written(lines: io.StringIO) -> None:
    log.configure("error", lines)

    log.get("api").warning("no")
    logging.getLogger("asyncpg").warning("no")

    assert lines.getvalue() == ""


def test_what_json_does_not_know_is_written_all_the_same(lines: io.StringIO) -> None:
    log.configure(stream=lines)

    log.get("api").info("odd", error=ValueError("x"), kind=int, number=2**70)

    assert read(lines)[0]["error"] == "ValueError('x')"


async def test_the_access_log_tells_who_and_what_but_never_the_key(lines: io.StringIO) -> None:
    app = toy.app(has_access_log=True)
    log.configure(stream=lines)

    await ask(app, "GET", f"/api/search?limit=1&access_token={KEY}", headers={})
    await ask(app, "GET", "/api/search")

    first, second = read(lines)
    assert KEY not in lines.getvalue()
    assert first["path"] == "/api/search?limit=1&access_token=***"
    assert (first["method"], first["status"], first["client"]) == ("GET", 200, "192.0.2.7")
    assert second["key"] == toy.CALLER.key


# Nobody's; it names cases, so it is the same in each process.
MISPLACED = "pml_gDkQLEfgCHskvdwdvvvWZu6uycT6GniTxQLhkhY2vey9g7"
ESCAPED = "".join(f"%{ord(letter):02X}" for letter in MISPLACED)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/api/search?api_key={MISPLACED}", "/api/search?api_key=***"),
        (f"/api/search?apiKey={MISPLACED}&a=1", "/api/search?apiKey=***&a=1"),
        (f"/api/search?token={MISPLACED}", "/api/search?token=***"),
        (f"/api/search?q={MISPLACED}", "/api/search?q=***"),
        (f"/{MISPLACED}", "/***"),
        (f"/api/{MISPLACED.replace('_', '%5f')}/leads", "/api/***/leads"),
        (f"/api/{ESCAPED}", "/api/***"),
        (f"/api/search?q={ESCAPED.replace('%', '%25')}", "/api/search?q=***"),
        ("/api/search?apiKey=canary", "/api/search?apiKey=***"),
        ("/api/search?pml_=&limit=1", "/api/search?pml_=&limit=1"),
    ],
)
async def test_the_access_log_hides_a_key_wherever_it_was_misplaced(
    lines: io.StringIO, path: str, shown: str
) -> None:
    app = toy.app(has_access_log=True)
    log.configure(stream=lines)

    await ask(app, "GET", path, headers={})

    assert keys.is_well_formed(MISPLACED)
    assert read(lines)[0]["path"] == shown


@pytest.mark.parametrize("method", ["GET", "BREW"])
@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/t/u/canary", "/t/u/***"),
        ("/%74/u/canary/", "/%74/u/***"),
        ("/t/u/canary/%FF", "/t/u/***"),
        ("/api/files/exports/canary.csv?a=1", "/api/files/exports/***?a=1"),
        ("/api/files/exports", "/api/files/exports"),
    ],
)
async def test_the_access_log_hides_links_that_are_a_right_by_themselves(
    lines: io.StringIO, method: str, path: str, shown: str
) -> None:
    app = toy.app(has_access_log=True)
    log.configure(stream=lines)

    await ask(app, method, path)

    assert read(lines)[0]["path"] == shown


def test_no_other_operation_has_such_links() -> None:
    rights = {one.path for one in OPERATIONS if {"token", "file"} & {*one.parameters}}

    assert rights == {"/t/o/{token}", "/t/c/{token}", "/t/u/{token}", "/api/files/exports/{file}"}


def test_a_secret_shows_itself_only_when_asked() -> None:
    secret = Secret("canary")

    shown = f"{secret} {secret!r} {secret:>9} {[secret]} {secret.__reduce_ex__}"

    assert "canary" not in shown
    assert secret.reveal() == "canary"
    assert secret == Secret("canary")
    assert secret != Secret("other")
    assert bool(Secret("")) is False


def test_a_secret_is_not_carried_away() -> None:
    import copy
    import pickle

    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret("canary"))
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(Secret("canary"))
