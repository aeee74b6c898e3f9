"""A reader of the change stream: notes when each change could be read by somebody else.

It listens as any follower does, looks twice a second besides, and outlives the database.
"""

import threading
import time

import psycopg
from tests.proof.expect import Board
from tests.proof.installation import FastClock
from tests.proof.judge import Row

PAGE = 2_000
AFTER = """
SELECT seq, match_id, kind, status_id, home_score, away_score, minute_text, happened
FROM change WHERE seq > %(seq)s ORDER BY seq LIMIT %(limit)s
"""


class Follower:
    """Follows the change stream in a thread of its own. Use as a context; `rows` holds what was seen."""

    def __init__(self, conninfo: str, clock: FastClock) -> None:
        self.rows: list[Row] = []
        self._conninfo = conninfo
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)

    def __enter__(self) -> "Follower":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    @property
    def head(self) -> int:
        """The newest change seen."""
        return self.rows[-1].seq if self.rows else 0

    def of(self, match_id: str) -> list[Row]:
        """What was seen of one match."""
        return [row for row in self.rows if row.match_id == match_id]

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._conninfo, autocommit=True, connect_timeout=2) as connection:
                    connection.execute("LISTEN touchline_change")
                    while not self._stop.is_set():
                        self._read(connection)
                        list(connection.notifies(timeout=0.5, stop_after=1))
            except psycopg.OperationalError:
                time.sleep(0.1)

    def _read(self, connection: psycopg.Connection) -> None:
        while True:
            found = connection.execute(AFTER, {"seq": self.head, "limit": PAGE}).fetchall()
            seen = self._clock.now()
            for seq, match_id, kind, status, home, away, text, happened in found:
                board = Board(status, home, away)
                self.rows.append(Row(seq, match_id, kind, board, text, tuple(happened), seen))
            if len(found) < PAGE:
                return
