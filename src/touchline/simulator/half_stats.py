"""Statistics of the periods of a match: differences of what its counters said at each whistle."""

from collections.abc import Mapping, Sequence

from touchline.simulator.script import Kind, Script
from touchline.simulator.stats import OFF_TARGET, ON_TARGET, POSSESSION
from touchline.simulator.wire import Json, Record

PERIODS = ("p1", "p2", "o1", "o2")
SHOTS = 83
"""A counter only the halves have."""

Pairs = Mapping[int, tuple[int, int]]


def halves(script: Script, now: float) -> Record | None:
    """The periods that are over and the match so far, by the provider's names; None where nobody counts."""
    over = [span for span in script.course.spans if span.end <= now]
    if not over:
        return None
    stood = [_counters(script, span.end) for span in over]
    if not all(stood):
        return None
    told: Record = {"ft": _told(stood[-1])}
    before: Pairs = {}
    for name, after in zip(PERIODS, stood, strict=False):
        told[name] = _told(_since(before, after))
        before = after
    return told


def _counters(script: Script, at: float) -> Pairs:
    message = script.newest(Kind.STATS, at)
    rows = [row for row in message.body if isinstance(row, dict)] if message else []
    return {_whole(row["type"]): (_whole(row["home"]), _whole(row["away"])) for row in rows}


def _since(before: Pairs, after: Pairs) -> Pairs:
    """What was counted in between; possession is the period's own, as far as it can be told."""
    since = {
        kind: (max(0, pair[0] - before.get(kind, (0, 0))[0]), max(0, pair[1] - before.get(kind, (0, 0))[1]))
        for kind, pair in after.items()
        if kind != POSSESSION
    }
    return since | {POSSESSION: after[POSSESSION]}


def _told(pairs: Pairs) -> Record:
    shots = tuple(sum(side) for side in zip(pairs[ON_TARGET], pairs[OFF_TARGET], strict=True))
    return {str(kind): _pair(pair) for kind, pair in [*pairs.items(), (SHOTS, shots)]}


def _pair(pair: Sequence[int]) -> list[Json]:
    return [*pair]


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0
