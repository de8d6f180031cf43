from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from pomelo.base.listen import Limits
from pomelo.base.outgoing import parse_networks
from tests.api import toy
from tests.api.wires import ask, raw, request, running, wire

ADD = b"/api/campaigns/cam_1/leads/a%40b.c"


@pytest.fixture(scope="module")
async def port(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "one.csv").write_bytes(b"0123456789")
    app = toy.app(toy.Stream(), toy.Folder(folder))
    async with running(app, Limits(header_ms=500, stop_seconds=5)) as number:
        yield number


@pytest.mark.parametrize(
    ("target", "email"),
    [
        (b"a%40b.c", "a@b.c"),
        (b"a@b.c", "a@b.c"),
        (b"a%2Fb%40c.d", "a/b@c.d"),
        (b"a%252Fb", "a%2Fb"),
        (b"a%25%32%46b", "a%2Fb"),
        (b"a+b%40c.d", "a+b@c.d"),
        (b"a%2Bb%20c", "a+b c"),
        (b"%3F%23%3B", "?#;"),
        (b"%22a%20b%22%40c.d", '"a b"@c.d'),
        (b"..", ".."),
        (b"%2E%2E%2F", "../"),
        (b"a@b@c", "a@b@c"),
        (b"%F0%9F%8D%8A@b.c", "🍊@b.c"),
        ("é@bücher.example".encode(), "é@bücher.example"),
        (b"%C2%A0", "\xa0"),
        (b"a%40b.c/", "a@b.c"),
        (b"a" * 10_000, "a" * 10_000),
    ],
)
async def test_a_path_is_decoded_exactly_once(port: int, target: bytes, email: str) -> None:
    answer = await raw(port, "GET", b"/api/leads/" + target)

    assert (answer.status, answer.json) == (200, {"email": email})


@pytest.mark.parametrize(
    "target",
    [b"%00", b"a%00b", b"%0D%0AX:y", b"%0a", b"%1F", b"%7F", b"%C2%85", b"%FF", b"%C3",
     b"%ED%A0%80", b"%C0%AF", b"%", b"%2", b"%zz", b"%+1", b"a%4"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_path_nobody_can_read_is_refused_in_a_sentence(
    port: int, target: bytes, method: str
) -> None:
    answer = await raw(port, method, b"/api/leads/" + target)

    assert answer.status == 400
    assert answer.text == "The path must be percent-encoded UTF-8 without control characters."
    assert answer.headers["x-ratelimit-limit"]


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", b"/api/nothing", 404),
        ("GET", b"/api", 404),
        ("GET", b"/", 404),
        ("GET", b"//api/leads/a", 404),
        ("GET", b"/api//leads/a", 404),
        ("GET", b"/api/leads/a//", 404),
        ("GET", b"/api/leads%2Fa", 404),
        ("GET", b"/api/x/../leads/a", 404),
        ("GET", b"*", 404),
        ("GET", b"/open%0A", 400),
    ],
)
async def test_only_the_address_itself_is_known(
    port: int, method: str, target: bytes, status: int
) -> None:
    answer = await raw(port, method, target)

    assert answer.status == status
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "BREW"])
async def test_another_method_is_not_allowed_and_told_which_are(port: int, method: str) -> None:
    answer = await raw(port, method, b"/api/leads/a")

    assert (answer.status, answer.text) == (405, "Method not allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"


async def test_options_tells_the_methods_and_opens_nothing_to_other_sites(port: int) -> None:
    answer = await raw(
        port, "OPTIONS", b"/api/widgets", b"Origin: https://evil.example",
        b"Access-Control-Request-Method: POST",
    )  # fmt: skip

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["allow"] == "OPTIONS, PATCH, POST"
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("target", [b"/open", b"/api/stream", b"/api/files/one.csv"])
async def test_head_is_get_without_its_body(port: int, target: bytes) -> None:
    async with wire(port) as connection:
        await connection.say(request("HEAD", target), request("GET", b"/open"))
        head = (await connection.reader.readuntil(b"\r\n\r\n")).decode()
        following = await connection.hear()

    assert head.startswith("HTTP/1.1 200")
    assert following.text == "hello 127.0.0.1"


@pytest.mark.parametrize("site", [b"cross-site", b"same-site"])
@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("POST", b"/api/widgets", 403),
        ("PATCH", b"/api/widgets", 403),
        ("DELETE", b"/api/widgets/1", 403),
        ("GET", b"/api/leads/a", 200),
        ("POST", b"/t/u/abc", 202),
    ],
)
async def test_pages_of_other_sites_change_nothing(
    port: int, method: str, target: bytes, status: int, site: bytes
) -> None:
    answer = await raw(port, method, target, b"Sec-Fetch-Site: " + site)

    assert answer.status == status


