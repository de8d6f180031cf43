"""Files made while they are downloaded: statistics, and leads by state, as CSV and JSON."""

import asyncio
from datetime import datetime

import pytest

from pomelo import leads
from pomelo.api.exports import Downloads
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.campaigns import Campaign
from pomelo.exports import Folder, Streams
from pomelo.exports.errors import DownloadTooSlow
from pomelo.leads import LeadState, NewLead
from tests import make
from tests.api.client import Caller, caller
from tests.api.exporting import add, campaign_of, done
from tests.exports.reading import read


async def test_the_statistics_at_once_are_the_same_file(api: Caller, folder: Folder) -> None:
    campaign = await campaign_of(api)
    await add(api, campaign, "richard@piedpiper.com", firstName="Richard", evil="=1+1")

    at_once = await api.send("GET", f"/campaigns/{campaign.id}/export")
    later = await api.http.get((await done(api, folder, campaign))["url"])

    assert at_once.content == later.content
    assert at_once.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="statistics_my_campaign.csv"' in at_once.headers["content-disposition"]
    (row,) = read(at_once.content)
    assert (row["email"], row["evil"]) == ("richard@piedpiper.com", "'=1+1")


async def all_states(api: Caller) -> Campaign:
    campaign = await campaign_of(api)
    async with api.database.transaction() as db:
        for state in LeadState:
            await make.lead(db, campaign, f"{state}@piedpiper.com".lower(), state=state)
    return campaign


@pytest.mark.parametrize("path", ["list", "leads"])
async def test_the_leads_are_filtered_by_state(api: Caller, path: str) -> None:
    campaign = await all_states(api)

    async def listed(**query: str) -> list[str]:
        answer = await api.send("GET", f"/campaigns/{campaign.id}/export/{path}", **query)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        return sorted(row["state"] for row in read(answer.content))

    for state in LeadState:
        assert await listed(state=state) == [state]
    assert await listed(state="failed") == ["emailsBounced"]
    assert await listed(state="hooked,warmed") == ["hooked", "warmed"]
    assert (
        await listed(state="all") == await listed() == await listed(state="") == sorted(LeadState)
    )


async def test_an_unknown_state_is_refused_with_all_that_there_are(api: Caller) -> None:
    campaign = await campaign_of(api)

    status, text = await api.refused("GET", f"/campaigns/{campaign.id}/export/list", state="x")

    assert status == 400
    assert all(state in text for state in (*LeadState, "failed", "all"))


async def test_an_empty_campaign_is_a_header_or_an_empty_array(api: Caller) -> None:
    campaign = await campaign_of(api)
    path = f"/campaigns/{campaign.id}/export/leads"

    text = (await api.send("GET", path)).text

    assert text == (
        "emailStatus,email,firstName,lastName,picture,phone,linkedinUrl,timezone,companyName,"
        "companyDomain,icebreaker,jobTitle,lastState,status,state,_id\r\n"
    )
    assert await api.call("GET", path, format="json") == []


async def test_the_leads_come_as_json_too(api: Caller) -> None:
    campaign = await campaign_of(api)
    first_one = {"tags": ["a", 0], "state": "California", "evil": "=1"}
    new = [
        NewLead(
            api.team.id,
            campaign.id,
            addresses.parse(f"lead{number}@piedpiper.com"),
            {"firstName": "Richard", **({} if number else first_one)},
        )
        for number in range(450)
    ]
    async with api.database.transaction() as db:
        await leads.add(db, new, now=make.NOW)

    answer = await api.send("GET", f"/campaigns/{campaign.id}/export/leads", format="json")

    assert answer.headers["content-type"] == "application/json"
    found = {lead["email"]: lead for lead in answer.json()}
    assert len(found) == len(answer.json()) == 450
    first = found["lead0@piedpiper.com"]
    assert first.pop("_id").startswith("lea_")
    assert first == {
        "emailStatus": "", "email": "lead0@piedpiper.com", "firstName": "Richard", "lastName": "",
        "picture": "", "phone": "", "linkedinUrl": "", "timezone": "", "companyName": "",
        "companyDomain": "", "icebreaker": "", "jobTitle": "", "tags": ["a", 0],
        "state_variable": "California", "evil": "=1", "lastState": "", "status": "running",
        "state": "imported",
    }  # fmt: skip


async def test_another_format_is_refused(api: Caller) -> None:
    campaign = await campaign_of(api)

    status, text = await api.refused("GET", f"/campaigns/{campaign.id}/export/leads", format="xml")

    assert (status, text) == (400, "Bad params: format must be one of csv, json.")


async def test_downloads_beyond_a_team_s_share_wait_and_then_are_refused(
    database: Database, folder: Folder, now: datetime
) -> None:
    streams = Streams(database, a_team=1, wait_seconds=0.05)
    async with caller(database, "Pied Piper", now, downloads=Downloads(folder, streams)) as api:
        campaign = await campaign_of(api)
        for number in range(20):
            await add(api, campaign, f"{number}@b.co", icebreaker="x" * 60_000)
        held = await streams.statistics(api.team.id, campaign.id)
        path = f"/campaigns/{campaign.id}/export/leads"

        refused = await api.send("GET", path)
        await held.aclose()
        granted = await api.send("GET", path)

    assert (refused.status_code, granted.status_code) == (429, 200)
    assert "wait for one of the downloads" in refused.text


async def test_a_download_that_takes_too_long_loses_its_turn(
    database: Database, folder: Folder, now: datetime
) -> None:
    streams = Streams(database, a_team=1, download_seconds=1)
    async with caller(database, "Pied Piper", now, downloads=Downloads(folder, streams)) as api:
        campaign = await campaign_of(api)
        for number in range(20):
            await add(api, campaign, f"{number}@b.co", icebreaker="x" * 60_000)
        held = await streams.statistics(api.team.id, campaign.id)

        granted = await api.send("GET", f"/campaigns/{campaign.id}/export/leads")

        with pytest.raises(DownloadTooSlow, match="start an export instead"):
            _ = [piece async for piece in held]
        await held.aclose()
    assert granted.status_code == 200


async def test_a_download_that_is_left_lets_go_of_its_connection(
    database: Database, folder: Folder, now: datetime
) -> None:
    streams = Streams(database, at_once=1)
    async with caller(database, "Pied Piper", now, downloads=Downloads(folder, streams)) as api:
        campaign = await campaign_of(api)
        await add(api, campaign)

        for _ in range(3):
            stream = await streams.leads(api.team.id, campaign.id, None)
            await anext(stream)
            await stream.aclose()

        async with asyncio.timeout(5):
            rows = read((await api.send("GET", f"/campaigns/{campaign.id}/export/list")).content)
        assert len(rows) == 1
