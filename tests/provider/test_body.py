"""How much memory the body of an answer takes."""

import tracemalloc
from collections.abc import AsyncIterator

import httpx2
import pytest

from touchline.provider.thesports.client import _bounded_body

CHUNK, CHUNKS = 64 * 1024, 64

pytestmark = pytest.mark.anyio


class Pieces(httpx2.AsyncByteStream):
    """A body as it comes over the wire."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(CHUNKS):
            yield bytes(CHUNK)


async def test_a_body_is_held_once():
    got = httpx2.Response(200, stream=Pieces(), request=httpx2.Request("GET", "http://provider/"))

    tracemalloc.start()
    try:
        body = await _bounded_body(got, "/match/diary")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(body) == CHUNK * CHUNKS
    assert most < len(body) * 1.5
