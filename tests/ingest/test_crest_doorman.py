"""Which addresses are asked at all."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.ingest.crests.doorman import Doorman, public, resolve
from touchline.ingest.crests.refusal import Reason, Refused

OPEN = ["93.184.216.34", "1.1.1.1", "2606:2800:220:1::1", "::ffff:93.184.216.34", "64:ff9b::5db8:d822"]
CLOSED = [
    *("127.0.0.1", "127.8.9.10", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "255.255.255.255", "224.0.0.1", "198.18.0.1", "192.0.2.1", "240.0.0.1"),
    *("::", "::1", "fe80::1", "fe80::1%1", "fc00::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("2002:7f00:1::", "2002:a00:1::1"),
    *("64:ff9b:1::a9fe:a9fe", "::ffff:0:127.0.0.1", "fec0::1", "5f00::1", "1::1"),
    *("192.0.0.192", "192.88.99.1", "168.63.129.16", "::ffff:168.63.129.16"),
]


def doorman(*found: str, allowed: Sequence[str] = ()) -> Doorman:
    """One who is told that every name is at the addresses `found`."""

    async def told(_host: str, _port: int) -> Sequence[str]:
        return found

    return Doorman(allowed, told)


async def refusal(asked: Doorman, host: str = "logos.example", port: int = 80) -> Reason:
    with pytest.raises(Refused) as refused:
        await asked.addresses(host, port)
    return refused.value.reason


@pytest.mark.parametrize("address", OPEN)
def test_the_open_internet_is_public(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize("address", CLOSED)
def test_whatever_is_near_is_not(address: str) -> None:
    assert not public(address)


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_as_what_it_wraps(inner: IPv4Address) -> None:
    mapped = IPv6Address(int(IPv6Address("::ffff:0:0")) | int(inner))
    translated = IPv6Address(int(IPv6Address("64:ff9b::")) | int(inner))

    assert public(str(mapped)) == public(str(inner))
    assert public(str(translated)) == public(str(inner))


async def test_a_public_host_is_asked_at_all_its_addresses() -> None:
    assert await doorman("1.1.1.1", "8.8.8.8").addresses("logos.example", 443) == ("1.1.1.1", "8.8.8.8")


async def test_one_private_address_among_public_ones_is_enough() -> None:
    assert await refusal(doorman("1.1.1.1", "10.0.0.1")) is Reason.PRIVATE_ADDRESS


@pytest.mark.parametrize("allowed", ["intranet", "intranet:8080", "INTRANET"])
async def test_a_named_host_may_be_private(allowed: str) -> None:
    assert await doorman("10.0.0.1", allowed=[allowed]).addresses("intranet", 8080) == ("10.0.0.1",)


@pytest.mark.parametrize("allowed", ["intranet:8080", "other", "10.0.0.1", ""])
async def test_another_host_or_port_may_not(allowed: str) -> None:
    assert await refusal(doorman("10.0.0.1", allowed=[allowed]), "intranet", 5432) is Reason.PRIVATE_ADDRESS


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "localhost", "::1"])
async def test_the_loopback_is_known_by_all_its_names(host: str) -> None:
    assert await refusal(Doorman(()), host) in {Reason.PRIVATE_ADDRESS, Reason.UNRESOLVED}


async def test_a_name_nobody_knows_is_unresolved() -> None:
    assert await refusal(Doorman(()), "nobody.invalid") is Reason.UNRESOLVED
    assert await refusal(doorman()) is Reason.UNRESOLVED


async def test_the_system_resolves_each_address_once() -> None:
    assert await resolve("127.0.0.1", 80) == ["127.0.0.1"]
