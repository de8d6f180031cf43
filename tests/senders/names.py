"""A name server for tests: knows where some domains take their mail."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from pomelo.senders import LookUp, look_up_exchangers


class NameServer(asyncio.DatagramProtocol):
    """Answers with a zone; what is not in it fails."""

    def __init__(self, zone: Mapping[str, tuple[str, ...]]) -> None:
        self.zone = zone
        self.asked: list[str] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text()
        self.asked.append(name)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if found := self.zone.get(name.rstrip(".")):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", "MX", *found))
        else:
            answer.set_rcode(dns.rcode.SERVFAIL)
        self.transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def naming(**zone: tuple[str, ...]) -> AsyncIterator[tuple[LookUp, NameServer]]:
    """Run a name server; `_` in a name stands for a dot."""
    server = NameServer({name.replace("_", "."): found for name, found in zone.items()})
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: server, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    try:
        yield partial(look_up_exchangers, nameserver="127.0.0.1", port=port), server
    finally:
        transport.close()
