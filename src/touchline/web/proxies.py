"""Who asks, where proxies stand between: the client's address and scheme.

`X-Forwarded-For` is a list to which each proxy appends the peer it saw, so only its right end was written
by proxies we trust; what is further left the client may have made up.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple

SCHEME = "http"
"""What is spoken to us directly."""
SCHEMES = frozenset({"http", "https"})

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Client(NamedTuple):
    """Who asks: an IP address (or what the socket calls its peer) and the scheme as the client sees it."""

    address: str
    scheme: str


def client_of(
    peer: str, forwarded_for: bytes | None, forwarded_proto: bytes | None, trusted: Sequence[Network]
) -> Client:
    """The client of a request that came from `peer`, by the two headers as they were sent.

    They count only where `peer` is in `trusted`. The client is then the rightmost hop that is not; where
    all are, the leftmost. A hop on the way there that is no IP address voids the list, and the peer stands
    for the client. A header sent in several lines is given joined by commas.
    """
    if not trusted or not _is_trusted(_address(peer), trusted):
        return Client(peer, SCHEME)
    scheme = (forwarded_proto or b"").decode("latin-1").strip().lower()
    return Client(
        _rightmost(peer, forwarded_for, trusted),
        scheme if scheme in SCHEMES else SCHEME,
    )


def _rightmost(peer: str, forwarded_for: bytes | None, trusted: Sequence[Network]) -> str:
    if forwarded_for is None:
        return peer
    found = peer
    for hop in reversed(forwarded_for.decode("latin-1").split(",")):
        address = _address(hop.strip(" \t"))
        if address is None:
            return peer
        found = str(address)
        if not _is_trusted(address, trusted):
            break
    return found


def _address(text: str) -> Address | None:
    """The IP address `text` is, in the one form it is compared in: `::ffff:192.0.2.1` is 192.0.2.1."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_trusted(address: Address | None, trusted: Sequence[Network]) -> bool:
    return address is not None and any(address in network for network in trusted)
