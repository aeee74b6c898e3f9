"""F22, F41: a great deal in a moment, about one match or about whatever is told."""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from touchline.simulator import wire
from touchline.simulator.faults.bodies import as_list, encoded, score_of, whole
from touchline.simulator.faults.pushes_said import Said, objects_of
from touchline.simulator.faults.seams import PushFault
from touchline.simulator.script import Frame
from touchline.simulator.wire import Json, Record

CHANGES = 50
BURST_EVERY = 10
TIMES = 100
STORM_EVERY = 10


class Changes(PushFault):
    """Every tenth score is the last of fifty within a moment: corners that go up and down before it."""

    code = "F22"

    def __init__(self) -> None:
        self._count = 0

    def alter(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        return [other for frame in frames for other in (*self._before(frame), frame)]

    def _before(self, frame: Frame) -> Iterator[Frame]:
        scores = [score for one in objects_of(frame.payload) or () if (score := score_of(one))]
        self._count += len(scores)
        if not scores or self._count % BURST_EVERY >= len(scores):
            return
        for more in range(CHANGES - 1, 0, -1):
            body: list[Json] = [{"id": scores[0][0], "score": _with_corners(scores[0], more)}]
            yield replace(frame, payload=encoded(body))


def _with_corners(score: list[Json], more: int) -> list[Json]:
    home = as_list(score[2])
    corners = max(0, whole(home[wire.CORNERS])) + more
    return [*score[:2], [*home[: wire.CORNERS], corners, *home[wire.CORNERS + 1 :]], *score[3:]]


class Storm(PushFault):
    """Every tenth frame brings a hundred times as many: statistics of its match, the right ones last."""

    code = "F41"

    def __init__(self, known: Said) -> None:
        self._count = 0
        self._known = known

    def alter(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        return [other for frame in frames for other in (frame, *self._after(frame))]

    def _after(self, frame: Frame) -> Iterator[Frame]:
        objects = objects_of(frame.payload) or []
        self._count += 1
        if not objects or self._count % STORM_EVERY:
            return
        match_id = str(objects[0]["id"])
        known = {**self._known.of(match_id), **objects[0]}
        rows = [row for row in as_list(known.get("stats", [])) if isinstance(row, dict)]
        for less in range(TIMES - 1, -1, -1):
            yield replace(frame, payload=encoded([{"id": match_id, "stats": _behind(rows, less)}]))


def _behind(rows: Sequence[Record], less: int) -> list[Json]:
    return [{**row, "home": max(0, whole(row["home"]) - less)} for row in rows]
