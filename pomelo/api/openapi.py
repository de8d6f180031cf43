"""The contract as an OpenAPI 3.1 document, made from the table of operations."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from pomelo import __version__
from pomelo.api.answers import JSON
from pomelo.api.contract import AnyOperation, Permission
from pomelo.api.introduction import INTRODUCTION, SECURITY
from pomelo.api.statuses import sentence, status_of
from pomelo.api.usual_errors import usual_errors
from pomelo.base.errors import PomeloError
from pomelo.base.secret import Secret

Json = dict[str, Any]

OPEN: Final[Json] = {"type": "object", "additionalProperties": True}


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
        methods = paths.setdefault(operation.path, {})
        methods[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pomelo", "version": __version__, "description": INTRODUCTION},
        "servers": [{"url": server_url}],
        "tags": [{"name": name} for name in dict.fromkeys(row.section for row in operations)],
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": SECURITY},
    }


class _Schemas:
    """JSON Schemas of every type in the table, made in one go so that names stay unique."""

    def __init__(self, operations: Iterable[AnyOperation]) -> None:
        places = {
            (operation, place): kind
            for operation in operations
            for place, kind in _types(operation).items()
        }
        found, self.components = msgspec.json.schema_components(
            places.values(), schema_hook=_hook, ref_template="#/components/schemas/{name}"
        )
        self._found = dict(zip(places, found, strict=True))

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
    return described | ({"requestBody": _body(operation, schemas)} if operation.takes_body else {})


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
    schema = schema if operation.body_media == JSON else {"type": "string"}
    content = {operation.body_media: _content(schema, operation.example)}
    return {"required": operation.is_body_required, "content": content}


def _responses(operation: AnyOperation, schemas: _Schemas) -> Json:
    answers: Json = {str(operation.status): _success(operation, schemas)}
    for error in dict.fromkeys([*operation.errors, *usual_errors(operation)]):
        media, value = _said(operation, error)
        answer = answers.setdefault(str(status_of(error)), {"description": "", "content": {}})
        answer["description"] = f"{answer['description']}\n{sentence(error)}".strip()
        content = answer["content"].setdefault(media, {"schema": {}, "examples": {}})
        content["schema"] = {"type": "object"} if media == JSON else {"type": "string"}
        content["examples"][error.__name__] = {"value": value}
    return answers


def _success(operation: AnyOperation, schemas: _Schemas) -> Json:
    schema = schemas.of(operation, "answer") or {"type": "string"}
    if operation.is_open_answer:
        schema["additionalProperties"] = True
    content = {operation.media: _content(schema, operation.answer_example)}
    return {"description": operation.summary, "content": content}


def _content(schema: Json, example: object) -> Json:
    return {"schema": schema} | ({} if example is None else {"example": example})


def _said(operation: AnyOperation, error: type[PomeloError]) -> tuple[str, object]:
    """Give media type and content of an error's answer."""
    text = sentence(error)
    shaped = operation.shape_error(error(text)) if operation.shape_error else None
    return ("text/plain", text) if shaped is None else (JSON, msgspec.to_builtins(shaped))
