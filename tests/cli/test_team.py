"""`pomelo team`: made, listed and changed."""

import pytest

from tests.cli.conftest import Pomelo


async def test_a_team_is_made_with_its_first_user(pomelo: Pomelo) -> None:
    said = await pomelo(
        *("team", "create", "Pied Piper"),
        *("--user-name", "Jared Dunn", "--user-email", "jared@piedpiper.com"),
    )

    (team,) = (await pomelo("team", "list", "--json")).json
    assert said.status == 0
    assert f"pomelo key create --name first --team {team['_id']}" in said.out
    assert team["name"] == "Pied Piper"
    assert team["users"][0]["email"] == "jared@piedpiper.com"


async def test_what_becomes_of_uncertain_mails_is_the_teams_choice(pomelo: Pomelo) -> None:
    await pomelo("team", "create", "Pied Piper")

    said = await pomelo("team", "set", "--uncertain", "resend", "--name", "Pied Piper Inc")

    (team,) = (await pomelo("team", "list", "--json")).json
    assert said.out == (
        f'"Pied Piper Inc" ({team["_id"]}), uncertain mails: resend, '
        "mails in any 24 hours: no limit.\n"
    )
    assert (team["name"], team["uncertain"]) == ("Pied Piper Inc", "resend")


async def test_a_team_pauses_and_goes_on(pomelo: Pomelo) -> None:
    await pomelo("team", "create", "Pied Piper")

    paused = await pomelo("team", "pause")
    (while_paused,) = (await pomelo("team", "list", "--json")).json
    resumed = await pomelo("team", "resume", "--json")

    assert paused.out == f'"Pied Piper" ({while_paused["_id"]}) is paused.\n'
    assert while_paused["paused"]
    assert not resumed.json["paused"]


async def test_contact_rules_are_shown_and_changed(pomelo: Pomelo) -> None:
    await pomelo("team", "create", "Pied Piper")

    before = await pomelo("team", "rules")
    await pomelo("team", "rules", "--person", "3/30", "--company", "5/7", "--one-campaign")
    changed = await pomelo("team", "rules", "--company", "none", "--quiet-days", "14")

    as_json = (await pomelo("team", "rules", "--json")).json
    assert as_json == {
        "person": {"mails": 3, "days": 30},
        "company": None,
        "oneCampaign": True,
        "quietDays": 14,
    }
    assert before.out == "No rules: each campaign writes as it likes.\n"
    assert changed.out.splitlines() == [
        "At most 3 mails to one person in 30 days.",
        "One campaign at a time writes to a person.",
        "A company is left alone for 14 days after a reply.",
    ]


@pytest.mark.parametrize(
    "wrong",
    [("--person", "3"), ("--company", "0/7"), ("--person", "3/366"), ("--quiet-days", "soon")],
)
async def test_an_unreadable_contact_rule_says_how_one_looks(
    pomelo: Pomelo, wrong: tuple[str, str]
) -> None:
    await pomelo("team", "create", "Pied Piper")

    said = await pomelo("team", "rules", *wrong)

    assert said.status == 1
    assert "1 to 365" in said.err
    assert (await pomelo("team", "rules")).out.startswith("No rules")


@pytest.mark.parametrize(
    "arguments",
    [
        ("team", "set", "--uncertain", "maybe"),
        ("team", "set", "--limit", "10000001"),
        ("team", "create"),
        ("team", "creat"),
        ("nonsense",),
        ("key", "create"),
        ("message", "resolve", "msg_1", "maybe"),
    ],
)
async def test_wrong_usage_ends_with_2(pomelo: Pomelo, arguments: tuple[str, ...]) -> None:
    said = await pomelo(*arguments)

    assert (said.status, said.out) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("team", "create", " "), "A team needs a name"),
        (("team", "create", "A", "--user-email", "jared"), "The email address is not valid"),
        (("team", "set", "--uncertain", "hold"), "There is no team yet"),
    ],
)
async def test_what_fails_says_why_and_ends_with_1(
    pomelo: Pomelo, arguments: tuple[str, ...], sentence: str
) -> None:
    said = await pomelo(*arguments)

    assert (said.status, said.out) == (1, "")
    assert said.err.startswith(f"pomelo: {sentence}")


async def test_no_team_is_told_how_to_make_one(pomelo: Pomelo) -> None:
    assert "pomelo key create" in (await pomelo("team", "list")).out
    assert (await pomelo("team", "list", "--json")).json == []


async def test_a_name_commands_no_terminal(pomelo: Pomelo) -> None:
    said = await pomelo("team", "create", "\x1b[2Jevil")

    assert said.status == 1
    assert "\x1b" not in said.out + said.err
