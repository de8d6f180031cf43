import re
from pathlib import Path
from typing import get_type_hints

import pytest

from pomelo.settings import SettingInvalid, Settings, load, variable

NO_FILE = Path("/nowhere/pomelo.toml")


@pytest.mark.parametrize(
    "url", ["", "https://pomelo.example", "http://127.0.0.1:8080/", "https://x.example/out/"]
)
def test_links_in_mails_begin_with_a_web_address(url: str) -> None:
    assert load({"POMELO_PUBLIC_URL": url}, NO_FILE).public_url == url


@pytest.mark.parametrize(
    "url",
    [
        "pomelo.example",
        "javascript:alert(1)",
        "http://",
        "https:///x",
        "https://a b",
        "https://x.example\r\nBcc: a@b.example",
        "https://x.example/?a=1",
        "https://x.example/#a",
        "https://<x>.example",
        "https://user:secret@x.example",
    ],
)
def test_what_no_link_can_begin_with_is_refused_before_a_mail_holds_it(url: str) -> None:
    with pytest.raises(SettingInvalid, match="POMELO_PUBLIC_URL"):
        load({"POMELO_PUBLIC_URL": url}, NO_FILE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("POMELO_PORT", "70000"), ("POMELO_RATE_LIMIT", "-1"), ("POMELO_EXPORT_LINKS", "some")],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid, match=name):
        load({name: value}, NO_FILE)


@pytest.mark.parametrize(
    "name", [name for name, kind in get_type_hints(Settings).items() if kind is not str]
)
def test_an_empty_variable_is_unset_where_the_setting_is_no_text(tmp_path: Path, name: str) -> None:
    file = tmp_path / "pomelo.toml"
    file.write_text("port = 80")

    assert load({variable(name): ""}, NO_FILE) == Settings()
    assert load({variable(name): ""}, file) == Settings(port=80)


def test_an_empty_text_is_what_it_says(tmp_path: Path) -> None:
    file = tmp_path / "pomelo.toml"
    file.write_text('deliver_to = "me@company.com"')

    assert load({"POMELO_DELIVER_TO": ""}, file).deliver_to == ""


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('port = "abc"', "port: Expected `int`"),
        ("prot = 1", "Object contains unknown field `prot`"),
        ('public_url = "pomelo.example"', "public_url must be"),
        ('deliver_to = "me"', "deliver_to: "),
        ('trusted_proxies = "10.0.0.1/8"', "trusted_proxies: "),
    ],
)
def test_a_wrong_setting_of_the_file_is_looked_for_there(
    tmp_path: Path, text: str, named: str
) -> None:
    file = tmp_path / "pomelo.toml"
    file.write_text(text)

    with pytest.raises(SettingInvalid, match=f"{re.escape(str(file))}: {named}"):
        load({}, file)


def test_what_the_environment_says_wrongly_is_not_looked_for_in_the_file(tmp_path: Path) -> None:
    file = tmp_path / "pomelo.toml"
    file.write_text("port = 8080")

    with pytest.raises(SettingInvalid, match="wrong: POMELO_PORT: Expected `int`"):
        load({"POMELO_PORT": "abc"}, file)


@pytest.mark.parametrize(
    "name", [name for name, kind in get_type_hints(Settings).items() if kind in (int, float)]
)
def test_a_number_has_an_end(name: str) -> None:
    for value in ("inf", "1e300", "1" + "0" * 30):
        with pytest.raises(SettingInvalid, match=variable(name)):
            load({variable(name): value}, NO_FILE)


@pytest.mark.parametrize("name", ["POMELO_TRUSTED_PROXIES", "POMELO_ALLOW_PRIVATE_MAIL"])
def test_networks_are_read_when_the_settings_are(name: str) -> None:
    load({name: "10.0.0.0/8, ::1"}, NO_FILE)

    with pytest.raises(SettingInvalid, match=f"{name}: '10.0.0.1/8' is not a network"):
        load({name: "10.0.0.1/8"}, NO_FILE)


def test_a_rehearsal_needs_an_address_that_mail_can_go_to() -> None:
    assert load({"POMELO_DELIVER_TO": "me@company.com"}, NO_FILE).deliver_to == "me@company.com"
    with pytest.raises(SettingInvalid, match="POMELO_DELIVER_TO"):
        load({"POMELO_DELIVER_TO": "me"}, NO_FILE)
