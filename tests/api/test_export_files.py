"""Files of exports: for a day, for whom they are meant, and never another file."""

from datetime import datetime

import httpx
import pytest

from pomelo.api.exports import Downloads, Links
from pomelo.base.db import Database
from pomelo.exports import Exporter, Folder, Streams
from tests.api.client import Caller, calling
from tests.api.exporting import MINUTE, campaign_of, done, shift
from tests.exports.reading import CLOCK


@pytest.mark.parametrize(("minutes", "expected"), [(24 * 60 - 1, 200), (24 * 60 + 1, 404)])
async def test_a_file_can_be_downloaded_for_24_hours(
    api: Caller, folder: Folder, minutes: int, expected: int
) -> None:
    url = (await done(api, folder, await campaign_of(api)))["url"]
    await shift(api, "ended_at", minutes * MINUTE)

    before = await api.http.get(url)
    await Exporter(api.database, CLOCK, folder).clean()
    after = await api.http.get(url)

    assert (before.status_code, after.status_code) == (expected, expected)
    assert bool(folder.names()) is (expected == 200)


async def test_a_file_is_an_attachment_that_nobody_guesses_about(
    api: Caller, folder: Folder
) -> None:
    status = await done(api, folder, await campaign_of(api, 'é"; X: y'))

    file = await api.http.get(status["url"])

    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["x-content-type-options"] == "nosniff"
    name = f"fil_{status['exportId']}_e_x_y.csv"
    assert file.headers["content-disposition"].startswith(f'attachment; filename="{name}"')
    assert "x" not in file.headers


async def test_a_file_needs_no_key_when_links_are_open(
    api: Caller, stranger: Caller, folder: Folder
) -> None:
    url = (await done(api, folder, await campaign_of(api)))["url"]

    for auth in (None, ("", "wrong"), stranger.http.auth):
        async with httpx.AsyncClient(transport=api.http._transport, auth=auth) as http:
            assert (await http.get(url)).status_code == 200


async def test_a_file_needs_a_key_of_the_team_when_links_are_not_open(
    api: Caller, stranger: Caller, database: Database, folder: Folder, now: datetime
) -> None:
    url = (await done(api, folder, await campaign_of(api)))["url"]

    by_key = Downloads(folder, Streams(database), Links.KEY)
    async with calling(database, api.team, api.user, now, downloads=by_key) as own:
        answers = [await own.http.get(url)]
        for auth in (None, ("", "wrong"), stranger.http.auth):
            async with httpx.AsyncClient(transport=own.http._transport, auth=auth) as http:
                answers.append(await http.get(url))

    assert [answer.status_code for answer in answers] == [200, 400, 401, 404]
    assert answers[1].text == "No API key provided"


async def test_only_the_id_of_a_link_counts(api: Caller, folder: Folder) -> None:
    status = await done(api, folder, await campaign_of(api))
    export = status["exportId"]

    for name in (f"fil_{export}.csv", f"fil_{export}_x.csv", f"fil_{export}_..%2F..%2Fx.csv"):
        assert (await api.http.get(f"/api/files/exports/{name}")).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["x.csv", "..%2F..%2Fsecret.key", "%2e%2e", "fil_exp_..%2F", "fil_exp_aaaaaaaaaaaaaaaaa_.csv"],
)
async def test_there_is_no_way_to_another_file(api: Caller, folder: Folder, name: str) -> None:
    await done(api, folder, await campaign_of(api))

    answer = await api.http.get(f"/api/files/exports/{name}")

    assert answer.status_code == 404


async def test_a_file_that_is_lost_from_the_disk_is_not_found(api: Caller, folder: Folder) -> None:
    url = (await done(api, folder, await campaign_of(api)))["url"]
    for name in folder.names():
        (folder.path / name).unlink()

    assert (await api.http.get(url)).status_code == 404
