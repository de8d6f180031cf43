"""Servers that do not let a session begin."""

import socket

import pytest

from pomelo.demo.sink import Act, Script, Sink, Stage
from pomelo.messages import Stage as At
from pomelo.smtp import (
    Opened,
    Reason,
    Unreachable,
)
from tests.mailing import (
    QUICK,
    saying,
    session_to,
)


@pytest.mark.parametrize(
    ("stage", "at"), [(Stage.CONNECT, At.CONNECT), (Stage.EHLO, At.EHLO), (Stage.AUTH, At.AUTH)]
)
@pytest.mark.parametrize(
    ("act", "reason"), [(Act.HANG, Reason.TIMED_OUT), (Act.DROP, Reason.CLOSED)]
)
async def test_a_server_that_hangs_or_drops_while_opening_is_unreachable(
    stage: Stage, at: At, act: Act, reason: Reason
) -> None:
    sink = Sink(script={"*": Script(stage, act)}, login=("sales", "secret"))
    session = session_to(await sink.start(), timeouts=QUICK, login="sales", password="secret")

    opened = await session.open()
    await sink.stop()

    assert opened == Unreachable(at, reason)
    assert not session.is_open


@pytest.mark.parametrize("stage", [Stage.CONNECT, Stage.EHLO])
@pytest.mark.parametrize("code", [421, 554])
async def test_a_no_while_opening_is_told_in_the_servers_words(stage: Stage, code: int) -> None:
    sink = Sink(script={"*": Script(stage, reply=f"{code} 4.7.0 not you")})
    session = session_to(await sink.start())

    opened = await session.open()
    await sink.stop()

    assert isinstance(opened, Unreachable)
    assert opened.reply is not None
    assert (opened.stage, opened.reply.code, opened.is_auth) == (At(stage.value), code, False)


@pytest.mark.parametrize(
    ("reply", "is_auth"),
    [
        ("535 5.7.8 Username and Password not accepted", True),
        ("534 5.7.9 Application-specific password required", True),
        ("550 5.7.30 Basic authentication is not supported", True),
        ("454 4.7.0 Temporary authentication failure", False),
        ("421 4.7.0 Too many login attempts", False),
    ],
)
async def test_only_a_final_no_to_the_login_is_the_logins_fault(
    reply: str, *, is_auth: bool
) -> None:
    script = {"*": Script(Stage.AUTH, reply=reply)}
    sink = Sink(script=script, login=("sales", "secret"))
    session = session_to(await sink.start(), login="sales", password="wrong")

    opened = await session.open()
    await sink.stop()

    assert isinstance(opened, Unreachable)
    assert (opened.stage, opened.is_auth) == (At.AUTH, is_auth)
    assert list(sink.heard).count("AUTH") == 1


async def test_a_server_without_a_login_is_an_error_of_the_account() -> None:
    sink = Sink()
    session = session_to(await sink.start(), login="sales", password="secret")

    opened = await session.open()
    await sink.stop()

    assert opened == Unreachable(At.AUTH, Reason.NO_LOGIN, is_auth=True)


@pytest.mark.parametrize(
    "banner", [b"HTTP/1.1 400 Bad\r\n\r\n", b"-ERR canary\r\n", b"SSH-2.0-x\r\n"]
)
async def test_another_protocols_banner_is_never_repeated(banner: bytes) -> None:
    async with saying(banner) as port:
        opened = await session_to(port).open()

    assert opened == Unreachable(At.CONNECT, Reason.GARBLED)


async def test_an_endless_ehlo_is_cut_off() -> None:
    reply = "250-" + "\r\n250-".join(["X"] * 10_000) + "\r\n250 Y"
    sink = Sink(script={"*": Script(Stage.EHLO, reply=reply)})
    session = session_to(await sink.start())

    opened = await session.open()
    await sink.stop()

    assert opened == Unreachable(At.EHLO, Reason.GARBLED)


async def test_nobody_listening_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    opened = await session_to(port).open()

    assert opened == Unreachable(At.CONNECT, Reason.UNREACHABLE)


async def test_a_name_with_several_addresses_reaches_the_one_that_answers() -> None:
    sink = Sink()
    session = session_to(await sink.start(), address=None)  # localhost is often ::1 as well

    opened = await session.open()
    await session.close()
    await sink.stop()

    assert isinstance(opened, Opened)


async def test_a_name_that_does_not_exist_is_unresolved() -> None:
    too_long = "x" * 64 + ".test"

    opened = await session_to(25, host=too_long, address=None).open()

    assert opened == Unreachable(At.CONNECT, Reason.UNRESOLVED)


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "2001:db8::1"])
async def test_in_clear_only_this_machine_is_dialled(address: str) -> None:
    opened = await session_to(25, address=address, login="sales").open()

    assert opened == Unreachable(At.CONNECT, Reason.NOT_LOOPBACK)
