"""Content codings: which of ours a client takes (RFC 9110, 12.5.3), and how each is made."""

import gzip
import re
from enum import StrEnum
from typing import NamedTuple

import brotli

BROTLI_QUALITY = 5
GZIP_LEVEL = 5
QVALUE = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


class Encoding(StrEnum):
    """A coding we have, best first; their order decides between equals."""

    BROTLI = "br"
    GZIP = "gzip"
    IDENTITY = "identity"


class Choice(NamedTuple):
    """What a client gets: of a body worth packing, and of one that fits a packet anyway."""

    packed: Encoding
    small: Encoding


def choose(accept_encoding: str) -> Choice:
    """The coding the client likes best. Who refuses all gets identity: an answer beats none.

    A header that is missing or empty wants identity.
    """
    wishes = _wishes(accept_encoding)
    identity = wishes.get("identity", wishes.get("*", 1.0))
    if not identity:
        best = _best(wishes)
        return Choice(best, best)
    # Identity that is not named is what remains: any coding that is named comes before it.
    return Choice(_best(wishes, floor=wishes.get("identity", 0.0)), Encoding.IDENTITY)


def encode(body: bytes, encoding: Encoding) -> bytes:
    """`body` in a coding."""
    if encoding is Encoding.BROTLI:
        return bytes(brotli.compress(body, quality=BROTLI_QUALITY))
    if encoding is Encoding.GZIP:
        return gzip.compress(body, GZIP_LEVEL, mtime=0)
    return body


def _best(wishes: dict[str, float], floor: float = 0.0) -> Encoding:
    """The packed coding with the highest wish, not below `floor`; identity where none is wanted."""
    best, most = Encoding.IDENTITY, 0.0
    for coding in (Encoding.BROTLI, Encoding.GZIP):
        wish = wishes.get(coding, wishes.get("*", 0.0))
        if wish > most and wish >= floor:
            best, most = coding, wish
    return best


def _wishes(accept_encoding: str) -> dict[str, float]:
    """Each coding named, with its weight. A weight nobody can read is a refusal."""
    wishes: dict[str, float] = {}
    for part in accept_encoding.lower().split(","):
        name, _, parameter = part.partition(";")
        name = name.strip().removeprefix("x-")
        if name:
            wishes[name] = _weight(parameter)
    return wishes


def _weight(parameter: str) -> float:
    key, _, value = parameter.partition("=")
    if not key.strip():
        return 1.0
    given = value.strip()
    return float(given) if key.strip() == "q" and QVALUE.fullmatch(given) else 0.0
