import pytest

from pomelo.api.origins import is_from_elsewhere
from tests.api import toy
from tests.api.wires import ask

PUBLIC = "https://pomelo.example/out"
HOST = b"10.0.0.7:8080"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"sec-fetch-site": b"same-origin"},
        {b"sec-fetch-site": b"none"},
        {b"sec-fetch-site": b"same-origin", b"origin": b"https://behind-a-proxy.example"},
        {b"origin": b"http://10.0.0.7:8080"},
        {b"origin": b"https://10.0.0.7:8080"},
        {b"origin": b"https://pomelo.example"},
    ],
)
def test_programs_and_pages_of_ours_are_at_home(headers: dict[bytes, bytes]) -> None:
    assert not is_from_elsewhere({b"host": HOST, **headers}, PUBLIC)


@pytest.mark.parametrize(
    "headers",
    [
        {b"sec-fetch-site": b"cross-site"},
        {b"sec-fetch-site": b"same-site", b"origin": b"https://pomelo.example"},
        {b"origin": b"https://evil.example"},
        {b"origin": b"https://pomelo.example.evil.example"},
        {b"origin": b"http://pomelo.example"},
        {b"origin": b"http://10.0.0.7"},
        {b"origin": b"null"},
        {b"origin": b""},
    ],
)
def test_pages_of_other_sites_are_from_elsewhere(headers: dict[bytes, bytes]) -> None:
    assert is_from_elsewhere({b"host": HOST, **headers}, PUBLIC)


async def test_over_plain_http_a_foreign_page_cannot_use_a_browsers_log_in() -> None:
    headers = {"authorization": toy.BASIC, "host": "10.0.0.7:8080", "origin": "http://evil.example"}

    changing = await ask(toy.app(), "DELETE", "/api/widgets/1", headers=headers)
    looking = await ask(toy.app(), "GET", "/api/search", headers=headers)
    one_click = await ask(toy.app(), "POST", "/t/u/x", headers=headers)

    assert (changing.status, "other sites" in changing.text) == (403, True)
    assert (looking.status, one_click.status) == (200, 202)
