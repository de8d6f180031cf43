"""What came over the wire, fitted into the types of an operation."""

from collections.abc import Callable
from functools import cache
from typing import Final, TypeVar

import msgspec
from msgspec import inspect

from pomelo.api.contract import AnyOperation
from pomelo.api.parameters import OpenQuery, QueryInvalid, open_query, pairs
from pomelo.api.strict_json import BodyInvalid, parse
from pomelo.api.wording import plain, told_of_body, told_of_no_body, told_of_query
from pomelo.base.secret import Secret

Shape = TypeVar("Shape")

_LISTS: Final = inspect.CollectionType


class BodyMissing(BodyInvalid):
    """This needs a body: send a JSON object; the reference at /docs shows one."""


class QueryDecoder:
    """Makes a query string into a struct; compiled once a shape.

    Parameters nobody knows are ignored, because clients send extra ones. A list may come as
    `a,b`, repeated, or both. Anything else that is said twice with different values is
    refused: whichever won, somebody would be surprised. An empty value of what is not text
    counts as absent.
    """

    def __init__(self, shape: type[msgspec.Struct]) -> None:
        self._shape = shape
        kind = inspect.type_info(shape)
        assert isinstance(kind, inspect.StructType)
        self._fields = {field.encode_name: plain(field.type) for field in kind.fields}
        self._default = None if any(f.required for f in kind.fields) else shape()

    def __call__(self, raw: bytes) -> msgspec.Struct:
        """Decode a query string.

        Raises:
            QueryInvalid: It is no query string, or a parameter is wrong; the sentence
                names it.
        """
        if not raw and self._default is not None:
            return self._default
        values: dict[str, object] = {}
        for name, text in pairs(raw):
            if (kind := self._fields.get(name)) is not None:
                self._take(values, name, kind, text)
        try:
            return msgspec.convert(values, self._shape, strict=False)
        except msgspec.ValidationError as error:
            raise QueryInvalid(told_of_query(str(error), self._fields)) from None

    def _take(self, values: dict[str, object], name: str, kind: inspect.Type, text: str) -> None:
        if isinstance(kind, _LISTS):
            earlier = values.setdefault(name, [])
            assert isinstance(earlier, list)
            earlier.extend(item for item in text.split(",") if item)
        elif values.setdefault(name, text) != text:
            raise QueryInvalid(f"Bad params: {name} is given twice with different values.")
        elif not text and not isinstance(kind, inspect.StrType):
            del values[name]


_compiled: Final = cache(QueryDecoder)


def decoder(shape: type[msgspec.Struct]) -> Callable[[bytes], msgspec.Struct]:
    """Give what decodes query strings into a struct."""
    return open_query if shape is OpenQuery else _compiled(shape)


def shape(value: object, kind: type[Shape]) -> Shape:
    """Fit plain data into a type; a `Secret` is made of a string.

    Raises:
        BodyInvalid: It does not fit; the sentence says where.
    """
    try:
        return msgspec.convert(value, kind, dec_hook=_make)
    except msgspec.ValidationError as error:
        raise BodyInvalid(f"Bad params: {told_of_body(str(error), kind)}.") from None


def _make(kind: type, value: object) -> object:
    if kind is Secret:
        if not isinstance(value, str):
            raise TypeError("Expected `str`")  # msgspec adds where
        return Secret(value)
    if kind is object:
        return value
    raise NotImplementedError(kind)


def body(operation: AnyOperation, raw: bytes) -> object:
    """Decode what came with a request into what the operation takes.

    Raises:
        BodyMissing: It is required and nothing came.
        BodyInvalid: It is not what the operation takes.
    """
    if not raw.strip():
        if operation.is_body_required:
            raise BodyMissing(told_of_no_body(operation.example))
        raw = b"{}"
    value = parse(raw)
    if operation.has_open_body:
        if isinstance(value, dict):
            return value
        raise BodyInvalid
    assert operation.body is not None
    return shape(value, operation.body)
