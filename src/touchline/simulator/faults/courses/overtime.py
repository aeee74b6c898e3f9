"""F37: matches that are level after 90 minutes go on, however the provider stamps extra time."""

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from touchline.simulator import frame, periods, wire
from touchline.simulator.course import Course, Happening, Span, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.ledger import Ledger
from touchline.simulator.shootout import Kicks
from touchline.simulator.wire import AWAY, HOME

ROUND = ((HOME, True), (AWAY, True))
DECISION = ((HOME, True), (AWAY, False))
SUDDEN_DEATH: Kicks = ROUND * 5 + DECISION
EIGHTEEN: Kicks = ROUND * 8 + DECISION
BETWEEN_KICKS_S = 45
LENGTHS_S = (960, 990)
LONG_S = (1_200, 1_320)
"""Two periods that take the match beyond 125 minutes."""


def prolonged(
    course: Course,
    *,
    extra_time: bool = True,
    stamps: int = 2,
    lengths_s: Sequence[int] = LENGTHS_S,
    kicks: Kicks = (),
) -> Course:
    """`course` as a tie: level after 90 minutes, then extra time with so many stamps, then `kicks`.

    Without kicks home win by a goal in the first period of extra time.
    """
    draft = Draft(_level(_ninety_minutes(course)))
    spans = list(course.spans[:2])
    if extra_time:
        played_s = [span.end - span.start for span in spans]
        half_time_s = spans[1].start - spans[0].end
        spans = periods.placed(spans[0].start, [*played_s, *lengths_s], half_time_s)
    for one in _kick_offs(spans[2:], stamps):
        draft.put(one)
    for one in frame.whistles(spans[1:], kicks_follow=bool(kicks)):
        draft.put(one)
    tie = replace(draft.done(), spans=tuple(spans))
    return _finished(tie, kicks)


def _ninety_minutes(course: Course) -> Course:
    """The two halves alone, without the last whistle."""
    ends = course.spans[1].end
    draft = Draft(course)
    draft.drop(lambda one: one.at > ends or (one.at == ends and one.what in {What.STATUS, What.MARK}))
    return draft.done(spans=course.spans[:2], kicks_start=None, ended=None)


def _level(course: Course) -> Course:
    """Late goals for whoever is behind."""
    book = Ledger(course.fixture.id, corners=False, say_added=False)
    for one in course.happenings:
        book.enter(one)
    home, away = (book.slots[side][wire.GOALS] for side in (HOME, AWAY))
    draft = Draft(course)
    behind = HOME if home < away else AWAY
    for number in range(abs(home - away)):
        draft.add(What.GOAL, 1, 2_580 + 20 * number, behind)
    return draft.done()


def _kick_offs(spans: Sequence[Span], stamps: int) -> Sequence[Happening]:
    if not spans:
        return ()
    happenings = list(frame.kick_offs(spans, two_stamps=stamps == 2))
    return happenings if stamps else [replace(one, stamp=0) for one in happenings]


def _finished(tie: Course, kicks: Kicks) -> Course:
    draft, ends, kicks_start = Draft(tie), tie.spans[-1].end, None
    if kicks:
        kicks_start = ends + periods.BEFORE_KICKS_S
        timed = [(kicks_start + BETWEEN_KICKS_S * n, side, into) for n, (side, into) in enumerate(kicks, 1)]
        for one in frame.shoot_out(kicks_start, timed, 120 if len(tie.spans) > 2 else 90):
            draft.put(one)
        ends = timed[-1][0] + 20
    else:
        draft.add(What.GOAL, 2, 300, HOME)
    for one in frame.final_whistle(tie.spans, ends, "", with_kicks=bool(kicks)):
        draft.put(one)
    return draft.done(kicks_start=kicks_start, ended=ends)


def _tie(stamps: int, lengths_s: Sequence[int] = LENGTHS_S, kicks: Kicks = ()) -> Callable[[Course], Course]:
    return lambda course: prolonged(course, stamps=stamps, lengths_s=lengths_s, kicks=kicks)


TIES: Mapping[str, Variant] = {
    "no stamp": Variant(plays=_tie(0)),
    "one stamp": Variant(plays=_tie(1)),
    "two stamps": Variant(plays=_tie(2)),
    "more than 120 minutes": Variant(plays=_tie(2, LONG_S)),
    "eighteen kicks": Variant(plays=_tie(2, kicks=EIGHTEEN)),
}
