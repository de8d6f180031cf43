"""A program for a network namespace in which every address leads to a canary of ours.

It tells receivers at all kinds of addresses something and prints who was connected to. Run by
test_guard.py as `unshare --net --mount python -m tests.hooks.fenced FILE`,
where FILE says within which name server is asked.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from ipaddress import ip_address
from pathlib import Path
from typing import cast

import dns.message
import dns.rrset
import httpx

from pomelo.base.calling import Caller
from pomelo.base.outgoing import Guard, is_public, parse_networks
from pomelo.base.tls import trusted

PUBLIC, PRIVATE, METADATA = "93.184.216.34", "10.9.9.9", "169.254.169.254"
PORTS = (25, 80, 443, 3128)
USUAL = frozenset({80, 443})
HOSTS = (
    *("127.0.0.1", "0.0.0.0", METADATA, PRIVATE, "100.64.0.1", "172.16.0.1", "192.168.1.1"),
    *("192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
    *("240.0.0.1", "255.255.255.255", "192.88.99.1"),
    *("[::]", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:a09:909]", "[::127.0.0.1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b::a09:909]", "[2002:7f00:1::1]", "[2002:a09:909::1]"),
    *("[2001:0:53aa:64c:0:0:80ff:fffe]", "[fec0::1]", "[fe80::1]", "[fe80::1%25lo]", "[fd00::1]"),
    *("[2001:db8::1]", "[3fff::1]", "[ff02::1]", "[100::1]"),
    *("2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "127.1", "168364297"),
    *("localhost", "localhost.", "LOCALHOST", "①②⑦.⓪.⓪.①", "127。0。0。1", "127.0.0.1."),
    *("%31%32%37.0.0.1", "private.test", "mixed.test", "cname.test", "private.test."),
    *("public.test@10.9.9.9", "public.test:80@10.9.9.9", "10.9.9.9\\@public.test"),
    *("public.test#@10.9.9.9", "public.test?@10.9.9.9", "10.9.9.9\t.public.test"),
    *(f"{PUBLIC}:25", "public.test:25", f"{PRIVATE}:443", f"{METADATA}:443"),
)
KNOWN = {
    "public.test.": (PUBLIC,),
    "private.test.": (PRIVATE,),
    "mixed.test.": (PUBLIC, PRIVATE),
}
REDIRECTS = (301, 302, 303, 307, 308)
REBINDS = 50


class Names(asyncio.DatagramProtocol):
    """Answers for names of ours; `rebind.test` is public and private by turns."""

    def __init__(self) -> None:
        self._turn = 0
        self._transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        question = query.question[0]
        name = str(question.name)
        if question.rdtype == dns.rdatatype.A:
            answer.answer = self._records(name)
        self._transport.sendto(answer.to_wire(), addr)

    def _records(self, name: str) -> list[dns.rrset.RRset]:
        if name == "cname.test.":
            alias = dns.rrset.from_text(name, 0, "IN", "CNAME", "private.test.")
            return [alias, dns.rrset.from_text("private.test.", 0, "IN", "A", PRIVATE)]
        if name == "rebind.test.":
            self._turn += 1
            at = PUBLIC if self._turn % 2 else "127.0.0.1"
            return [dns.rrset.from_text(name, 0, "IN", "A", at)]
        found = KNOWN.get(name, ())
        return [dns.rrset.from_text(name, 0, "IN", "A", *found)] if found else []


class Canaries:
    """Count who connects to what, and answer as public receivers do."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, int]] = Counter()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = writer.get_extra_info("sockname")[:2]
        self.counted[host.removeprefix("::ffff:"), port] += 1
        head = await reader.read(65536)
        path = head.split(b" ")[1].decode("latin-1") if b" " in head else "/"
        code = path.removeprefix("/redirect/") if path.startswith("/redirect/") else "200"
        lines = (
            f"HTTP/1.1 {code} So",
            f"Location: http://{METADATA}/",
            "Content-Length: 0",
            "Connection: close",
        )
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        writer.close()

    @property
    def private(self) -> dict[str, int]:
        return {
            f"{host}:{port}": count
            for (host, port), count in self.counted.items()
            if not is_public(ip_address(host)) or port not in USUAL
        }

    def take(self) -> Counter[tuple[str, int]]:
        """Give what was counted, and begin anew."""
        counted, self.counted = self.counted, Counter()
        return counted


def fence(names: Path) -> None:
    """Lead every address to this machine, and every name to our server."""
    names.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    for command in (
        "ip link set lo up",
        "ip route add local 0.0.0.0/0 dev lo",
        "ip -6 route add local ::/0 dev lo",
        "mount --make-rprivate /",
        f"mount --bind {names} /etc/resolv.conf",
    ):
        subprocess.run(command.split(), check=True)
    for name in ("http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        os.environ[name] = "http://127.0.0.1:3128"


async def tell(guard: Guard, urls: Sequence[str]) -> Counter[str]:
    """Tell each something; gives how often what was wrong."""
    caller = Caller(guard, trusted())
    faults: Counter[str] = Counter()
    for url in urls:
        try:
            faults[str((await caller.call(url, b"{}", {})).fault)] += 1
        except httpx.InvalidURL:
            faults["no url"] += 1
    await caller.close()
    return faults


async def main() -> None:
    """Fly at every fence, and print what was hit."""
    canaries, strict = Canaries(), Guard((), USUAL)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Names, ("127.0.0.1", 53))
    async with AsyncExitStack() as open_:
        for port in PORTS:
            for host in ("0.0.0.0", "::"):
                server = await asyncio.start_server(canaries.talk, host, port)
                await open_.enter_async_context(server)
        urls = [f"{scheme}://{host}/" for host in HOSTS for scheme in ("http", "https")]
        vectors = await tell(strict, urls)
        hit_by_vectors = canaries.private
        canaries.take()
        rebinds = await tell(strict, ["http://rebind.test/"] * REBINDS)
        hit_by_rebinds, answered = canaries.private, canaries.take()[PUBLIC, 80]
        urls = [f"http://public.test/redirect/{code}" for code in REDIRECTS]
        redirects = await tell(strict, urls)
        hit_by_redirects = canaries.private
        canaries.take()
        opened = Guard(parse_networks("10.9.9.0/24"), USUAL)
        await tell(opened, [f"http://{PRIVATE}/", "http://private.test:25/", f"http://{METADATA}/"])
        allowed = canaries.private
    transport.close()
    json.dump(
        {
            "vectors": vectors, "hit_by_vectors": hit_by_vectors, "rebinds": rebinds,
            "hit_by_rebinds": hit_by_rebinds, "answered": answered, "redirects": redirects,
            "hit_by_redirects": hit_by_redirects, "allowed": allowed,
        },
        sys.stdout,
    )  # fmt: skip


if __name__ == "__main__":
    fence(Path(sys.argv[1]))
    asyncio.run(main())
