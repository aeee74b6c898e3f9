"""Answers that may be held: one strong ETag per encoding, 304 for who has it already, gzip where it pays."""

import gzip
from hashlib import blake2b
from typing import Any, TypeVar, cast

import msgspec
from litestar import Response
from litestar.openapi.datastructures import ResponseSpec

from touchline.web.queries import Asked

T = TypeVar("T")

CACHE_CONTROL = "public, max-age=1, stale-while-revalidate=5, stale-if-error=60"
GZIP_FROM_BYTES = 860
"""Smaller bodies fit one packet anyway."""
GZIP_LEVEL = 5
JSON = "application/json"

NOT_MODIFIED = {
    304: ResponseSpec(
        None, generate_examples=False, description="You hold these bytes already (`If-None-Match`)."
    )
}
"""The OpenAPI response of an answer that may be held."""


def snapshot(request: Asked, value: T) -> Response[T]:
    """`value` as JSON, or 304 when the client holds these bytes."""
    body = msgspec.json.encode(value)
    gzipped = len(body) >= GZIP_FROM_BYTES and accepts_gzip(request.headers.get("accept-encoding", ""))
    tag = etag(body, "gzip" if gzipped else "identity")
    headers = {"ETag": tag, "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
    if holds(request.headers.get("if-none-match", ""), tag):
        return cast(
            "Response[T]", Response(b"", status_code=304, headers=headers, media_type="application/json")
        )
    if gzipped:
        body = gzip.compress(body, GZIP_LEVEL, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return cast("Response[T]", Response[Any](body, headers=headers, media_type=JSON))


def etag(body: bytes, encoding: str) -> str:
    """The strong tag of `body` in one encoding."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}-{encoding}"'


def holds(if_none_match: str, tag: str) -> bool:
    """Whether `If-None-Match` names the tag (weak comparison, as RFC 9110 wants for it)."""
    named = [each.strip().removeprefix("W/") for each in if_none_match.split(",")]
    return "*" in named or tag in named


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether `Accept-Encoding` allows gzip; an explicit `q=0` refuses it."""
    wildcard = False
    for part in accept_encoding.lower().split(","):
        name, _, params = part.partition(";")
        allowed = params.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
        if name.strip() in {"gzip", "x-gzip"}:
            return allowed
        if name.strip() == "*":
            wildcard = allowed
    return wildcard
