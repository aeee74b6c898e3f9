"""Asking hosts for logos: bounded, checked, and never where it should not go."""

import asyncio
import contextlib
import gzip
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ingest.crest_host import LogoHost, a_logo, gives, leads_to
from tests.provider.server import Reply, half, reset, silence
from tests.shared import program

from touchline.ingest.crests.doorman import Doorman
from touchline.ingest.crests.refusal import Reason, Refused
from touchline.ingest.crests.source import BYTES_MAX, REDIRECTS_MAX, Sent, Source

LOGO = a_logo()


@pytest.fixture
async def host() -> LogoHost:
    async with LogoHost() as running:
        yield running


def source(*hosts: LogoHost, timeout_s: float = 5.0) -> Source:
    """Asks `hosts` although they are on the loopback, and nobody else there."""
    return Source(Doorman([host.authority for host in hosts]), timeout_s=timeout_s)


async def refusal(asked: Source, url: str) -> Refused:
    with pytest.raises(Refused) as refused:
        await asked.fetch(url)
    return refused.value


async def test_a_logo_comes_whole_with_what_to_ask_with_next(host: LogoHost) -> None:
    host.always = gives(LOGO, etag='"one"', last_modified="Sat, 07 Feb 2026 10:00:00 GMT")

    sent = await source(host).fetch(host.url())

    assert sent == Sent(LOGO, '"one"', "Sat, 07 Feb 2026 10:00:00 GMT")
    [(_, headers)] = host.asked
    assert headers["host"] == host.authority
    assert headers["accept-encoding"] == "identity"
    assert "if-none-match" not in headers


async def test_what_we_hold_is_asked_for_conditionally(host: LogoHost) -> None:
    host.always = gives(b"", status=304)

    assert await source(host).fetch(host.url(), '"one"', "Sat, 07 Feb 2026 10:00:00 GMT") is None
    [(_, headers)] = host.asked
    assert headers["if-none-match"] == '"one"'
    assert headers["if-modified-since"] == "sat, 07 feb 2026 10:00:00 gmt"


async def test_unchanged_without_having_asked_so_is_no_answer(host: LogoHost) -> None:
    host.always = gives(b"", status=304)

    assert (await refusal(source(host), host.url())).reason is Reason.UNEXPECTED_STATUS


async def test_a_body_without_a_length_is_read_to_its_end(host: LogoHost) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nConnection: close\r\n\r\n" + LOGO)

    host.always = endless

    sent = await source(host).fetch(host.url())

    assert sent is not None
    assert sent.body == LOGO


@pytest.mark.parametrize(
    "media_type", ["image/png", "IMAGE/JPEG; q=1", "image/webp", "application/octet-stream", ""]
)
async def test_types_of_pictures_and_none_are_taken(host: LogoHost, media_type: str) -> None:
    host.always = gives(LOGO, media_type)

    assert await source(host).fetch(host.url())


REFUSED = [
    pytest.param(gives(LOGO, status=404), Reason.NOT_FOUND, id="404"),
    pytest.param(gives(LOGO, status=410), Reason.NOT_FOUND, id="410"),
    pytest.param(gives(LOGO, status=403), Reason.UNEXPECTED_STATUS, id="403"),
    pytest.param(gives(LOGO, status=206), Reason.UNEXPECTED_STATUS, id="206"),
    pytest.param(gives(LOGO, status=429), Reason.LIMITED, id="429"),
    pytest.param(gives(LOGO, status=500), Reason.SERVER_ERROR, id="500"),
    pytest.param(gives(b"<p>Sorry", "text/html; charset=utf-8"), Reason.WRONG_TYPE, id="a page with 200"),
    pytest.param(gives(b"<svg/>", "image/svg+xml"), Reason.SVG, id="SVG"),
    pytest.param(gives(b"{}", "application/json"), Reason.WRONG_TYPE, id="JSON"),
    pytest.param(gives(gzip.compress(bytes(10**6)), content_encoding="gzip"), Reason.ENCODED, id="gzip"),
    pytest.param(gives(bytes(BYTES_MAX + 1)), Reason.TOO_LARGE, id="huge"),
    pytest.param(half(LOGO), Reason.NETWORK, id="half"),
    pytest.param(reset, Reason.NETWORK, id="reset"),
]


