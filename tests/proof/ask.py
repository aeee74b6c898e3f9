"""A reader of the API: asks for each match at half past each of its minutes, while it is played."""

import http.client
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.proof.expect import LABEL, Board, Expected
from tests.proof.installation import FastClock
from tests.proof.judge import Limits

HALF_S = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer of `/api/matches/{id}`; football time of the question and of the answer."""

    match_id: str
    sent: float
    got: float
    answer: Any


def half_past(expected: Mapping[str, Expected]) -> list[tuple[float, str]]:
    """Half past every whole minute of every match, in order: (instant, match)."""
    return sorted(
        (minute.at + HALF_S, match_id)
        for match_id, match in expected.items()
        for minute in match.minutes
        if minute.until - minute.at >= 2 * HALF_S
    )


class Asker:
    """Asks in a thread of its own at the given instants. Use as a context; `answers` holds what came."""

    def __init__(self, port: int, clock: FastClock, due: Sequence[tuple[float, str]]) -> None:
        self.answers: list[Asked] = []
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        self._clock = clock
        self._due = due
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="asker", daemon=True)

    def __enter__(self) -> "Asker":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)
        self._connection.close()

    def _run(self) -> None:
        for at, match_id in self._due:
            if self._stop.wait(max(0.0, self._clock.real(at) - time.time())):
                return
            sent = self._clock.now()
            answer = self._get(f"/api/matches/{match_id}")
            self.answers.append(Asked(match_id, sent, self._clock.now(), answer))

    def _get(self, path: str) -> Any:
        """The answer. A connection that was closed while nobody asked is opened anew, once."""
        for _ in range(2):
            try:
                self._connection.request("GET", path)
                answer = self._connection.getresponse()
                body = answer.read()
                return json.loads(body) if answer.status == 200 else None
            except (OSError, http.client.HTTPException):
                self._connection.close()
        return None


def disagreements(expected: Mapping[str, Expected], asked: Sequence[Asked], limits: Limits) -> Iterator[str]:
    """What was answered differently. Only messages in flight excuse an older board, nothing an older minute.

    `limits.late_s` is how far behind the board may be, beside what is in flight.
    """
    for one in asked:
        match = expected[one.match_id]
        if one.answer is None:
            yield f"{one.match_id}: no answer at {one.sent:.0f}"
            continue
        score = one.answer["score"]
        board = Board(one.answer["status_id"], score["home"], score["away"])
        flight_s = limits.late_s + limits.flight_s
        boards = match.boards(one.sent - flight_s, one.got)
        if board not in boards:
            yield f"{one.match_id}: {board} at {one.sent:.0f}, expected one of {sorted(boards, key=str)}"
        late_s = flight_s if len(boards) > 1 else limits.late_s
        texts = match.texts(one.sent - late_s, one.got)
        if len(boards) > 1:
            texts |= {LABEL[b.status] for b in boards if b.status in LABEL}
        if one.answer["minute_text"] not in texts:
            yield f"{one.match_id}: {one.answer['minute_text']} at {one.sent:.0f}, expected {sorted(texts)}"
