import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from pomelo.base.listen import Limits
from tests.api import toy
from tests.api.wires import Answer, Wire, raw, request, running, wire

ADD = b"/api/campaigns/cam_1/leads/a%40b.c"
PIECE = b"x" * 65_536
CHUNK = b"10000\r\n" + PIECE + b"\r\n"


@pytest.fixture(scope="module")
async def port() -> AsyncIterator[int]:
    async with running(toy.app(), Limits(header_ms=500)) as number:
        yield number


async def test_a_body_nobody_asked_for_is_read_past(port: int) -> None:
    async with wire(port) as connection:
        for _ in range(2):
            head = request("DELETE", b"/api/widgets/1", b"Content-Length: 100000")
            await connection.say(head, b"x" * 100_000)
            answer = await connection.hear()
            assert answer.json == {"removed": "1", "by": "key_1", "method": "DELETE"}


async def test_a_body_beyond_its_limit_is_refused_within_a_second(port: int) -> None:
    async with asyncio.timeout(1):
        answer = await raw(port, "POST", ADD, b"Content-Length: 10000000", body=b"x" * 10_000_000)

    assert (answer.status, answer.headers["connection"]) == (413, "close")
    assert answer.text == "The body is too large; send at most 1 MB."


async def test_a_body_without_end_is_refused_within_a_second_of_its_limit(port: int) -> None:
    async with asyncio.timeout(3):
        answer = await poured(port, b"Transfer-Encoding: chunked", itertools.repeat(CHUNK))

    assert (answer.status, answer.headers["connection"]) == (413, "close")


async def poured(port: int, header: bytes, pieces: Iterable[bytes]) -> Answer:
    """Hear the answer while the body still flows, as it may come before the body's end."""
    async with wire(port) as connection:
        await connection.say(request("POST", ADD, header))
        pouring = asyncio.create_task(pour(connection, pieces))
        answer = await connection.hear()
        pouring.cancel()
    return answer


async def pour(connection: Wire, pieces: Iterable[bytes]) -> None:
    with suppress(OSError):
        for piece in pieces:
            await connection.say(piece)


async def test_fifty_large_bodies_at_once_cost_little_memory() -> None:
    length = b"Content-Length: 6553600"
    async with running(toy.app()) as patient:  # fifty heads take their time on a busy machine
        before = resident_bytes()
        pouring = (poured(patient, length, [PIECE] * 100) for _ in range(50))
        answers = await asyncio.gather(*pouring)

        assert {answer.status for answer in answers} == {413}
        # 20 MB for the server; the rest are the callers' own buffers, in the same process.
        assert resident_bytes() - before < 32_000_000


BIG = b"x" * 3_000_000


def resident_bytes() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def test_an_operation_may_take_more_and_read_it_as_it_comes(port: int) -> None:
    taken = await raw(port, "POST", b"/api/uploads", b"Content-Length: 3000000", body=BIG)
    refused = await raw(port, "POST", b"/api/uploads", b"Content-Length: 3000001", body=BIG + b"x")

    assert taken.json == {"size": 3_000_000}
    assert (refused.status, refused.text) == (413, "The body is too large; send at most 3 MB.")


async def test_a_body_that_drips_is_given_up(port: int) -> None:
    async with wire(port) as connection:
        await connection.say(request("POST", b"/api/widgets", b"Content-Length: 50"), b'{"na')
        answer = await asyncio.wait_for(connection.hear(), 2)

        assert (answer.status, answer.headers["connection"]) == (408, "close")
        assert await connection.is_closed()


@pytest.mark.parametrize("headers", [(b"Content-Encoding: gzip",), (b"Content-Encoding: deflate",)])
async def test_a_compressed_bomb_is_not_opened(port: int, headers: tuple[bytes, ...]) -> None:
    answer = await raw(port, "POST", ADD, *headers, b"Content-Length: 2", body=b"\x1f\x8b")

    assert answer.status == 415


@pytest.mark.parametrize(
    "chunks", [b"ZZ\r\n", b"5\r\nhello\r\n-1\r\n", b"5\r\nhelloXX", b"FFFFFFFFFFFFFFFFFF\r\n"]
)
async def test_malformed_chunks_are_a_bad_request(port: int, chunks: bytes) -> None:
    async with wire(port) as connection:
        await connection.say(request("POST", ADD, b"Transfer-Encoding: chunked"), chunks)
        answer = await asyncio.wait_for(connection.hear(), 2)

    assert answer.status == 400


@pytest.mark.parametrize(
    "headers",
    [
        (b"Content-Length: 5", b"Content-Length: 6"),
        (b"Content-Length: -1",),
        (b"Content-Length: x",),
        (b"Transfer-Encoding: gzip",),
    ],
)
async def test_a_length_that_cannot_be_true_is_a_bad_request(
    port: int, headers: tuple[bytes, ...]
) -> None:
    answer = await raw(port, "POST", ADD, *headers, body=b"hello!")

    assert answer.status == 400


async def test_a_body_shorter_than_announced_leaves_nothing_behind(port: int) -> None:
    async with wire(port) as connection:
        await connection.say(request("POST", ADD, b"Content-Length: 50"), b'{"a":1}')
        connection.writer.write_eof()
        await asyncio.wait_for(connection.reader.read(), 2)

    answer = await raw(port, "GET", b"/open")

    assert answer.status == 200


async def test_a_body_longer_than_announced_is_the_next_request_and_a_bad_one(port: int) -> None:
    async with wire(port) as connection:
        await connection.say(request("POST", ADD, b"Content-Length: 7"), b'{"a":1}GARBAGE\r\n\r\n')
        first = await connection.hear()
        second = await connection.hear()

    assert (first.status, second.status) == (201, 400)