@pytest.mark.parametrize(("reply", "reason"), REFUSED)
async def test_what_is_no_logo_is_refused_by_name(host: LogoHost, reply: Reply, reason: Reason) -> None:
    host.always = reply

    assert (await refusal(source(host), host.url())).reason is reason


async def test_an_endless_body_is_read_only_to_the_limit(host: LogoHost) -> None:
    written = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
        while not writer.is_closing():
            writer.write(bytes(65_536))
            written += 65_536
            await writer.drain()

    host.always = endless

    assert (await refusal(source(host), host.url())).reason is Reason.TOO_LARGE
    assert written < 20 * BYTES_MAX


async def test_a_body_cut_short_is_no_logo(host: LogoHost) -> None:
    async def cut(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(LOGO)}\r\n\r\n"
        writer.write(head.encode() + LOGO[:50])

    host.always = cut

    assert (await refusal(source(host), host.url())).reason is Reason.NETWORK


async def test_a_host_that_drips_is_left_at_the_time_out(host: LogoHost) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"\0")
            await asyncio.sleep(0.02)

    for reply in (silence, drip):
        host.always = reply
        assert (await refusal(source(host, timeout_s=0.15), host.url())).reason is Reason.TIMEOUT


@pytest.mark.parametrize(("header", "seconds"), [("120", 120.0), ("soon", 0.0), ("", 0.0), ("9" * 12, 0.0)])
async def test_a_host_may_say_when_to_come_back(host: LogoHost, header: str, seconds: float) -> None:
    host.always = gives(b"", status=503, retry_after=header)

    assert (await refusal(source(host), host.url())).retry_after_s == seconds


async def test_a_closed_port_is_a_failure_of_the_network(host: LogoHost) -> None:
    async with LogoHost() as gone:
        pass

    assert (await refusal(source(gone), gone.url())).reason is Reason.NETWORK


# ------------------------------------------------------------ redirects


async def test_redirects_are_followed_to_another_path_and_host(host: LogoHost) -> None:
    async with LogoHost() as other:
        host.answers["/logo.png"] = leads_to("/moved.png")
        host.answers["/moved.png"] = leads_to(other.url("/here.png"), 308)

        assert await source(host, other).fetch(host.url())
        assert (host.paths, other.paths) == (["/logo.png", "/moved.png"], ["/here.png"])


async def test_redirects_have_an_end(host: LogoHost) -> None:
    host.always = leads_to("/again.png")

    assert (await refusal(source(host), host.url())).reason is Reason.REDIRECTS
    assert len(host.asked) == 1 + REDIRECTS_MAX


async def test_a_redirect_to_the_loopback_is_refused_without_asking(host: LogoHost) -> None:
    async with LogoHost() as private:
        host.always = leads_to(private.url("/latest/meta-data"))

        assert (await refusal(source(host), host.url())).reason is Reason.PRIVATE_ADDRESS
        assert private.asked == []


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:70/_"])
async def test_a_redirect_to_something_else_than_http_is_refused(host: LogoHost, location: str) -> None:
    host.always = leads_to(location)

    assert (await refusal(source(host), host.url())).reason is Reason.BAD_URL


# ------------------------------------------------------------ where it goes


NO_ADDRESS = [
    *("", "logo.png", "//logos.example/a.png", "file:///etc/passwd", "data:image/png;base64,AA=="),
    *("http://", "http://u:p@logos.example/", "http://a:0x/", "http://[::1", "https://exa mple/"),
    "http://logos.example/" + "a" * 3_000,
]


@pytest.mark.parametrize("url", NO_ADDRESS)
async def test_what_is_no_address_is_refused(url: str) -> None:
    assert (await refusal(Source(Doorman(()), timeout_s=5), url)).reason in {Reason.BAD_URL, Reason.UNRESOLVED}


