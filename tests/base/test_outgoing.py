"""Which hosts may be connected to, and that the judged address is the one that is used."""

import asyncio
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address

import pytest

from pomelo.base import outgoing
from pomelo.base.errors import Invalid
from pomelo.base.outgoing import Guard, HostInvalid, HostRefused, HostUnknown

Answer = Callable[[list[str]], None]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Let the system's resolver give these addresses, one list a question."""
    questions: list[list[str]] = []

    def look_up(_host: str, port: int, *_: object, **__: object) -> list[object]:
        return [
            (socket.AF_INET6 if ":" in address else socket.AF_INET, 1, 6, "", (address, port))
            for address in questions.pop(0)
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return questions.append


@pytest.mark.parametrize(
    "host",
    [
        "",
        ".",
        " ",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0x",
        "017700000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "1.2.3.4.5",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "１２７.0.0.1",
        "[::1]",
        "user@smtp.example.com",
        "user:pass@10.0.0.1",
        "smtp.example.com:25",
        "smtp.example.com/x",
        "smtp.example.com#x",
        "http://smtp.example.com",
        "smtp .example.com",
        "smtp.example.com\r\n",
        "smtp\x00.example.com",
        "-smtp.example.com",
        "smtp..example.com",
        "\ud800.com",
        "a" * 300,
        "é" * 10_000,
    ],
)
async def test_a_disguised_or_broken_host_is_refused_before_any_question(
    host: str, answer: Answer
) -> None:
    answer(["8.8.8.8"])

    with pytest.raises(HostInvalid):
        await Guard(()).resolve(host, 25)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("SMTP.Example.com", "smtp.example.com"),
        ("smtp.bücher.example", "smtp.xn--bcher-kva.example"),
        ("mail_relay", "mail_relay"),
        ("localhost.", "localhost."),
        ("ⓛocalhost", "localhost"),
        ("smtp.\u200bexample.com", "smtp.example.com"),
        ("2001:4860:4860:0::8888", "2001:4860:4860::8888"),
        ("8.8.8.8", "8.8.8.8"),
        ("1.example", "1.example"),
    ],
)
def test_a_host_is_known_by_its_dns_name(host: str, name: str) -> None:
    assert outgoing.to_ascii(host) == name


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "ⓛocalhost"])
async def test_this_machine_is_refused_unless_allowed(host: str) -> None:
    with pytest.raises(HostRefused) as refused:
        await Guard(()).resolve(host, 25)

    address = await Guard(outgoing.parse_networks("127.0.0.0/8, ::1")).resolve(host, 25)

    assert isinstance(refused.value, Invalid)
    assert "POMELO_ALLOW_PRIVATE_MAIL" in str(refused.value)
    assert ip_address(address).is_loopback


async def test_the_preferred_address_is_the_one_to_connect_to(answer: Answer) -> None:
    answer(["2606:4700:4700::1111", "1.1.1.1"])

    address = await Guard(()).resolve("smtp.example.com", 587)

    assert address == "2606:4700:4700::1111"


@pytest.mark.parametrize("hidden", ["127.0.0.1", "169.254.169.254", "fd00::1", "::ffff:10.0.0.1"])
async def test_one_private_answer_among_public_ones_refuses_the_host(
    hidden: str, answer: Answer
) -> None:
    answer(["1.1.1.1", hidden])

    with pytest.raises(HostRefused) as refused:
        await Guard(()).resolve("smtp.example.com", 587)

    assert "smtp.example.com" in str(refused.value)
    assert hidden not in str(refused.value)


async def test_a_final_dot_hides_no_loopback(answer: Answer) -> None:
    answer(["127.0.0.1"])

    with pytest.raises(HostRefused):
        await Guard(()).resolve("localhost.", 25)


async def test_a_name_that_changes_its_mind_is_judged_each_time(answer: Answer) -> None:
    guard = Guard(())
    answer(["1.1.1.1"])
    answer(["127.0.0.1"])

    first = await guard.resolve("rebind.example.com", 25)

    assert first == "1.1.1.1"
    with pytest.raises(HostRefused):
        await guard.resolve("rebind.example.com", 25)


@pytest.mark.parametrize("port", [25, 143, 465, 587, 993, 2525])
async def test_mail_ports_are_open(port: int, answer: Answer) -> None:
    answer(["1.1.1.1"])

    assert await Guard(()).resolve("mail.example.com", port) == "1.1.1.1"


@pytest.mark.parametrize("port", [-1, 0, 22, 80, 443, 6379, 11211, 65536, 65561])
async def test_another_port_of_a_public_host_is_refused(port: int, answer: Answer) -> None:
    answer(["1.1.1.1"])

    with pytest.raises(HostRefused, match=f"Port {port} .* 25, 143, 465, 587, 993, 2525"):
        await Guard(()).resolve("mail.example.com", port)


async def test_any_port_may_be_used_in_an_allowed_network_only(answer: Answer) -> None:
    guard = Guard(outgoing.parse_networks("10.0.0.0/8"))
    answer(["10.1.2.3"])
    answer(["10.1.2.3", "1.1.1.1"])
    answer(["10.1.2.3"])

    inside = await guard.resolve("sink.lan", 1025)

    assert inside == "10.1.2.3"
    with pytest.raises(HostRefused):
        await guard.resolve("mixed.lan", 1025)
    with pytest.raises(HostRefused):
        await guard.resolve("sink.lan", 70000)


async def test_hooks_name_their_own_setting_and_ports(answer: Answer) -> None:
    guard = Guard((), frozenset({443}), "POMELO_ALLOW_PRIVATE_HOOKS")
    answer(["10.0.0.1"])

    with pytest.raises(HostRefused, match="POMELO_ALLOW_PRIVATE_HOOKS"):
        await guard.resolve("hooks.example.com", 443)


async def test_a_host_that_nobody_knows_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    def look_up(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)

    with pytest.raises(HostUnknown, match=r"nowhere\.example cannot be found"):
        await Guard(()).resolve("nowhere.example", 25)


async def test_a_resolver_that_hangs_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "RESOLVE_SECONDS", 0.0)

    with pytest.raises(HostUnknown):
        await Guard(()).resolve("localhost", 25)


async def test_names_whose_servers_are_silent_keep_no_other_from_being_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    is_over, asked = threading.Event(), threading.Semaphore(0)

    def look_up(host: str, port: int, **_: object) -> list[object]:
        asked.release()
        if host == "silent.test":
            assert is_over.wait(20)
        return [(socket.AF_INET, 1, 6, "", ("93.184.216.34", port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    guard = Guard((), frozenset({443}))
    hanging = [asyncio.create_task(guard.resolve("silent.test", 443)) for _ in range(50)]

    try:
        for _ in hanging:
            await asyncio.to_thread(asked.acquire)
        assert await guard.resolve("quick.test", 443) == "93.184.216.34"
    finally:
        is_over.set()
        await asyncio.gather(*hanging)
