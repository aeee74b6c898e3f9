"""Where logos come from: any host of the open internet, asked with care.

Every request has a connection of its own, to an address that was checked just before, so that a
name can't lead somewhere else between the check and the request.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping

import httpx2
from msgspec import Struct

from touchline.ingest.crests.doorman import Doorman
from touchline.ingest.crests.refusal import Reason, Refused

BYTES_MAX = 512 * 1024
"""As sent. Compressed answers are refused: what they grow to is not known."""
REDIRECTS_MAX = 3
ADDRESSES_MAX = 3
"""Addresses of one host that are tried; each is waited for its share of the time."""
URL_MAX = 2_048
VALIDATOR_MAX = 200
"""Characters of an `ETag` or `Last-Modified` that are kept; a longer one is as good as none."""
PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TYPES = frozenset(
    {"image/png", "image/x-png", "image/jpeg", "image/jpg", "image/pjpeg", "image/webp", "image/gif"}
)
UNTYPED = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""What stores of files say of anything; the decoder then has the only word."""
HEADERS = {
    "Accept": "image/webp,image/png,image/jpeg,image/gif;q=0.9",
    "Accept-Encoding": "identity",
    "User-Agent": "touchline",
}


class Sent(Struct, frozen=True):
    """A logo as it was sent, and what to ask with the next time."""

    body: bytes
    etag: str
    last_modified: str


class Source:
    """Fetches logos. An attempt with all its redirects takes at most `timeout_s`."""

    def __init__(self, doorman: Doorman, *, timeout_s: float, ca_file: str = "") -> None:
        self._doorman = doorman
        self._timeout_s = timeout_s
        self._trust = ssl.create_default_context(cafile=ca_file or None)

    async def fetch(self, url: str, etag: str = "", last_modified: str = "") -> Sent | None:
        """What is at `url`; None where the host says that it is still what `etag` and `last_modified` name.

        Raises Refused and nothing else.
        """
        given = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in given.items() if value}
        try:
            async with asyncio.timeout(self._timeout_s), self._client() as http:
                return await self._follow(http, url, conditions)
        except (TimeoutError, httpx2.TimeoutException):
            raise Refused(Reason.TIMEOUT) from None
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
            raise Refused(Reason.BAD_URL) from None
        except httpx2.HTTPError:
            raise Refused(Reason.NETWORK) from None

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            timeout=httpx2.Timeout(self._timeout_s, connect=self._timeout_s / ADDRESSES_MAX),
            limits=httpx2.Limits(max_keepalive_connections=0),
            verify=self._trust,
            trust_env=False,
            headers=HEADERS,
        )

    async def _follow(self, http: httpx2.AsyncClient, url: str, conditions: Mapping[str, str]) -> Sent | None:
        """The answer at the end of the redirects; each of them is looked at like the first address."""
        at = httpx2.URL(url)
        for _ in range(1 + REDIRECTS_MAX):
            got = await self._opened(http, at, conditions)
            async with contextlib.aclosing(got):
                if got.status_code not in REDIRECTS:
                    return await _taken(got, conditional=bool(conditions))
                at = at.join(got.headers.get("location", ""))
        raise Refused(Reason.REDIRECTS)

    async def _opened(
        self, http: httpx2.AsyncClient, url: httpx2.URL, conditions: Mapping[str, str]
    ) -> httpx2.Response:
        """The head of the answer, from the first of the host's addresses that takes a connection.

        One that swallows what is sent to it (IPv6 often does) must not use up the time of the others.
        """
        host, port = _place(url)
        failure = Reason.NETWORK
        for address in (await self._doorman.addresses(host, port))[:ADDRESSES_MAX]:
            request = http.build_request(
                "GET",
                url.copy_with(host=address),
                headers={"Host": url.netloc.decode("ascii"), **conditions},
                extensions={"sni_hostname": host},
            )
            try:
                return await http.send(request, stream=True)
            except httpx2.ConnectError:
                failure = Reason.NETWORK
            except httpx2.ConnectTimeout:
                failure = Reason.TIMEOUT
        raise Refused(failure)


def _place(url: httpx2.URL) -> tuple[str, int]:
    """Host and port of an address we ask at all."""
    if url.scheme not in PORTS or not url.raw_host or url.userinfo or len(str(url)) > URL_MAX:
        raise Refused(Reason.BAD_URL)
    return url.raw_host.decode("ascii"), url.port or PORTS[url.scheme]


async def _taken(got: httpx2.Response, *, conditional: bool) -> Sent | None:
    """The body, if head and length are those of a logo."""
    if got.status_code == 304 and conditional:
        return None
    if got.status_code != 200:
        raise _failure(got)
    if got.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(Reason.ENCODED)
    media_type = got.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in TYPES | UNTYPED:
        raise Refused(Reason.SVG if media_type == "image/svg+xml" else Reason.WRONG_TYPE)
    return Sent(await _bounded(got), _validator(got, "etag"), _validator(got, "last-modified"))


def _failure(got: httpx2.Response) -> Refused:
    status = got.status_code
    if status in {404, 410}:
        return Refused(Reason.NOT_FOUND)
    wait = got.headers.get("retry-after", "")
    retry_after_s = float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 10 else 0.0
    if status == 429:
        return Refused(Reason.LIMITED, retry_after_s)
    return Refused(Reason.SERVER_ERROR, retry_after_s) if status >= 500 else Refused(Reason.UNEXPECTED_STATUS)


async def _bounded(got: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in got.aiter_raw():
        body += chunk
        if len(body) > BYTES_MAX:
            raise Refused(Reason.TOO_LARGE)
    return bytes(body)


def _validator(got: httpx2.Response, name: str) -> str:
    """A header to send back the next time; empty if there is none, or none worth keeping."""
    text: str = got.headers.get(name, "")
    return text if len(text) <= VALIDATOR_MAX and text.isascii() and text.isprintable() else ""
