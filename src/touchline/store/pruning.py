"""What is kept for a while only: the oldest changes and payloads go, a batch at a time."""

from typing import NamedTuple

from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("pruning")


class Pruned(NamedTuple):
    """What one batch did."""

    looked_at: int
    """0: there is nothing that old any more."""
    removed: int


async def changes(tx: Tx, before_ms: int, most: int) -> Pruned:
    """Look at the `most` oldest changes; those made before that time go, but for each match's newest.

    The floor of the stream rises to the last one looked at (`changes.floor`).
    """
    [(looked_at, removed)] = await tx.rows(SQL["changes"], {"before_ms": before_ms, "most": most})
    return Pruned(looked_at, removed)


async def payloads(tx: Tx, before_ts: int, most: int) -> int:
    """Forget at most `most` payloads that were kept before that time, the oldest first; how many."""
    return await tx.execute(SQL["payloads"], {"before_ts": before_ts, "most": most})
