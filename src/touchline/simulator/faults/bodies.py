"""Answers and frames taken apart and put together again, for whoever alters what is in them."""

import json
from collections.abc import Callable, Iterable, Sequence

import msgspec

from touchline.simulator.outlet import Reply
from touchline.simulator.script import Frame
from touchline.simulator.wire import Json, Record

RECORDS = frozenset({"/match/recent/list", "/match/diary", "/match/season/recent"})
"""Paths whose rows are match records."""
DETAILS = frozenset({"/match/detail_live", "/match/live/history"})
"""Paths whose rows are live details."""


def rewritten(reply: Reply, change: Callable[[Record], Record]) -> Reply:
    """`reply` with its body changed; one that is no envelope with results stays as it is."""
    if reply.status != 200:
        return reply
    try:
        body = json.loads(reply.body)  # msgspec does not read the NaN that another fault may have written
    except ValueError:
        return reply
    if not isinstance(body, dict) or "results" not in body:
        return reply
    return msgspec.structs.replace(reply, body=encoded(change(body)))


def encoded(body: Json) -> bytes:
    """`body` as JSON, NaN included."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def rows(body: Record) -> list[Record]:
    """The objects of a body's results: a list of them, or the one there is."""
    results = body["results"]
    if isinstance(results, list):
        return [row for row in results if isinstance(row, dict)]
    return [results] if isinstance(results, dict) and results else []


def each_row(reply: Reply, change: Callable[[Record], Record | None]) -> Reply:
    """`reply` with every row changed; a row that becomes None is left out."""

    def changed(body: Record) -> Record:
        found: list[Json] = [row for row in map(change, rows(body)) if row is not None]
        single = isinstance(body["results"], dict)
        return body | {"results": (found[0] if found else {}) if single else found}

    return rewritten(reply, changed)


def each_object(frames: Iterable[Frame], change: Callable[[Record], Record | None]) -> Sequence[Frame]:
    """Frames with every object in them changed, but for those of another form; empty ones are not sent."""
    found: list[Frame] = []
    for frame in frames:
        try:
            message = json.loads(frame.payload)
        except ValueError:
            found.append(frame)
            continue
        if not isinstance(message, list) or not all(isinstance(one, dict) for one in message):
            found.append(frame)
            continue
        kept: list[Json] = [one for one in map(change, message) if one is not None]
        if kept or not message:
            found.append(msgspec.structs.replace(frame, payload=encoded(kept)))
    return found


def score_of(detail: Record) -> list[Json] | None:
    """The score tuple of a live detail or of a pushed object, where there is a whole one."""
    score = detail.get("score")
    return score if isinstance(score, list) and len(score) == 6 else None


def whole(value: Json) -> int:
    """A number as it stands in a row; 0 for anything else."""
    return value if isinstance(value, int) else 0


def as_list(value: Json) -> list[Json]:
    """A list as it stands in a row; empty for anything else."""
    return value if isinstance(value, list) else []
