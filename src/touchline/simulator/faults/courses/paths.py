"""F35, F36: unusual ways from status to status, and statuses that are never told."""

from collections.abc import Callable, Mapping

from touchline.simulator import wire
from touchline.simulator.course import Course, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.overtime import SUDDEN_DEATH, prolonged
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.faults.courses.words import Body, edited, left_out
from touchline.simulator.script import Kind, Patch, Script

MINUTE_S = 60


def _ended_between(course: Course) -> Course:
    """4>8>5>8>7>8: the match is over after each part of it."""
    tie = prolonged(course, kicks=SUDDEN_DEATH)
    draft = Draft(tie)
    draft.status(tie.spans[1].end, wire.ENDED)
    draft.status(tie.spans[3].end, wire.ENDED)
    return draft.done()


def _ended_by_mistake(course: Course) -> Course:
    """4>8>4: over for a minute, twenty minutes before the end."""
    draft = Draft(course)
    half = draft.period(1)
    wrong = half.end - 20 * MINUTE_S
    draft.status(wrong, wire.ENDED)
    draft.status(wrong + MINUTE_S, wire.SECOND_HALF, half.start)
    return draft.done()


def _kicks_after_the_end(course: Course) -> Course:
    """4>8, and the kicks are counted as they are taken: nothing else says that there are any."""
    tie = prolonged(course, extra_time=False, kicks=SUDDEN_DEATH)
    draft = Draft(tie)
    draft.drop(lambda one: one.what is What.STATUS and one.status == wire.SHOOT_OUT)
    draft.status(tie.spans[1].end, wire.ENDED)
    return draft.done()


def _delayed_and_back(course: Course) -> Course:
    """1>9>1, then it begins a quarter of an hour late."""
    draft = _later(course, 15 * MINUTE_S)
    draft.status(course.fixture.scheduled + MINUTE_S, wire.DELAYED)
    draft.status(course.fixture.scheduled + 10 * MINUTE_S, wire.NOT_STARTED)
    return draft.done()


def _undetermined_first(course: Course) -> Course:
    """13>2."""
    draft = Draft(course)
    draft.status(course.fixture.scheduled - 20 * MINUTE_S, wire.TO_BE_DETERMINED)
    return draft.done()


def _undetermined_at_half_time(course: Course) -> Course:
    """3>13, and no more is heard of it."""
    draft = Draft(course)
    at = draft.period(0).end + 5 * MINUTE_S
    draft.drop(lambda one: one.at >= at)
    draft.status(at, wire.TO_BE_DETERMINED)
    return draft.done(spans=course.spans[:1], kicks_start=None, ended=None)


def _interrupted(course: Course) -> Course:
    """2>10>2: a quarter of an hour without play in the first half, then a new stamp."""
    draft = Draft(course)
    half = draft.period(0)
    stops, rest = half.start + 20 * MINUTE_S, 15 * MINUTE_S
    draft.delay(stops, rest)
    draft.status(stops, wire.INTERRUPTED)
    draft.status(stops + rest, wire.FIRST_HALF, half.start + rest)
    return draft.done(thin=True)


def _abandoned(course: Course) -> Course:
    """10>11: interrupted in the second half, abandoned half an hour later."""
    draft = Draft(course)
    stops = draft.period(1).start + 15 * MINUTE_S
    draft.drop(lambda one: one.at >= stops)
    draft.status(stops, wire.INTERRUPTED)
    draft.status(stops + 30 * MINUTE_S, wire.ABANDONED)
    return draft.done(spans=course.spans[:1], kicks_start=None, ended=None, thin=True)


def _cancelled_and_back(course: Course) -> Course:
    """12>1, and then it is played."""
    draft = Draft(course)
    draft.status(course.fixture.scheduled - 40 * MINUTE_S, wire.CANCELLED)
    draft.status(course.fixture.scheduled - 25 * MINUTE_S, wire.NOT_STARTED)
    return draft.done()


def _later(course: Course, by_s: int) -> Draft:
    draft = Draft(course)
    draft.delay(draft.period(0).start, by_s)
    return draft


PATHS: Mapping[str, Variant] = {
    "4>8>5>8>7>8": Variant(plays=_ended_between),
    "4>8>4": Variant(plays=_ended_by_mistake),
    "4>8, then kicks": Variant(plays=_kicks_after_the_end),
    "1>9>1": Variant(plays=_delayed_and_back),
    "13>2": Variant(plays=_undetermined_first),
    "3>13": Variant(plays=_undetermined_at_half_time),
    "2>10>2": Variant(plays=_interrupted),
    "10>11": Variant(plays=_abandoned),
    "12>1": Variant(plays=_cancelled_and_back),
}


# ---------------------------------------------------------------- what is never told


def _no_second_half(script: Script) -> Script:
    """3 stands until the end: the score goes on in it."""

    def edit(body: Body) -> Body:
        return [body[0], wire.HALF_TIME, *body[2:4], 0, body[5]] if body[1] == wire.SECOND_HALF else body

    return edited(script, Kind.SCORE, edit)


def _without(status: int) -> Callable[[Script], Script]:
    return lambda script: left_out(script, Kind.SCORE, lambda message: message.body[1] == status)


def _no_end(script: Script) -> Script:
    """Neither pushed nor in `detail_live`; the match record alone says that it is over."""
    last = script.newest(Kind.SCORE, float("inf"))
    if last is None or last.body[1] != wire.ENDED:
        return script
    _, _, home, away, *_ = last.body
    ends = min(one.at for one in script.tellings(Kind.SCORE) if one.body[1] == wire.ENDED)
    over = Patch(ends, {"status_id": wire.ENDED, "home_scores": home, "away_scores": away})
    told = left_out(script, Kind.SCORE, lambda message: message.at >= ends)
    told = left_out(told, Kind.INCIDENTS, lambda message: message.at >= ends)
    return told.retold(patches=[over], listed_until=ends)


UNTOLD: Mapping[str, Variant] = {
    "no second half": Variant(tells=_no_second_half),
    "no half-time": Variant(tells=_without(wire.HALF_TIME)),
    "no end": Variant(tells=_no_end),
}
