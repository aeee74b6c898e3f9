"""A GET or HEAD as the fast lane sees it, and the memory of those seen before."""

from collections.abc import Sequence

from msgspec import Struct

Headers = Sequence[tuple[bytes, bytes]]
"""Header lines in the order they came, their names in lower case."""

MEMORY_MAX = 1_024
"""Spellings of requests a process remembers; then it begins anew."""
MEMORY_REQUEST_BYTES_MAX = 2_048


class Get(Struct, frozen=True):
    """One request that asks and changes nothing. Its body, if it had one, was read over.

    Headers are empty where they were not sent; `request_id` is None then.
    """

    path: bytes
    query: bytes
    method: str
    head_only: bool
    keep_alive: bool
    accept_encoding: bytes
    if_none_match: bytes
    request_id: bytes | None
    headers: Headers

    def header(self, name: bytes) -> bytes:
        """The header called `name` (in lower case), its lines as one; empty where there is none."""
        return _joined(self.headers, name)


def read(method: bytes, url: bytes, headers: Headers, *, keep_alive: bool) -> Get | None:
    """The request, or None where it is no GET or HEAD of a path."""
    if method not in {b"GET", b"HEAD"} or not url.startswith(b"/"):
        return None
    path, _, query = url.partition(b"#")[0].partition(b"?")
    return Get(
        path=path,
        query=query,
        method=method.decode("ascii"),
        head_only=method == b"HEAD",
        keep_alive=keep_alive,
        accept_encoding=_joined(headers, b"accept-encoding"),
        if_none_match=_joined(headers, b"if-none-match"),
        request_id=_joined(headers, b"x-request-id") or None,
        headers=headers,
    )


class Memory:
    """Whole requests, byte for byte, and what the parser made of them: the same bytes mean the same.

    Bounded in entries and in their size, so a crowd of unlike requests costs a little time, never room.
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Get] = {}
        self.recall = self._known.get
        """The request these bytes are, where they were seen before."""

    def keep(self, data: bytes, get: Get) -> None:
        """Remember that `data` is `get`, whole and alone. Who names each request anew is not worth it."""
        if len(data) > MEMORY_REQUEST_BYTES_MAX or get.request_id is not None:
            return
        if len(self._known) >= MEMORY_MAX:
            self._known.clear()
        self._known[data] = get


def _joined(headers: Headers, name: bytes) -> bytes:
    return b", ".join([value for key, value in headers if key == name])
