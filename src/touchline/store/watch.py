"""Who watches what time alone changes, and up to when it has been told.

While both watches are awake readers rely on them: then a match's entry changes with a change row of its
own and never without, so that whoever reads a snapshot and follows the stream has the same as everybody.
"""

from typing import Literal, NamedTuple

from touchline.ids import MatchId
from touchline.store.db import Tx
from touchline.store.sql import load

SQL = load("watch")

Name = Literal["sla", "window"]
PAUSED_MAX_S = 10.0


class Held(NamedTuple):
    """A watch, locked until the transaction ends."""

    told_ts: int
    """Football time up to which everything is told; 0 before the first look."""
    alarm: str
    """Why the provider can't be asked at all; empty while it can."""
    alarm_ts: int
    """Football time since when, or of the end of the last such alarm."""


async def hold(tx: Tx, name: Name, paused_s: float = PAUSED_MAX_S) -> Held:
    """Wait until nobody else watches, then hold it until the transaction ends.

    A holder from whom nothing is heard for `paused_s` real seconds loses his transaction.
    """
    [row] = await tx.rows(SQL["hold"], {"name": name, "paused_s": paused_s})
    return Held(*row)


async def told(tx: Tx, name: Name, told_ts: int, awake_s: float) -> None:
    """Everything is told up to football time `told_ts`; for `awake_s` real seconds others rely on more."""
    await tx.execute(SQL["told"], {"name": name, "told_ts": told_ts, "awake_s": awake_s})


async def alarm(tx: Tx, why: str) -> None:
    """The provider can't be asked at all, or can again (empty)."""
    await tx.execute(SQL["alarm"], {"name": "sla", "alarm": why, "now": tx.now})


async def barrier(tx: Tx, channel: str, cooldown_s: int, *, fresh_s: float, steady_s: float) -> str | None:
    """Why the provider's `channel` can't be asked at all (`circuit_open`, `refused`); None when it can.

    Ingest must have said so within `fresh_s` real seconds, and it must have been so for `steady_s`.
    """
    asked = {"channel": channel, "now": tx.now, "cooldown_s": cooldown_s}
    row = await tx.row(SQL["barrier"], asked | {"fresh_s": fresh_s, "steady_s": steady_s})
    return None if row is None else row[0]


async def awake(tx: Tx) -> bool:
    """Whether everything that time alone changes is told by somebody just now."""
    row = await tx.row(SQL["awake"])
    return row is not None and bool(row[0])


async def crossed(tx: Tx, told_ts: int, window_s: int, most: int) -> list[MatchId]:
    """Who crossed a border of the live window after `told_ts`, up to the transaction's time, oldest first."""
    span = {"told_ts": told_ts, "now": tx.now, "window_s": window_s, "most": most}
    return [MatchId(row[0]) for row in await tx.rows(SQL["crossed"], span)]


async def next_crossing(tx: Tx, window_s: int) -> int | None:
    """When the next match crosses a border of the live window, in football time."""
    row = await tx.row(SQL["next_crossing"], {"now": tx.now, "window_s": window_s})
    return None if row is None else row[0]