@pytest.mark.parametrize("site", [b"same-origin", b"none"])
async def test_our_own_pages_and_programs_may_change_things(port: int, site: bytes) -> None:
    ours = await raw(port, "DELETE", b"/api/widgets/1", b"Sec-Fetch-Site: " + site)
    curl = await raw(port, "DELETE", b"/api/widgets/1")

    assert (ours.status, curl.status) == (200, 200)


async def test_the_address_behind_a_trusted_proxy_is_the_last_it_did_not_make() -> None:
    app = toy.app(trusted_proxies=parse_networks("10.0.0.0/8, ::1"))
    headers = {"x-forwarded-for": "6.6.6.6, 192.0.2.9, 10.0.0.2"}

    through = await ask(app, "GET", "/open", headers=headers, client="10.0.0.1")
    direct = await ask(app, "GET", "/open", headers=headers, client="192.0.2.1")
    bare = await ask(app, "GET", "/open", headers={}, client="10.0.0.1")

    assert through.text == "hello 192.0.2.9"
    assert direct.text == "hello 192.0.2.1"
    assert bare.text == "hello 10.0.0.1"


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("192.0.2.9:4711", "192.0.2.9"),
        ("[2001:db8::9]:4711, 10.0.0.2", "2001:db8::9"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
        ("unknown", "::1"),
        ("192.0.2.9, nonsense, 10.0.0.2", "10.0.0.2"),
        (" , ", "::1"),
    ],
)
async def test_what_a_proxy_says_is_an_address_or_not_believed(said: str, client: str) -> None:
    app = toy.app(trusted_proxies=parse_networks("10.0.0.0/8, ::1"))

    answer = await ask(app, "GET", "/open", headers={"x-forwarded-for": said}, client="::1")

    assert answer.text == f"hello {client}"


@pytest.mark.parametrize(
    ("origin", "proxy", "status"),
    [
        ("https://x", "10.0.0.1", 200),
        ("http://x", "10.0.0.1", 403),
        ("http://x", "192.0.2.1", 200),
    ],
)
async def test_behind_a_trusted_proxy_only_pages_of_its_scheme_are_ours(
    origin: str, proxy: str, status: int
) -> None:
    app = toy.app(trusted_proxies=parse_networks("10.0.0.0/8"))
    headers = {
        "host": "x", "origin": origin, "x-forwarded-proto": "https", "authorization": toy.BASIC
    }  # fmt: skip

    answer = await ask(app, "DELETE", "/api/widgets/1", headers=headers, client=proxy)

    assert answer.status == status


@pytest.mark.parametrize("target", [b"/%61pi/leads/a", b"/api/leads/a", b"/%61%70%69/%6Ceads/a"])
async def test_who_calls_is_asked_by_the_decoded_path(port: int, target: bytes) -> None:
    answer = await raw(port, "GET", target)

    assert (answer.status, answer.json) == (200, {"email": "a"})
    assert answer.headers["x-ratelimit-limit"]


async def test_a_path_in_disguise_that_nobody_can_read_is_counted_all_the_same(port: int) -> None:
    answer = await raw(port, "GET", b"/%61pi/leads/%FF")

    assert answer.status == 400
    assert answer.headers["x-ratelimit-limit"]


async def test_what_is_no_operation_is_left_to_the_web_application_but_never_below_api() -> None:
    async def web(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-web", b"1")]})
        await send({"type": "http.response.body", "body": b"page"})

    app = toy.app(fallback=web)

    page = await ask(app, "GET", "/campaigns/cam_1", headers={})
    wrong = await ask(app, "GET", "/api/nothing")
    bad = await ask(app, "GET", "/%FF", headers={})

    assert (page.status, page.body) == (200, b"page")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert (wrong.status, bad.status) == (404, 400)


async def test_only_api_answers_are_kept_out_of_stores_and_counted(port: int) -> None:
    api = await raw(port, "GET", b"/api/leads/a")
    public = await raw(port, "GET", b"/open")

    assert api.headers["cache-control"] == "no-store"
    assert "x-ratelimit-remaining" in api.headers
    assert "x-ratelimit-remaining" not in public.headers
    assert "retry-after" not in public.headers