async def nowhere(_name: str, _port: int) -> Sequence[str]:
    return []


LOST = Source(Doorman((), nowhere), timeout_s=5)


@settings(max_examples=60)
@given(
    st.text(max_size=60) | st.builds("http://{}:{}/{}".format, st.text(max_size=20), st.integers(), st.text())
)
def test_no_address_raises_anything_but_a_refusal(url: str) -> None:
    with pytest.raises(Refused):
        asyncio.run(LOST.fetch(url))


async def test_a_name_that_leads_home_is_not_asked(host: LogoHost) -> None:
    closed = Source(Doorman(()), timeout_s=5)

    assert (await refusal(closed, host.url())).reason is Reason.PRIVATE_ADDRESS
    assert (await refusal(closed, f"http://localhost:{host.port}/")).reason is Reason.PRIVATE_ADDRESS
    assert host.asked == []


async def test_the_connection_goes_to_the_address_that_was_checked(host: LogoHost) -> None:
    asked = []

    async def rebinding(name: str, _port: int) -> Sequence[str]:
        asked.append(name)
        return ["127.0.0.1"]

    allowed = Source(Doorman([f"logos.invalid:{host.port}"], rebinding), timeout_s=5)

    assert await allowed.fetch(f"http://logos.invalid:{host.port}/logo.png")
    assert asked == ["logos.invalid"]
    assert host.asked[0][1]["host"] == f"logos.invalid:{host.port}"


async def test_a_dead_address_does_not_hide_a_living_one(host: LogoHost) -> None:
    async def two(_name: str, _port: int) -> Sequence[str]:
        return ["127.0.0.2", "127.0.0.1"]

    assert await Source(Doorman([host.authority], two), timeout_s=5).fetch(host.url())


@pytest.fixture
def hole() -> Iterator[str]:
    """An address on which nobody ever takes a connection: its queue of one is full."""
    address = "127.0.0.3"
    with contextlib.ExitStack() as open_:
        listening = open_.enter_context(socket.socket())
        listening.bind((address, 0))
        listening.listen(0)
        for _ in range(3):
            waiting = open_.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield f"{address}:{listening.getsockname()[1]}"


async def test_an_address_that_swallows_everything_does_not_hide_a_living_one(hole: str) -> None:
    address, port = hole.split(":")
    asked = []

    async def two(_name: str, _port: int) -> Sequence[str]:
        return [address, "127.0.0.1"]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        await gives(LOGO)(writer)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", int(port))
    async with server:
        seeing = Source(Doorman([f"logos.invalid:{port}"], two), timeout_s=1.0)
        assert await seeing.fetch(f"http://logos.invalid:{port}/logo.png")

    assert len(asked) == 1


async def test_a_host_that_takes_no_connection_is_left_at_the_time_out(hole: str) -> None:
    deaf = Source(Doorman([hole]), timeout_s=0.4)

    assert (await refusal(deaf, f"http://{hole}/logo.png")).reason is Reason.TIMEOUT


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for `logos.invalid` that signs itself, its key beside it in `key.pem`."""
    path = tmp_path / "certificate.pem"
    command = [
        program("openssl"),
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=t",
    ]
    command += ["-addext", "subjectAltName=DNS:logos.invalid"]
    command += ["-keyout", str(tmp_path / "key.pem"), "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


async def test_a_certificate_is_checked_against_the_name_not_the_address(certificate: Path) -> None:
    trust = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trust.load_cert_chain(certificate, certificate.with_name("key.pem"))

    async def here(_name: str, _port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    async with LogoHost(trust) as host:
        names = [f"{name}:{host.port}" for name in ("logos.invalid", "other.invalid")]
        secure = Source(Doorman(names, here), timeout_s=5, ca_file=str(certificate))

        assert await secure.fetch(f"https://{names[0]}/logo.png")
        assert (await refusal(secure, f"https://{names[1]}/logo.png")).reason is Reason.NETWORK
