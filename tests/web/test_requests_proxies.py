"""Who asks, where proxies stand between. The same rule is written here the other way round."""

from ipaddress import IPv4Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from touchline.errors import SettingsError
from touchline.settings.reading import load
from touchline.web.proxies import Client, client_of

TRUSTED = tuple(ip_network(each) for each in ("10.0.0.0/8", "::1/128", "fd00::/8", "192.0.2.7/32"))
PROXIES = st.sampled_from(["10.1.2.3", "10.255.255.255", "::1", "fd00::5", "192.0.2.7", "::ffff:10.0.0.1"])
FANS = st.one_of(
    st.sampled_from(["192.0.2.8", "203.0.113.9", "2001:db8::1", "::ffff:203.0.113.9", "11.0.0.1"]),
    st.ip_addresses(v=4).map(str).filter(lambda text: not text.startswith("10.") and text != "192.0.2.7"),
)
GARBAGE = st.text(st.characters(max_codepoint=255, exclude_characters=","), max_size=20).filter(
    lambda text: not _is_address(text.strip(" \t"))
)
PROTO = st.sampled_from([None, b"https", b"http"])


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def canonical(text: str) -> str:
    address = ip_address(text)
    mapped = None if isinstance(address, IPv4Address) else address.ipv4_mapped
    return str(mapped or address)


def header(hops: list[str]) -> bytes:
    return ", ".join(hops).encode("latin-1")


@given(st.one_of(FANS, GARBAGE), st.lists(st.one_of(PROXIES, FANS, GARBAGE)), PROTO)
def test_a_peer_that_is_not_trusted_says_nothing_about_anybody(
    peer: str, hops: list[str], proto: bytes | None
) -> None:
    assert client_of(peer, header(hops), proto, TRUSTED) == Client(peer, "http")


@given(PROXIES, st.lists(st.one_of(PROXIES, FANS, GARBAGE)), FANS, st.lists(PROXIES))
def test_the_client_is_the_rightmost_hop_we_do_not_trust_whatever_it_wrote_itself(
    peer: str, made_up: list[str], fan: str, proxies: list[str]
) -> None:
    found = client_of(peer, header([*made_up, fan, *proxies]), b"https", TRUSTED)

    assert found == Client(canonical(fan), "https")


@given(PROXIES, st.lists(st.one_of(PROXIES, FANS)), GARBAGE, st.lists(PROXIES))
def test_a_hop_that_is_no_address_voids_the_list(
    peer: str, made_up: list[str], garbage: str, proxies: list[str]
) -> None:
    assert client_of(peer, header([*made_up, garbage, *proxies]), None, TRUSTED) == Client(peer, "http")


@given(PROXIES, st.lists(PROXIES, min_size=1))
def test_where_all_are_trusted_the_first_of_them_asks(peer: str, proxies: list[str]) -> None:
    assert client_of(peer, header(proxies), None, TRUSTED).address == canonical(proxies[0])


@given(st.one_of(PROXIES, FANS), st.binary(max_size=60), st.binary(max_size=12))
def test_any_bytes_have_an_answer_and_a_scheme_is_one_of_two(peer: str, given: bytes, proto: bytes) -> None:
    found = client_of(peer, given, proto, TRUSTED)

    assert found.scheme in {"http", "https"}
    assert found.address == peer or _is_address(found.address)


@pytest.mark.parametrize(
    ("proto", "scheme"),
    [(b"HTTPS ", "https"), (b"https, http", "http"), (b"", "http"), (b"gopher", "http"), (None, "http")],
)
def test_the_scheme_is_taken_where_it_is_one(proto: bytes | None, scheme: str) -> None:
    assert client_of("10.0.0.1", None, proto, TRUSTED) == Client("10.0.0.1", scheme)


def test_nobody_is_trusted_unless_it_is_set() -> None:
    assert load({}).web.proxies == ()
    assert client_of("127.0.0.1", b"203.0.113.9", b"https", load({}).web.proxies) == Client("127.0.0.1", "http")


def test_addresses_and_networks_are_set_by_commas() -> None:
    proxies = load({"TOUCHLINE_WEB__TRUSTED_PROXIES": "127.0.0.1, ::1,10.0.0.0/8,"}).web.proxies

    assert proxies == (ip_network("127.0.0.1"), ip_network("::1"), ip_network("10.0.0.0/8"))


@pytest.mark.parametrize("value", ["nginx", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1 ::1", "*"])
def test_what_is_no_network_is_refused_with_its_name(value: str) -> None:
    with pytest.raises(SettingsError, match=r"TOUCHLINE_WEB__TRUSTED_PROXIES: .* 10\.0\.0\.0/8"):
        load({"TOUCHLINE_WEB__TRUSTED_PROXIES": value})
