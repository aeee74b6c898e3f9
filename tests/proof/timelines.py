"""Real matches as timelines, and a choice of them that has the rare things in it.

Times are seconds since the start of a period; sides are 0 (home) and 1 (away). For a goal the
side is the one that profits, own goals included.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

Pair = tuple[int, int]

SIDES = {"home": 0, "away": 1}
GOALS = frozenset({"goal", "penalty_goal", "own_goal"})
DISMISSALS = frozenset({"red", "second_yellow"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `type` as in the timelines."""

    period: str
    s: float
    type: str
    side: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """One real match. `lengths_s` has the real length of each period played, in order."""

    id: str
    lengths_s: dict[str, float]
    events: tuple[Event, ...]
    kicks: tuple[tuple[int, bool], ...]
    """The shoot-out in order: (side, scored)."""
    score: dict[str, Pair]
    """`ht`, `ft`, and `aet`, `pens` when played."""
    decided_by: str

    def count(self, side: int, *types: str) -> int:
        """How many events of these types one side has."""
        return sum(event.side == side and event.type in types for event in self.events)

    @property
    def football_s(self) -> float:
        """Roughly how long it lasts from kick-off to the end, breaks included."""
        return (
            sum(self.lengths_s.values()) + 950 + (400 if "E1" in self.lengths_s else 0) + 60 * len(self.kicks)
        )


def read(path: Path) -> Iterator[Timeline]:
    """Every match whose source does not contradict itself and whose shoot-out is known kick by kick."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            match = json.loads(line)
            if match["consistent"] and bool(match.get("shootout")) == (match["decided_by"] == "penalties"):
                yield parse(match)


def parse(match: dict) -> Timeline:
    """One line of the timelines."""
    return Timeline(
        id=match["id"],
        lengths_s={period["period"]: period["duration_s"] for period in match["periods"]},
        events=tuple(
            Event(event["period"], event["s"], event["type"], SIDES[event["team"]])
            for event in match["events"]
            if event.get("team") in SIDES
        ),
        kicks=tuple(
            (SIDES[kick["team"]], kick["result"] == "goal")
            for kick in sorted(match.get("shootout", ()), key=lambda kick: kick["n"])
        ),
        score={part: (home, away) for part, (home, away) in match["score"].items()},
        decided_by=match["decided_by"],
    )


RARE: tuple[Callable[[Timeline], bool], ...] = (
    lambda match: match.decided_by == "penalties" and "aet" in match.score,
    lambda match: match.decided_by == "extra_time",
    lambda match: match.decided_by == "penalties" and "aet" not in match.score,
    lambda match: any(event.type == "own_goal" for event in match.events),
    lambda match: sum(event.type in DISMISSALS for event in match.events) >= 2,
    lambda match: match.score["ft"][0] + match.score["ft"][1] >= 7,
    lambda match: any(length > 3300 for length in match.lengths_s.values()),
    lambda match: match.count(0, "penalty_missed") + match.count(1, "penalty_missed") >= 2,
)


def choose(timelines: list[Timeline], count: int, seed: int) -> list[Timeline]:
    """`count` matches: of each rare kind a twentieth part and at least one, the others drawn from all.

    The same seed gives the same choice; a real match that two sources recorded may come twice.
    """
    drawn = sorted(timelines, key=lambda match: crc32(f"{seed}:{match.id}".encode()))
    chosen: dict[str, Timeline] = {}
    for rare in RARE:
        kind = [match for match in drawn if rare(match) and match.id not in chosen]
        chosen |= {match.id: match for match in kind[: max(1, count // 20)]}
    for match in drawn:
        if len(chosen) >= count:
            break
        chosen.setdefault(match.id, match)
    return list(chosen.values())[:count]
