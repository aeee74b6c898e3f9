"""A match that is interrupted and goes on: everything behind the interruption happens so much later."""

from collections.abc import Iterator
from random import Random

from msgspec.structs import replace

from touchline.simulator.course import Course, Happening, Span, What
from touchline.simulator.wire import FIRST_HALF, SECOND_HALF

INTERRUPTED = 10
LENGTHS_S = (240, 5_400)
STATUS_OF = {"1H": FIRST_HALF, "2H": SECOND_HALF}


def interrupted(course: Course, rng: Random) -> Course:
    """`course` with an interruption in one of its halves; the provider says the old stamp again afterwards."""
    spans = [span for span in course.spans if span.name in STATUS_OF]
    if not spans:
        return course
    span = rng.choice(spans)
    at, length_s = rng.randint(span.start + 300, span.end - 300), rng.randint(*LENGTHS_S)
    stop = Happening(at=at, what=What.STATUS, status=INTERRUPTED)
    resume = Happening(at=at + length_s, what=What.STATUS, status=STATUS_OF[span.name], stamp=span.start)
    earlier = [one for one in course.happenings if one.at < at]
    return replace(
        course,
        spans=tuple(
            Span(one.name, _later(one.start, at, length_s), _later(one.end, at, length_s))
            for one in course.spans
        ),
        kicks_start=None if course.kicks_start is None else _later(course.kicks_start, at, length_s),
        ended=None if course.ended is None else _later(course.ended, at, length_s),
        happenings=(*earlier, stop, resume, *_put_off(course, at, length_s)),
    )


def _put_off(course: Course, at: int, by_s: int) -> Iterator[Happening]:
    for one in course.happenings:
        if one.at >= at:
            told = tuple(
                (name, _later(value, at, by_s) if name == "ended" else value) for name, value in one.record
            )
            yield replace(one, at=one.at + by_s, stamp=_later(one.stamp, at, by_s), record=told)


def _later(instant: int | str, at: int, by_s: int) -> int:
    return int(instant) + by_s if int(instant) >= at else int(instant)
