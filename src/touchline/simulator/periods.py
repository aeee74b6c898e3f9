"""When the periods of a match are played: kick-off late or early, stoppage, breaks."""

from collections.abc import Sequence
from random import Random

from touchline.simulator.course import Span

SECONDS = {"1H": 2_700, "2H": 2_700, "E1": 900, "E2": 900}
NAMES = tuple(SECONDS)

BEFORE_EXTRA_TIME_S = 270
TURN_S = 90
BEFORE_KICKS_S = 270
BETWEEN_KICKS_S = (40, 60)
HALF_TIME_S = (840, 960)
EARLIEST_S, LATEST_S = -60, 371


def kick_off_delay(rng: Random) -> int:
    """Real kick-off minus scheduled: every third one early, the median half a minute late."""
    if rng.random() < 1 / 3:
        return rng.randint(EARLIEST_S, -1)
    return min(LATEST_S, round(rng.expovariate(1 / 83)))


def placed(kick_off: int, lengths: Sequence[int], half_time_s: int) -> list[Span]:
    """Periods of the given lengths (two, or four with extra time), one after the other."""
    breaks = (half_time_s, BEFORE_EXTRA_TIME_S, TURN_S)
    spans: list[Span] = []
    start = kick_off
    for number, length in enumerate(lengths):
        if spans:
            start = spans[-1].end + breaks[number - 1]
        spans.append(Span(NAMES[number], start, start + length))
    return spans


def length(number: int, rng: Random) -> int:
    """Period `number` with its stoppage."""
    least, most = ((30, 280), (120, 460), (0, 120), (30, 200))[number]
    return SECONDS[NAMES[number]] + rng.randint(least, most)
