"""Whether the change stream says of the matches on the board what their rows say. It tells; it mends nothing.

Readers are shown what the newest change of a match told them. Row and change are written in one
transaction, so a difference is an error of ours, or somebody wrote past the writer.
"""

from collections.abc import Mapping

import structlog

from touchline.clock import Clock, now_ms
from touchline.football.text import minute_text
from touchline.store import changes, views
from touchline.store.changes import Change
from touchline.store.db import Database
from touchline.store.views import Item
from touchline.task import Done, Run

AROUND_S = 26 * 3_600
"""Fixtures within it to both sides of now are on the board, as is what is in play."""


class BoardCheck:
    """The job `board_check`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._log = structlog.get_logger().bind(job="board_check")

    async def run(self, run: Run) -> Done:
        """Compare at most `run.batch_size` matches with their newest change, those in play first."""
        compared = differing = 0
        for item, told in await self._read(run.batch_size):
            compared += 1
            fields = differences(item, told)
            if fields:
                differing += 1
                self._log.error("board.check.mismatch", match_id=item.id, seq=told.seq, fields=fields)
        return Done(items=compared, failed=differing)

    async def _read(self, most: int) -> list[tuple[Item, Change]]:
        """Matches with their newest change, in one snapshot. What nobody was told of yet has none."""
        now = int(self._clock.now())
        async with self._db.transaction(now_ms(self._clock)) as tx:
            await tx.execute(views.STEADY)
            items = await views.board(tx, now - AROUND_S, now + AROUND_S, most)
            told = {int(each.seq): each for each in await changes.some(tx, [item.seq for item in items])}
        return [(item, told[item.seq]) for item in items if item.seq in told]


def differences(item: Item, told: Change) -> Mapping[str, tuple[object, object]]:
    """Where row and change differ: (of the row, as told) by field."""
    of_row = minute_text(
        item.status_id, item.minute, of_phase=item.minute_of_phase, second_period=item.second_period
    )
    pairs = {
        "status": (int(item.status_id), int(told.status)),
        "score": (item.display, told.score),
        "minute_text": (of_row, told.minute_text),
    }
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}
