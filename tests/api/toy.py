"""A small table of operations, and ways to call it: in the process and over raw sockets."""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
from starlette.types import ASGIApp

from pomelo.api.answers import Csv, FileAnswer, Json, Raw, Text
from pomelo.api.call import AppState, Call, Caller
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.app import build
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.errors import Conflict, NotFound, PomeloError, TooMany, Unavailable
from pomelo.base.ids import KeyId, TeamId, UserId
from pomelo.base.secret import Secret

KEY = "0123456789abcdef0123456789abcdef"
BASIC = "Basic " + base64.b64encode(f":{KEY}".encode()).decode()
CALLER = Caller(team=TeamId("tea_1"), user=UserId("usr_1"), key=KeyId("key_1"))
NOWHERE = Database("postgresql://nobody@127.0.0.1:9/none")


class State(StrEnum):
    WARMED = "warmed"
    HOOKED = "hooked"


class Search(msgspec.Struct, frozen=True, rename="camel"):
    limit: Annotated[int, msgspec.Meta(ge=1, le=100, description="How many")] = 100
    is_open: bool = False
    states: list[State] = []
    name: str | None = None
    since: date | None = None
    ratio: float | None = None
    offsets: tuple[int, ...] = ()


class Needed(msgspec.Struct, frozen=True):
    version: int


class Widget(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    name: str
    max_size: int = 0
    password: Secret | None = None
    extra: object = None
    state: State | None = None
    states: tuple[State, ...] = ()


class KnownKeys(msgspec.Struct, frozen=True):
    firstName: str = ""  # noqa: N815 - as on the wire


class WidgetNotFound(NotFound):
    """Widget not found"""


class WidgetBroken(Conflict):
    """The widget is broken."""


def in_json(error: PomeloError) -> object | None:
    return {"ok": False, "message": str(error)} if isinstance(error, WidgetBroken) else None


async def search(call: Call[Search, None]) -> object:
    return call.query


async def needed(call: Call[Needed, None]) -> object:
    return call.query


async def echo_path(call: Call[NoQuery, None]) -> object:
    return dict(call.path)


async def add(call: Call[NoQuery, dict[str, object]]) -> object:
    return {"email": call.path["email"], "body": call.body}


async def make(call: Call[NoQuery, Widget]) -> object:
    return {
        "name": call.body.name,
        "maxSize": call.body.max_size,
        "secret": str(call.body.password),
    }


async def change(call: Call[NoQuery, Widget | None]) -> object:
    return {"body": str(call.body)}


async def remove(call: Call[NoQuery, None]) -> object:
    return {"removed": call.path["id"], "by": call.caller.key, "method": call.method}


async def upload(call: Call[NoQuery, AsyncIterator[bytes]]) -> object:
    return {"size": sum([len(chunk) async for chunk in call.body])}


async def fail(call: Call[NoQuery, None]) -> object:
    match call.path["how"]:
        case "missing":
            raise WidgetNotFound
        case "broken":
            raise WidgetBroken
        case "full":
            raise TooMany
        case _:
            raise RuntimeError(f"secret canary {call.path['how']}")


async def anyone(call: Call[NoQuery, None]) -> object:
    return Text(f"hello {call.client}")


async def one_click(_: Call[NoQuery, None]) -> object:
    return Raw(b"bye", "text/plain", (("X-Own", "1"),), 202)


async def teapot(_: Call[NoQuery, None]) -> object:
    return Json({"ok": False}, 418)


@dataclass
class Stream:
    """How a long answer is made, and what became of it."""

    pieces: int = 3
    size: int = 4
    breaks: bool = False
    hangs: bool = False
    is_away: bool = False
    is_closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            if self.is_away:
                raise Unavailable
            for number in range(self.pieces):
                yield b"%d" % (number % 10) * self.size
            if self.hangs:
                await asyncio.Event().wait()
            if self.breaks:
                raise OSError("the disk is gone")
        finally:
            self.is_closed.set()


async def stream(call: Call[NoQuery, None]) -> object:
    return Csv("leads é\r\n.csv", call.state.part(Stream).chunks())


async def download(call: Call[NoQuery, None]) -> object:
    return FileAnswer(call.state.part(Folder).path / call.path["name"], "export.csv")


@dataclass
class Folder:
    path: Path


def operation(method: str, path: str, run: Any, **more: Any) -> AnyOperation:
    given = {"permission": Permission.MEMBER, "section": "Toys", "summary": path, **more}
    return Operation(method=method, path=path, run=run, **given)


OPERATIONS: tuple[AnyOperation, ...] = (
    operation("GET", "/api/search", search, query=Search, answer=Search),
    operation("GET", "/api/needed", needed, query=Needed),
    operation("GET", "/api/leads/{email}", echo_path, answer=dict[str, str]),
    operation("GET", "/api/leads/interested/{id}", echo_path, name="interested"),
    operation("GET", "/api/leads/interested", echo_path, name="all_interested"),
    operation(
        "POST", "/api/campaigns/{campaignId}/leads/{email}", add,
        has_open_body=True, is_body_required=False, open_body=KnownKeys, status=201,
        answer=Widget, is_open_answer=True, example={"firstName": "Ada"},
    ),
    operation("POST", "/api/widgets", make, body=Widget, answer=Widget, body_seconds=0.2),
    operation("PATCH", "/api/widgets", change, body=Widget, is_body_required=False),
    operation("DELETE", "/api/widgets/{id}", remove, errors=(WidgetNotFound,)),
    operation("POST", "/api/uploads", upload, body_media="text/csv", body_limit_bytes=3_000_000),
    operation(
        "GET", "/api/fail/{how}", fail, errors=(WidgetNotFound, WidgetBroken), shape_error=in_json
    ),
    operation("GET", "/open", anyone, permission=Permission.PUBLIC, media="text/plain"),
    operation(
        "POST", "/t/u/{token}", one_click, permission=Permission.PUBLIC, allows_other_sites=True
    ),
    operation("GET", "/teapot", teapot, permission=Permission.PUBLIC),
    operation("GET", "/api/stream", stream, media="text/csv"),
    operation("GET", "/api/files/{name}", download, media="text/csv"),
)  # fmt: skip


async def find_caller(digest: bytes) -> Caller | None:
    return CALLER if digest == hashlib.sha256(KEY.encode()).digest() else None


def app(
    *parts: object,
    database: Database = NOWHERE,
    operations: Sequence[AnyOperation] = OPERATIONS,
    rate_limit: int = 0,
    **more: Any,
) -> ASGIApp:
    state = AppState(
        database, Clock(), "http://pomelo.example", parts={type(part): part for part in parts}
    )
    given = {"find_caller": find_caller, **more}
    return build(state, rate_limit=rate_limit, operations=operations, **given)
