"""The nine statistics of a covered match: a function of the match and the instant."""

from collections.abc import Iterator, Sequence
from math import floor, sin
from random import Random
from typing import cast

from touchline.simulator import wire
from touchline.simulator.course import GOALS, Course, Span, What
from touchline.simulator.wire import Json

CORNERS, YELLOWS, REDS, PENALTIES = 2, 3, 4, 8
ON_TARGET, OFF_TARGET, ATTACKS, DANGEROUS, POSSESSION = 21, 22, 23, 24, 25

# How many of each a side has in 90 minutes, least and most.
RATES = {ON_TARGET: (2, 8), OFF_TARGET: (2, 9), ATTACKS: (60, 130), DANGEROUS: (25, 75)}


class Stats:
    """Statistics of one match, told every `interval_s` while the ball is in play."""

    def __init__(self, course: Course, interval_s: int, rng: Random) -> None:
        self._spans: Sequence[Span] = course.spans
        self._interval_s = interval_s
        self._seed = rng.getrandbits(48)
        self._rates = {
            kind: tuple(rng.uniform(*ends) / 5_400 for _ in range(2)) for kind, ends in RATES.items()
        }
        self._possession = rng.uniform(35, 65)
        self._swing = rng.uniform(0.001, 0.004)
        self._goals = [
            (happening.at, happening.side, happening.what)
            for happening in course.happenings
            if happening.what in GOALS or happening.what is What.PENALTY_MISSED
        ]

    def ticks(self, after: float, until: float) -> Iterator[float]:
        """The instants in (after, until] at which statistics are told."""
        for span in self._spans:
            first = max(1, floor((after - span.start) / self._interval_s) + 1) if after > span.start else 1
            tick = span.start + first * self._interval_s
            while tick <= min(until, span.end):
                yield float(tick)
                tick += self._interval_s

    def last_tick(self, now: float) -> float | None:
        """The newest of those instants that is not after `now`."""
        for span in reversed(self._spans):
            count = floor((min(now, span.end) - span.start) / self._interval_s)
            if count >= 1:
                return float(span.start + count * self._interval_s)
        return None

    def at(self, tick: float, score: Sequence[Json]) -> list[Json]:
        """What is told at `tick`, when `score` is the tuple told last; in random order, as on the wire."""
        home, away = (cast("list[int]", score[index]) for index in (2, 3))
        played = sum(max(0.0, min(tick, span.end) - span.start) for span in self._spans)
        pairs = {
            CORNERS: (max(0, home[wire.CORNERS]), max(0, away[wire.CORNERS])),
            YELLOWS: (home[wire.YELLOWS], away[wire.YELLOWS]),
            REDS: (home[wire.REDS], away[wire.REDS]),
            PENALTIES: self._count(tick, (What.PENALTY,)),
            POSSESSION: self._possession_at(tick),
        }
        for kind, (home_rate, away_rate) in self._rates.items():
            pairs[kind] = (floor(played * home_rate), floor(played * away_rate))
        scored = self._count(tick, GOALS)
        pairs[ON_TARGET] = (pairs[ON_TARGET][0] + scored[0], pairs[ON_TARGET][1] + scored[1])
        rows: list[Json] = [{"type": kind, "home": pair[0], "away": pair[1]} for kind, pair in pairs.items()]
        Random(self._seed + int(tick)).shuffle(rows)  # noqa: S311 - a play, not a secret
        return rows

    def _count(self, tick: float, kinds: Sequence[What]) -> tuple[int, int]:
        sides = [side for at, side, what in self._goals if at <= tick and what in kinds]
        return sides.count(wire.HOME), sides.count(wire.AWAY)

    def _possession_at(self, tick: float) -> tuple[int, int]:
        home = round(self._possession + 6 * sin(tick * self._swing))
        return home, 100 - home
