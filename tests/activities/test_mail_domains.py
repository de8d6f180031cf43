"""Asking the name system about a domain, of a real name server on this machine."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from pomelo.activities.mail_domains import Answer, look_up

ZONE = {
    ("piedpiper.com.", "MX"): "10 mail.piedpiper.com.",
    ("quiet.com.", "MX"): "0 .",
    ("old.com.", "A"): "192.0.2.1",
}
NAMES = {name for name, _ in ZONE} | {"empty.com."}


class NameServer(asyncio.DatagramProtocol):
    """Knows the zone above; `broken.com` makes it fail."""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(), dns.rdatatype.to_text(question.rdtype)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name == "broken.com.":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in NAMES:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif text := ZONE.get((name, kind)):
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, text))
        self.transport.sendto(answer.to_wire(), addr)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    yield transport.get_extra_info("sockname")[1]
    transport.close()


@pytest.mark.parametrize(
    ("domain", "answer"),
    [
        ("piedpiper.com", Answer.MAIL),
        ("quiet.com", Answer.NO_MAIL),
        ("nowhere.com", Answer.NO_MAIL),
        ("old.com", Answer.HOST_ONLY),
        ("empty.com", Answer.NO_MAIL),
        ("broken.com", Answer.UNKNOWN),
    ],
)
async def test_a_domain_is_known_by_what_its_name_server_says(
    port: int, domain: str, answer: Answer
) -> None:
    assert await look_up(domain, nameserver="127.0.0.1", port=port) is answer


async def test_a_domain_that_is_no_name_is_unknown(port: int) -> None:
    too_long = ".".join(["x" * 63] * 5)

    assert await look_up(too_long, nameserver="127.0.0.1", port=port) is Answer.UNKNOWN
