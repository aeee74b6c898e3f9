"""How the pressure of a match goes, minute by minute: its goals, chances and corners over a wandering base."""

from collections.abc import Sequence
from itertools import chain
from random import Random

from touchline.simulator.course import GOALS, Course, Happening, Span, What
from touchline.simulator.script import Script
from touchline.simulator.wire import AWAY, HOME, Json, Record

PER = 45
"""Minutes of a half; what is played longer counts for the last of them."""
OVERTIME = 15
MOST = 60
INERTIA = 0.7
RESTLESS = 9.0
FAVOURED = 6.0
"""What being twice as strong as the average adds."""
WORTH = {**dict.fromkeys(GOALS, 26), What.PENALTY_MISSED: 18, What.CORNER: 7}


def trend(script: Script, now: float) -> Record | None:
    """Pressure of every minute that is over, + home's, - away's; None where nobody measures or nothing is over.

    Two lists; minutes of extra time are appended to the second.
    """
    course = script.course
    if course.thin or not course.spans:
        return None
    periods = [_minutes(course, number, span, now) for number, span in enumerate(course.spans)]
    first, second = periods[0], list(chain.from_iterable(periods[1:]))
    if not first:
        return None
    data: list[Json] = [list[Json](first), list[Json](second)]
    return {"count": 2, "per": PER, "data": data}


def _minutes(course: Course, number: int, span: Span, now: float) -> list[int]:
    over = max(0, int(min(now, span.end) - span.start) // 60)
    return _played(course, number, span)[:over]


def _played(course: Course, number: int, span: Span) -> list[int]:
    """The whole period: the same at every instant it is asked for."""
    rng = Random(repr((course.fixture.id, "pressure", number)))  # noqa: S311 - a play, not a secret
    base = FAVOURED * (course.fixture.home_strength - course.fixture.away_strength)
    length = PER if number < 2 else OVERTIME
    sparks = _sparks(course.happenings, span, length)
    pressure, minutes = base, []
    for minute in range(length):
        pressure = base + INERTIA * (pressure - base) + rng.gauss(0, RESTLESS) + sparks[minute]
        minutes.append(max(-MOST, min(MOST, round(pressure))))
    return minutes


def _sparks(happenings: Sequence[Happening], span: Span, length: int) -> list[float]:
    sparks = [0.0] * length
    for one in happenings:
        if one.what in WORTH and span.start <= one.at < span.end and one.side in (HOME, AWAY):
            minute = min(length - 1, (one.at - span.start) // 60)
            sparks[minute] += WORTH[one.what] * (1 if one.side == HOME else -1)
    return sparks
