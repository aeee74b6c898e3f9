"""Answers that may be held: encoded once, tagged per encoding, given with 304 to who holds them.

The fast lane and the framework give the same bytes under the same headers, because both ask the
same `Representation`.
"""

from hashlib import blake2b
from typing import Any

from litestar import Response
from litestar.openapi.datastructures import ResponseSpec

from touchline.web.encodings import Encoding, choose, encode
from touchline.web.queries import Asked

CACHE_CONTROL = "public, max-age=1, stale-while-revalidate=5, stale-if-error=60"
PACK_FROM_BYTES = 860
"""Smaller bodies fit one packet anyway."""
WISHES_MAX = 64
"""Spellings of `Accept-Encoding` a representation remembers; then it begins anew."""
JSON = "application/json"

NOT_MODIFIED = {
    304: ResponseSpec(
        None, generate_examples=False, description="You hold these bytes already (`If-None-Match`)."
    )
}
"""The OpenAPI response of an answer that may be held."""


class Variant:
    """A representation in one encoding: what is sent, and the heads before it.

    A head is a status line and headers, without the blank line: who sends it adds `date` and what
    belongs to the request.
    """

    __slots__ = ("body", "encoding", "etag", "head_200", "head_304", "headers_200", "headers_304")

    def __init__(self, body: bytes, encoding: Encoding, tag: str) -> None:
        etag = f'"{tag}-{encoding}"'
        self.body = body
        self.encoding = encoding
        self.etag = etag.encode("latin-1")
        self.headers_304 = {"etag": etag, "cache-control": CACHE_CONTROL, "vary": "Accept-Encoding"}
        coding = {} if encoding is Encoding.IDENTITY else {"content-encoding": str(encoding)}
        self.headers_200 = self.headers_304 | coding
        of_body = {"content-type": JSON, "content-length": str(len(body))}
        self.head_200 = _head("200 OK", self.headers_200 | of_body)
        self.head_304 = _head("304 Not Modified", self.headers_304)

    def held_by(self, if_none_match: bytes) -> bool:
        """Whether `If-None-Match` names these bytes (weak comparison, as RFC 9110, 13.1.2, wants)."""
        if if_none_match == self.etag:
            return True
        named = [each.strip().removeprefix(b"W/") for each in if_none_match.split(b",")]
        return self.etag in named or named == [b"*"]


class Representation:
    """One answer in JSON. Each encoding is made when it is first asked for, and kept.

    `route` is the template of its address, as metrics name it.
    """

    __slots__ = ("_by_wish", "_tag", "_variants", "body", "route")

    def __init__(self, route: str, body: bytes) -> None:
        self.route = route
        self.body = body
        self._tag = blake2b(body, digest_size=12).hexdigest()
        self._variants: dict[Encoding, Variant] = {}
        self._by_wish: dict[bytes, Variant] = {}

    def variant(self, accept_encoding: bytes) -> Variant:
        """What a client gets that sent this `Accept-Encoding` (empty where it sent none)."""
        found = self._by_wish.get(accept_encoding)
        if found is None:
            if len(self._by_wish) >= WISHES_MAX:
                self._by_wish.clear()
            found = self._by_wish[accept_encoding] = self._chosen(accept_encoding.decode("latin-1"))
        return found

    def _chosen(self, accept_encoding: str) -> Variant:
        choice = choose(accept_encoding)
        encoding = choice.packed if len(self.body) >= PACK_FROM_BYTES else choice.small
        if encoding not in self._variants:
            packed = encode(self.body, encoding)
            self._variants[encoding] = Variant(packed, encoding, self._tag)
        return self._variants[encoding]


def respond(request: Asked, representation: Representation) -> Response[Any]:
    """The framework's answer: the representation as the client takes it, or 304 where it is held."""
    variant = representation.variant(_joined(request, "accept-encoding"))
    if variant.held_by(_joined(request, "if-none-match")):
        return Response(b"", status_code=304, headers=variant.headers_304, media_type=JSON)
    return Response(variant.body, headers=variant.headers_200, media_type=JSON)


def _joined(request: Asked, name: str) -> bytes:
    """A header that may come in several lines, as one."""
    return ", ".join(request.headers.getall(name, [])).encode("latin-1")


def _head(status: str, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status}\r\n{lines}".encode("latin-1")
