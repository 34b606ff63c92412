"""Decides which machines may be called: public ones, and those that the operator named."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]
IP = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.ip_network("64:ff9b::/96")
MOST_ADDRESSES_TRIED = 4


class AddressRefused(Exception):
    """The address may not be called; nothing was sent."""


def innermost(address: IP) -> IP:
    """The IPv4 address that an IPv6 one really leads to, where it carries one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1] or address


def is_public(text: str) -> bool:
    """True for an address on the open internet; false for anything that cannot be read."""
    try:
        address = innermost(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True, slots=True)
class AddressGuard:
    """Resolves a name once, checks every answer, and gives out only what was checked."""

    # Exact "host:port" pairs that are exempt: the practice networks, a site inside the force.
    allowed: frozenset[str] = frozenset()

    def exempt(self, host: str, port: int) -> bool:
        return f"{host.lower()}:{port}" in self.allowed

    def check_url(self, url: str) -> None:
        """Refuse what can be refused before any name is resolved."""
        parts = urlsplit(url)
        try:
            host, port = (
                parts.hostname or "",
                parts.port or (443 if parts.scheme == "https" else 80),
            )
        except ValueError:
            raise AddressRefused("The address has no usable port.") from None
        if parts.scheme not in {"http", "https"} or not host:
            raise AddressRefused("The address is not a web address.")
        if parts.username or parts.password:
            raise AddressRefused("The address carries a user name.")
        # Over plain http everybody on the way could read the credential.
        if parts.scheme == "http" and not self.exempt(host, port):
            raise AddressRefused("The address is not encrypted (https).")

    def addresses(self, host: str, port: int) -> list[Address]:
        """Where to connect to: addresses that have been checked, so that nothing is resolved again."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        if not self.exempt(host, port):
            for *_, sockaddr in found:
                if not is_public(str(sockaddr[0])):
                    # One bad answer spoils the name: a name with a public and a private address
                    # is how a guard that looks at the first answer gets fooled.
                    raise AddressRefused(f"{host} leads to an address that is not public.")
        unique: dict[str, Address] = {}
        for family, _type, _proto, _name, sockaddr in found:
            unique.setdefault(str(sockaddr[0]), (family, sockaddr))  # type: ignore[arg-type]  # AF_INET(6) only
        return list(unique.values())[:MOST_ADDRESSES_TRIED]
