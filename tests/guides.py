"""The calls that a guide shows, so that tests can make them."""

import shlex
from typing import Any
from urllib.parse import urlsplit

import msgspec


def calls(examples: list[str]) -> list[tuple[str, str, Any]]:
    """Give method, path below /api and body of each `curl` among shell examples.

    Args:
        examples: Whole code blocks, one command each; `$API` stands for the server's address.
    """
    return [_call(words) for one in examples if (words := shlex.split(one))[0] == "curl"]


def _call(words: list[str]) -> tuple[str, str, Any]:
    body = msgspec.json.decode(words[words.index("-d") + 1]) if "-d" in words else None
    method = words[words.index("-X") + 1] if "-X" in words else "POST"
    (address,) = [word for word in words if word.startswith(("$API", "http"))]
    return method, urlsplit(address.removeprefix("$API")).path.removeprefix("/api"), body
