"""F35, F36: unusual ways from status to status, and statuses that are never told."""

from collections.abc import Callable, Mapping, Sequence

from touchline.simulator import wire
from touchline.simulator.course import Course, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.overtime import SUDDEN_DEATH, prolonged
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.faults.courses.words import Body, edited, left_out
from touchline.simulator.script import Kind, Message, Patch, Script
from touchline.simulator.wire import Record

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
    """Neither pushed nor in `detail_live`: of the end and what follows the match record alone tells."""
    after = _after_the_end(script)
    if not after:
        return script
    ends = after[0].at
    told = left_out(script, Kind.SCORE, lambda message: message.at >= ends)
    told = left_out(told, Kind.INCIDENTS, lambda message: message.at >= ends)
    return told.retold(patches=[Patch(one.at, _as_record(one.body)) for one in after], listed_until=ends)


def _after_the_end(script: Script) -> Sequence[Message]:
    """The scores that are told once it is over for good; one that is over by mistake goes on."""
    track = script.tellings(Kind.SCORE)
    played = [number for number, message in enumerate(track, 1) if message.body[1] != wire.ENDED]
    return track[max(played, default=0) :]


def _as_record(score: Body) -> Record:
    return {"status_id": score[1], "home_scores": score[2], "away_scores": score[3]}


UNTOLD: Mapping[str, Variant] = {
    "no second half": Variant(tells=_no_second_half),
    "no half-time": Variant(tells=_without(wire.HALF_TIME)),
    "no end": Variant(tells=_no_end),
}
