"""A mailbox's provider is known by its domain, or by where that domain takes its mail."""

import pytest

from pomelo.base import addresses
from pomelo.senders import LogIn, Provider, TlsMode, advice, find_preset
from pomelo.senders.presets import _DOMAINS, _EXCHANGERS, Preset, by_domain, by_exchangers
from tests.senders.names import naming


def known() -> list[Preset]:
    return [*dict.fromkeys((*_DOMAINS.values(), *(p for _, p in _EXCHANGERS)))]


@pytest.mark.parametrize(
    ("domain", "name", "smtp", "imap"),
    [
        ("gmail.com", "gmail", "smtp.gmail.com:465", "imap.gmail.com"),
        ("googlemail.com", "gmail", "smtp.gmail.com:465", "imap.gmail.com"),
        ("outlook.com", "outlook", "smtp-mail.outlook.com:587", "outlook.office365.com"),
        ("hotmail.fr", "outlook", "smtp-mail.outlook.com:587", "outlook.office365.com"),
        ("yahoo.co.uk", "yahoo", "smtp.mail.yahoo.com:465", "imap.mail.yahoo.com"),
        ("me.com", "icloud", "smtp.mail.me.com:587", "imap.mail.me.com"),
        ("fastmail.com", "fastmail", "smtp.fastmail.com:465", "imap.fastmail.com"),
        ("mailbox.org", "mailbox_org", "smtp.mailbox.org:465", "imap.mailbox.org"),
        ("zoho.eu", "zoho", "smtp.zoho.eu:465", "imap.zoho.eu"),
    ],
)
def test_a_providers_own_domain_is_known_by_name(
    domain: str, name: str, smtp: str, imap: str
) -> None:
    preset = by_domain(domain)

    assert preset is not None
    assert (preset.name, f"{preset.smtp.host}:{preset.smtp.port}") == (name, smtp)
    assert (preset.imap.host, preset.imap.port, preset.imap.tls) == (imap, 993, TlsMode.TLS)


@pytest.mark.parametrize(
    ("exchanger", "name", "smtp"),
    [
        ("aspmx.l.google.com", "google_workspace", "smtp.gmail.com"),
        ("SMTP.Google.com.", "google_workspace", "smtp.gmail.com"),
        ("aspmx2.googlemail.com", "google_workspace", "smtp.gmail.com"),
        ("pp-com.mail.protection.outlook.com", "microsoft_365", "smtp.office365.com"),
        ("pp-com.a-v1.mx.microsoft", "microsoft_365", "smtp.office365.com"),
        ("hotmail-com.olc.protection.outlook.com", "outlook", "smtp-mail.outlook.com"),
        ("mx.zoho.eu", "zoho", "smtppro.zoho.eu"),
        ("mta5.am0.yahoodns.net", "yahoo", "smtp.mail.yahoo.com"),
        ("mx01.mail.icloud.com", "icloud", "smtp.mail.me.com"),
        ("in1-smtp.messagingengine.com", "fastmail", "smtp.fastmail.com"),
        ("mx00.ionos.de", "ionos", "smtp.ionos.de"),
        ("mx01.kundenserver.de", "ionos", "smtp.ionos.de"),
        ("mx00.1and1.com", "ionos", "smtp.ionos.com"),
        ("mx1.mail.ovh.net", "ovh", "ssl0.ovh.net"),
        ("mxext1.mailbox.org", "mailbox_org", "smtp.mailbox.org"),
    ],
)
def test_a_customers_domain_is_known_by_where_it_takes_mail(
    exchanger: str, name: str, smtp: str
) -> None:
    preset = by_exchangers([exchanger])

    assert preset is not None
    assert (preset.name, preset.smtp.host) == (name, smtp)


@pytest.mark.parametrize(
    "exchangers",
    [
        [],
        ["mail.piedpiper.com"],
        ["us-smtp-inbound-1.mimecast.com"],
        ["mx.notgoogle.com", "google.com.evil.example"],
        ["mx.zoho.com.evil.example"],
        ["vps123.ovh.net"],
        ["u123.1and1.com"],
    ],
)
def test_what_only_looks_like_a_provider_is_none(exchangers: list[str]) -> None:
    assert by_exchangers(exchangers) is None


def test_look_alikes_of_others_are_not_taken_for_a_provider() -> None:
    assert by_domain("yahoo.co.jp") is None


@pytest.mark.parametrize("preset", known(), ids=lambda preset: preset.smtp.host)
def test_every_preset_speaks_tls_at_its_usual_ports(preset: Preset) -> None:
    assert (preset.smtp.port, preset.smtp.tls) in {(465, TlsMode.TLS), (587, TlsMode.STARTTLS)}
    assert (preset.imap.port, preset.imap.tls) == (993, TlsMode.TLS)
    assert (preset.connect is not None) == (LogIn.OAUTH in preset.log_ins)
    assert preset.keeps_sent == (preset.connect is not None)


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("outlook.com", "takes no passwords; connect it: pomelo sender connect microsoft"),
        ("gmail.com", "wants an app password"),
        ("gmail.com", "pomelo sender connect google"),
        ("icloud.com", "wants an app password"),
        ("mailbox.org", ""),
    ],
)
def test_what_to_know_about_a_log_in_is_said(domain: str, said: str) -> None:
    preset = by_domain(domain)

    assert preset is not None
    assert said in advice(preset, f"jared@{domain}")
    assert bool(said) == bool(advice(preset, f"jared@{domain}"))


async def test_the_preferred_exchanger_decides() -> None:
    zone = ("20 mx.zoho.com.", "10 aspmx.l.google.com.")
    async with naming(piedpiper_com=zone) as (look_up, _):
        preset = await find_preset(addresses.parse("jared@piedpiper.com"), look_up)

    assert preset is not None
    assert (preset.name, preset.connect) == ("google_workspace", Provider.GOOGLE)


async def test_nobody_is_asked_about_what_is_known_or_cannot_be() -> None:
    async with naming() as (look_up, server):
        for email in ("a@gmail.com", "a@piedpiper.test", "a@localhost", "a@mail.example"):
            await find_preset(addresses.parse(email), look_up)

    assert server.asked == []


async def test_while_the_name_system_fails_nothing_is_known_and_nothing_fails() -> None:
    async with naming() as (look_up, server):
        preset = await find_preset(addresses.parse("jared@piedpiper.com"), look_up)

    assert preset is None
    assert server.asked
