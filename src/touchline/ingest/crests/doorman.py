"""Where a request of ours may go: public addresses, and the few private ones that are named.

The catalogue's addresses come from outside. Without this, one of them could make us ask our own
database's port or a cloud's metadata service.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address

from touchline.ingest.crests.refusal import Reason, Refused

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name. Raises OSError."""

TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::ffff:0:0/96"))
"""IPv6 that ends in an IPv4 address a gateway would take us to (RFC 6052; RFC 4291 §2.5.5.2)."""
GLOBAL_UNICAST = IPv6Network("2000::/3")
"""All that is given out of IPv6 (RFC 4291 §2.4); what else there is, old or to come, is near or nowhere."""
NEAR = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"), IPv4Network("168.63.129.16/32"))
"""Taken for public by `ipaddress`: for protocols (RFC 6890; a cloud's metadata lies there), relays of 6to4
(RFC 7526), and the address at which another cloud speaks to its machines."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses the system knows for `host`."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Doorman:
    """Says which addresses a host may be asked at.

    `allowed` are the hosts (`host` or `host:port`) that may be private.
    """

    def __init__(self, allowed: Collection[str], resolve: Resolve = resolve) -> None:
        self._allowed = frozenset(entry.lower() for entry in allowed)
        self._resolve = resolve

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Where `host` is. Raises Refused if it has no address, or a single one that is not public."""
        try:
            found = await self._resolve(host, port)
        except (OSError, UnicodeError):
            raise Refused(Reason.UNRESOLVED) from None
        if not found:
            raise Refused(Reason.UNRESOLVED)
        if not {host, f"{host}:{port}"} & self._allowed and not all(map(public, found)):
            raise Refused(Reason.PRIVATE_ADDRESS)
        return found


def public(address: str) -> bool:
    """Whether `address` is one of the open internet, also looked at through what it may be wrapped in."""
    ip = ip_address(address)
    if isinstance(ip, IPv4Address):
        return ip.is_global and not ip.is_multicast and not any(ip in net for net in NEAR)
    if any(ip in net for net in TRANSLATED):
        return public(str(IPv4Address(ip.packed[-4:])))
    wrapped = [ip.sixtofour, *(ip.teredo or ())]
    return (
        ip in GLOBAL_UNICAST and ip.is_global and all(public(str(each)) for each in wrapped if each is not None)
    )
