"""The short way of a pixel answers what the long way answers, and notes the same."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx
import pytest

from pomelo.api.call import AppState
from pomelo.api.pixels import Pixels
from pomelo.api.tracking import GIF, Tracker
from pomelo.app import build
from pomelo.base import metrics
from pomelo.base.clock import Clock
from pomelo.base.ids import MessageId
from pomelo.tracking import OPEN, Signer
from tests.api.toy import NOWHERE

SIGNER = Signer(b"a secret of this installation")
PIXEL = f"/t/o/{SIGNER.sign(OPEN, MessageId('msg_22222222222222222'))}"
FORGED = PIXEL[:-1] + ("A" if PIXEL[-1] != "A" else "B")


@dataclass
class Server:
    """An application whose database is away, so that hits stay where they can be counted."""

    http: httpx.AsyncClient
    tracker: Tracker

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.http.get(path, headers=dict(headers or {}))


@pytest.fixture(params=["short", "long"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    tracker = Tracker(NOWHERE, SIGNER)
    state = AppState(NOWHERE, Clock(), "http://track.test", parts={Tracker: tracker})
    app = build(state, rate_limit=1, has_access_log=request.param == "long")
    assert isinstance(app, Pixels) is (request.param == "short")
    http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://track.test")
    yield Server(http, tracker)
    await http.aclose()
    await tracker.opens.drain(seconds=0)


@pytest.mark.parametrize("path", [PIXEL, f"{PIXEL}/", f"{PIXEL}?cache=1", FORGED, "/t/o/x"])
async def test_every_address_of_a_pixel_gives_the_same_picture(server: Server, path: str) -> None:
    answer = await server.get(path)

    assert (answer.status_code, answer.content) == (200, GIF)
    assert dict(answer.headers) == {
        "content-type": "image/gif",
        "content-length": str(len(GIF)),
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
    }


@pytest.mark.parametrize(
    ("path", "method", "noted"),
    [
        (PIXEL, "GET", 1),
        (f"{PIXEL}?cache=1", "GET", 1),
        (PIXEL, "HEAD", 0),
        (FORGED, "GET", 0),
        ("/t/o/%00", "GET", 0),
        ("/t/o/%FF", "GET", 0),
    ],
)
async def test_what_is_ours_and_was_fetched_is_noted(
    server: Server, path: str, method: str, noted: int
) -> None:
    await server.http.request(method, path)

    assert server.tracker.opens.waiting == noted


async def test_a_body_that_nobody_asked_for_goes_the_long_way(server: Server) -> None:
    answer = await server.http.request("GET", PIXEL, content=b"x" * 10)
    too_large = await server.http.request("GET", PIXEL, headers={"content-length": "9999999"})

    assert (answer.status_code, too_large.status_code) == (200, 413)


async def test_a_visitor_tells_at_most_300_letters_of_its_name(server: Server) -> None:
    answer = await server.get(PIXEL, {"user-agent": "Mozilla/5.0 " + "x" * 60_000})

    assert answer.status_code == 200
    assert server.tracker.opens.waiting == 1


async def test_pixels_are_counted_as_requests_whichever_way_they_went(server: Server) -> None:
    before = counted()

    await server.get(PIXEL)

    assert counted() == before + 1


def counted() -> float:
    labels = {"operation": "tracking_pixel", "status": "200"}
    return metrics.REGISTRY.get_sample_value("pomelo_requests_total", labels) or 0
