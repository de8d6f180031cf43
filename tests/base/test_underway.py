import asyncio

import pytest

from pomelo.base.underway import UnderWay


def under_way(ended: asyncio.Event | None = None) -> UnderWay[str]:
    return UnderWay("loops", "piece_failed", lambda what: {"piece": what}, ended=ended)


async def forever() -> None:
    await asyncio.Event().wait()


async def fail() -> None:
    raise ValueError("broken")


async def nothing() -> None: ...


async def test_what_ended_is_no_longer_under_way_and_whoever_waits_is_told() -> None:
    ended = asyncio.Event()
    pieces = under_way(ended)

    pieces.begin(nothing(), "short")
    pieces.begin(forever(), "long")
    await asyncio.wait_for(ended.wait(), 5)

    assert pieces.pieces == ["long"]
    await pieces.finish()


async def test_one_that_fails_is_told_to_the_log_and_ends_nothing_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pieces = under_way()

    pieces.begin(fail(), "bad")
    pieces.begin(nothing(), "good")
    await pieces.drain()

    assert pieces.pieces == []
    said = capsys.readouterr()
    assert "piece_failed" in said.out + said.err
    assert "bad" in said.out + said.err


async def test_who_is_not_ready_in_time_is_cut_off() -> None:
    pieces = under_way()
    done = asyncio.Event()

    async def soon() -> None:
        await asyncio.sleep(0)
        done.set()

    pieces.begin(soon(), "soon")
    pieces.begin(forever(), "never")
    await pieces.finish(within_seconds=0.05)

    assert done.is_set()
    assert pieces.pieces == []


async def test_one_piece_can_be_called_off() -> None:
    pieces = under_way()
    pieces.begin(forever(), "a")
    pieces.begin(forever(), "b")

    pieces.cancel("a")
    await pieces.wait_for_one()

    assert pieces.pieces == ["b"]
    await pieces.finish()
