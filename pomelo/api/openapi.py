"""The contract as an OpenAPI 3.1 document, made from the table of operations."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from pomelo import __version__
from pomelo.api.answers import JSON
from pomelo.api.auth import NoKey, WrongKey
from pomelo.api.body import BodyBroken
from pomelo.api.contract import AnyOperation, Permission
from pomelo.api.decode import BodyInvalid, BodyMissing
from pomelo.api.edge import SAFE, OtherSite
from pomelo.api.parameters import PathInvalid, QueryInvalid
from pomelo.api.statuses import sentence, status_of
from pomelo.base.errors import (
    NotFound,
    PomeloError,
    TooLarge,
    TooMany,
    TooSlow,
    Unavailable,
    UnsupportedMedia,
)
from pomelo.base.secret import Secret
from pomelo.teams import UserBlocked

Json = dict[str, Any]
Errors = list[type[PomeloError]]

OPEN: Final[Json] = {"type": "object", "additionalProperties": True}
INTRODUCTION: Final = """An open, self-hosted sales-outreach server that speaks the lemlist API.

Authenticate with HTTP Basic, an empty user name and the API key as password, or with the
query parameter `access_token`. By default a key may make 20 requests in any 2 seconds; every
answer carries `Retry-After`, `X-RateLimit-Limit`, `X-RateLimit-Remaining` and
`X-RateLimit-Reset`. Errors are sentences in plain text unless an operation says otherwise."""
SECURITY: Final[Json] = {
    "basic": {
        "type": "http",
        "scheme": "basic",
        "description": "The API key as password; the user name is empty.",
    },
    "access_token": {"type": "apiKey", "in": "query", "name": "access_token"},
}


def document(operations: Sequence[AnyOperation], server_url: str) -> Json:
    """Write the whole document.

    Args:
        operations: The table.
        server_url: How clients reach this server.

    Returns:
        The document as plain data.
    """
    schemas = _Schemas(operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, schemas
        )
    sections = dict.fromkeys(operation.section for operation in operations)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pomelo", "version": __version__, "description": INTRODUCTION},
        "servers": [{"url": server_url}],
        "tags": [{"name": section} for section in sections],
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": SECURITY},
    }


class _Schemas:
    """JSON Schemas of every type in the table, made in one go so that names stay unique."""

    def __init__(self, operations: Iterable[AnyOperation]) -> None:
        places = [
            (operation, place, kind)
            for operation in operations
            for place, kind in _types(operation).items()
        ]
        found, self.components = msgspec.json.schema_components(
            [kind for _, _, kind in places],
            schema_hook=_hook,
            ref_template="#/components/schemas/{name}",
        )
        self._found = {
            (operation, place): schema
            for (operation, place, _), schema in zip(places, found, strict=True)
        }

    def of(self, operation: AnyOperation, place: str) -> Json:
        """Give the schema of a query parameter (`?name`), of `body` or of `answer`."""
        return dict(self._found.get((operation, place), {}))


def _hook(kind: type) -> Json:
    if kind is object:
        return {"description": "Any JSON value."}
    if kind is Secret:
        return {"type": "string", "format": "password", "writeOnly": True}
    raise NotImplementedError(kind)


def _types(operation: AnyOperation) -> Json:
    fields = msgspec.structs.fields(operation.query)
    kinds = {f"?{field.encode_name}": field.type for field in fields}
    kinds |= {"body": operation.body or operation.open_body, "answer": operation.answer}
    return {place: kind for place, kind in kinds.items() if kind is not None}


def _operation(operation: AnyOperation, schemas: _Schemas) -> Json:
    is_public = operation.permission is Permission.PUBLIC
    described: Json = {
        "operationId": operation.id,
        "tags": [operation.section],
        "summary": operation.summary,
        "description": operation.text,
        "security": [] if is_public else [{"basic": []}, {"access_token": []}],
        "parameters": [_path_parameter(name) for name in operation.parameters]
        + [
            _query_parameter(field, schemas.of(operation, f"?{field.encode_name}"))
            for field in msgspec.structs.fields(operation.query)
        ],
        "responses": _responses(operation, schemas),
    }
    if operation.takes_body:
        described["requestBody"] = _body(operation, schemas)
    return described


def _path_parameter(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameter(field: msgspec.structs.FieldInfo, schema: Json) -> Json:
    if "anyOf" in schema:  # a missing parameter is how a query says null
        members = [member for member in schema.pop("anyOf") if member != {"type": "null"}]
        schema |= members[0] if len(members) == 1 else {"anyOf": members}
    if field.default not in (msgspec.NODEFAULT, msgspec.UNSET, None):
        schema["default"] = msgspec.to_builtins(field.default)
    described: Json = {"name": field.encode_name, "in": "query", "required": field.required}
    if "description" in schema:
        described["description"] = schema.pop("description")
    if schema.get("type") == "array":
        described |= {"style": "form", "explode": False}
    return {**described, "schema": schema}


def _body(operation: AnyOperation, schemas: _Schemas) -> Json:
    schema = schemas.of(operation, "body")
    if operation.has_open_body:
        schema = {**OPEN, **schema} if "$ref" not in schema else {"allOf": [schema], **OPEN}
    content: Json = {"schema": schema if operation.body_media == JSON else {"type": "string"}}
    if operation.example is not None:
        content["example"] = operation.example
    return {"required": operation.is_body_required, "content": {operation.body_media: content}}


def _responses(operation: AnyOperation, schemas: _Schemas) -> Json:
    answers: Json = {str(operation.status): _success(operation, schemas)}
    for error in dict.fromkeys([*operation.errors, *common_errors(operation)]):
        status = str(status_of(error))
        media, value = _said(operation, error)
        answer = answers.setdefault(status, {"description": "", "content": {}})
        answer["description"] = f"{answer['description']}\n{sentence(error)}".strip()
        content = answer["content"].setdefault(media, {"schema": {}, "examples": {}})
        content["schema"] = {"type": "object"} if media == JSON else {"type": "string"}
        content["examples"][error.__name__] = {"value": value}
    return answers


def _success(operation: AnyOperation, schemas: _Schemas) -> Json:
    if operation.answer is None:
        text = {"schema": {"type": "string"}}
        return {"description": operation.summary, "content": {operation.media: text}}
    schema = schemas.of(operation, "answer")
    if operation.is_open_answer:
        schema["additionalProperties"] = True
    content: Json = {"schema": schema}
    if operation.answer_example is not None:
        content["example"] = operation.answer_example
    return {"description": operation.summary, "content": {operation.media: content}}


def _said(operation: AnyOperation, error: type[PomeloError]) -> tuple[str, object]:
    """Give media type and content of an error's answer."""
    shape = operation.shape_error
    shaped = shape(error(sentence(error))) if shape else None
    return (
        ("text/plain", sentence(error)) if shaped is None else (JSON, msgspec.to_builtins(shaped))
    )


def common_errors(operation: AnyOperation) -> Errors:
    """Give the errors that an operation has by its make, without naming them."""
    found: Errors = []
    if operation.permission is not Permission.PUBLIC:
        found += [NoKey, WrongKey, UserBlocked]
    if operation.parameters:
        found += [PathInvalid, NotFound]
    if msgspec.structs.fields(operation.query):
        found.append(QueryInvalid)
    if operation.takes_body:
        found += [BodyMissing] if operation.is_body_required else []
        found += [BodyInvalid, BodyBroken, TooSlow, TooLarge, UnsupportedMedia]
    if operation.method not in SAFE and not operation.allows_other_sites:
        found.append(OtherSite)
    if operation.path.startswith("/api/"):
        found += [TooMany, Unavailable]
    return found
