"""`python -m pomelo.demo.sink`: a sink in a process of its own, for benchmarks and kill tests."""

import argparse
import asyncio
import secrets
import sys
from pathlib import Path

from pomelo.demo.sink import Act, Script, Sink, Stage


async def _serve(port: int, ledger: Path | None, delay_ms: tuple[float, float]) -> None:
    def late(_: str) -> Script:
        seconds = secrets.SystemRandom().uniform(*delay_ms) / 1000
        return Script(Stage.DOT, Act.DELAY, seconds=seconds)

    sink = Sink(script=late if any(delay_ms) else None, ledger=ledger, keeps_mails=False)
    sys.stdout.write(f"ready {await sink.start(port)}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    """Run a sink until told to stop."""
    parser = argparse.ArgumentParser(description="A strict SMTP sink on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=0, help="0 = a free one, printed")
    parser.add_argument("--ledger", type=Path, help="JSON lines of what was accepted")
    parser.add_argument("--delay-ms", default="0-0", help="wait before 250, such as 5-50")
    given = parser.parse_args()
    shortest, _, longest = given.delay_ms.partition("-")
    delay_ms = (float(shortest), float(longest or shortest))
    asyncio.run(_serve(given.port, given.ledger, delay_ms))


if __name__ == "__main__":
    main()
