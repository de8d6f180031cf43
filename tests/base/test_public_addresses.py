"""Which addresses belong to the public Internet, and which the operator may open besides."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.base import outgoing
from pomelo.base.outgoing import Guard, NetworkInvalid

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "2a00:1450:4007::1a",
]

NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:a9fe:a9fe::",
    "2002:808:808::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_connected_to(address: str) -> None:
    assert Guard(()).may_connect(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_an_address_that_is_not_public_may_not(address: str) -> None:
    assert not Guard(()).may_connect(address)


@pytest.mark.parametrize("address", ["localhost", "smtp.example.com", "", "127.1", "1.1.1.1:25"])
def test_what_is_no_address_may_not_be_connected_to(address: str) -> None:
    assert not Guard(outgoing.parse_networks("0.0.0.0/0, ::/0")).may_connect(address)


def test_the_operator_may_open_a_network() -> None:
    guard = Guard(outgoing.parse_networks("192.168.1.0/24,::1"))

    assert guard.may_connect("192.168.1.77")
    assert guard.may_connect("::1")
    assert not guard.may_connect("192.168.2.1")
    assert not guard.may_connect("127.0.0.1")
    assert not guard.may_connect("::ffff:192.168.1.77")


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_hidden_in_an_ipv6_one_is_never_public(address: IPv4Address) -> None:
    hidden = int(address)
    disguises = [
        IPv6Address(hidden),
        IPv6Address((0xFFFF << 32) | hidden),
        IPv6Address((0x64FF9B << 96) | hidden),
        IPv6Address((0x2002 << 112) | (hidden << 80)),
        IPv6Address((0x20010000 << 96) | (hidden ^ 0xFFFFFFFF)),
    ]

    assert not any(outgoing.is_public(disguise) for disguise in disguises)


@settings(deadline=None)
@given(st.ip_addresses())
def test_nothing_python_knows_to_be_special_is_public(
    address: IPv4Address | IPv6Address,
) -> None:
    special = address.is_private or address.is_multicast or address.is_reserved

    assert not (special and outgoing.is_public(address))


def test_networks_are_read_from_a_list_with_commas() -> None:
    networks = outgoing.parse_networks(" 10.0.0.0/8, 192.168.1.7 ,,fd00::/8,")

    assert [str(network) for network in networks] == ["10.0.0.0/8", "192.168.1.7/32", "fd00::/8"]
    assert outgoing.parse_networks("") == ()


@pytest.mark.parametrize("text", ["localhost", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0-10.1.0.0"])
def test_a_network_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(NetworkInvalid, match=f"'{text}' is not a network"):
        outgoing.parse_networks(f"127.0.0.1,{text}")
