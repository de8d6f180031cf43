"""A name server for tests: answers from a zone, fails, or keeps silent."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from pomelo.inbound import AskNames, ask_names

# Name and kind to the records, as a zone file writes them.
Zone = Mapping[tuple[str, str], tuple[str, ...]]


class NameServer(asyncio.DatagramProtocol):
    """Answers with a zone; a name that is not in it does not exist.

    Args:
        zone: What it knows; a record `FAIL` makes it fail, `SILENT` not answer.
    """

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.asked: list[tuple[str, str]] = []

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text().rstrip("."), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        found = self.zone.get((name, kind), ())
        if found == ("SILENT",):
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if found == ("FAIL",):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif found:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(name == known for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        self.transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def naming(zone: Zone) -> AsyncIterator[tuple[AskNames, NameServer]]:
    """Run a name server; gives how it is asked."""
    server = NameServer(zone)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: server, local_addr=("127.0.0.1", 0)
    )
    port = transport.get_extra_info("sockname")[1]
    try:
        yield partial(ask_names, nameserver="127.0.0.1", port=port), server
    finally:
        transport.close()
