"""What could not be read: kept whole for whoever wants to know why, the newest only."""

from collections.abc import Sequence
from typing import Protocol

from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("raw")

ROWS_MAX = 10_000
BYTES_MAX = 64 * 1024 * 1024
"""Of payloads, all together. One that is larger by itself is not kept."""


class Payload(Protocol):
    """A payload, or a part of one, that could not be read."""

    @property
    def kind(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def payload(self) -> bytes: ...
    @property
    def match_id(self) -> str: ...


async def keep(
    tx: Tx, payloads: Sequence[Payload], *, rows_max: int = ROWS_MAX, bytes_max: int = BYTES_MAX
) -> None:
    """Keep `payloads`; the oldest make room once there are more than `rows_max` or `bytes_max`."""
    params = {
        "kinds": [_text(each.kind) for each in payloads],
        "reasons": [_text(each.reason) for each in payloads],
        "match_ids": [_text(each.match_id) for each in payloads],
        "payloads": [each.payload for each in payloads],
        "now": tx.now,
    }
    await tx.execute(SQL["keep"], params)
    await tx.execute(SQL["bound"], {"rows_max": rows_max, "bytes_max": bytes_max})


def _text(wire: str) -> str:
    """Text of the wire that Postgres can hold: no NUL, no half of a surrogate pair."""
    return wire.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
