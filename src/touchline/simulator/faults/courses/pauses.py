"""F38, F39, F40: interruptions, long half-times, and matches of which little is heard."""

from collections.abc import Callable, Mapping

from touchline.simulator import wire
from touchline.simulator.course import GOALS, Course, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.variant import Variant

HOURS_S = 7_200
MINUTE_S = 60
STOPPED_S = 20 * MINUTE_S
"""Into the second half."""
SILENT_S = 20 * MINUTE_S


def _interrupted(*, new_stamp: bool) -> Callable[[Course], Course]:
    """Two hours without play in the second half. Nobody counts anything in such a match."""

    def play(course: Course) -> Course:
        draft = Draft(course)
        half = draft.period(1)
        stops = half.start + STOPPED_S
        draft.delay(stops, HOURS_S)
        draft.status(stops, wire.INTERRUPTED)
        stamp = half.start + (HOURS_S if new_stamp else 0)
        draft.status(stops + HOURS_S, wire.SECOND_HALF, stamp)
        return draft.done(thin=True)

    return play


INTERRUPTED: Mapping[str, Variant] = {
    "a new stamp": Variant(plays=_interrupted(new_stamp=True)),
    "the old stamp": Variant(plays=_interrupted(new_stamp=False)),
}


def _half_time(minutes: int) -> Callable[[Course], Course]:
    def play(course: Course) -> Course:
        draft = Draft(course)
        now = draft.period(1).start - draft.period(0).end
        draft.delay(draft.period(1).start, minutes * MINUTE_S - now)
        return draft.done()

    return play


HALF_TIMES: Mapping[str, Variant] = {
    f"{minutes} minutes": Variant(plays=_half_time(minutes)) for minutes in (15, 18, 21, 40)
}


SCORED = frozenset({*GOALS, What.REVIEW, What.REINSTATED, What.KICK_SCORED, What.KICK_MISSED})
FRAME = frozenset({What.STATUS, What.STAMP, What.MARK})


def _silent(course: Course) -> Course:
    """Score only, and for twenty minutes of the second half nothing happens at all."""
    draft = Draft(course)
    since = draft.period(1).start + STOPPED_S
    if len(course.spans) == 2 and course.kicks_start is None:
        draft.drop(lambda one: since - MINUTE_S <= one.at < since + SILENT_S)
    draft.drop(lambda one: one.what not in SCORED | FRAME)
    return draft.done(thin=True, commented=False)


SILENT: Mapping[str, Variant] = {"twenty minutes": Variant(plays=_silent)}
