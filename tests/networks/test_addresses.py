"""Only public machines and those that the operator named are called, whatever a name resolves to."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hqdash.networks.addresses import AddressGuard, AddressRefused, innermost, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:db8::1", "ff02::1", "not an address",
    ],
)  # fmt: skip
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "104.244.42.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_these_are_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_counts_as_itself(address: ipaddress.IPv4Address) -> None:
    for dressed in (f"::ffff:{address}", str(ipaddress.IPv6Address((0x64FF9B << 96) | int(address)))):
        assert innermost(ipaddress.ip_address(dressed)) == address
        assert is_public(dressed) == is_public(str(address))


def resolving_to(*addresses: str) -> Any:
    def found(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return found


def test_one_private_answer_spoils_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("1.1.1.1", "127.0.0.1"))
    with pytest.raises(AddressRefused):
        AddressGuard().addresses("rebinding.example", 443)


def test_what_was_checked_is_what_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("1.1.1.1", "1.0.0.1"))
    found = AddressGuard().addresses("one.example", 443)
    assert [address[0] for _, address in found] == ["1.1.1.1", "1.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://", "https://a:b@example.org/",
        "https://example.org:99999/", "http://127.0.0.1:8301/",
    ],
)  # fmt: skip
def test_these_urls_are_refused_at_once(url: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard(frozenset({"127.0.0.1:8300"})).check_url(url)


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "127.0.0.1"])
def test_odd_spellings_of_loopback_are_seen_through(host: str) -> None:
    with pytest.raises(AddressRefused):
        AddressGuard().addresses(host, 443)


def test_only_the_exact_host_and_port_is_exempt() -> None:
    guard = AddressGuard(frozenset({"127.0.0.1:8300"}))
    assert guard.addresses("127.0.0.1", 8300)
    with pytest.raises(AddressRefused):
        guard.addresses("127.0.0.1", 8301)
