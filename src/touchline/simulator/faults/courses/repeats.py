"""F28, F46: what is said of a match that is over: repeats with the sides exchanged, and what is put right."""

from collections.abc import Mapping

from touchline.simulator import wire
from touchline.simulator.course import Course, Happening, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.faults.courses.words import Body, said, slots, with_slots
from touchline.simulator.script import Kind, Patch, Script
from touchline.simulator.wire import AWAY, HOME

EVERY_S = 19 * 60
REPEATS = 5
EXCHANGED = slice(wire.REDS, wire.CORNERS + 1)
CORRECTED_S = 40 * 60
"""From the end to a genuine correction."""
FORFEIT_S = 90 * 60
DAY_S = 86_400
TABLE = (3, 0)
"""Home win at a table."""


def _mirrored(script: Script) -> Script:
    """Every nineteen minutes the last score again, each time with cards and corners exchanged."""
    ended = script.course.ended
    if ended is None:
        return script
    told = []
    for number in range(1, REPEATS + 1):
        at = ended + number * EVERY_S
        known = script.newest(Kind.SCORE, at)
        if known is not None:
            told.append((at, _exchanged(known.body) if number % 2 else known.body))
    return said(script, Kind.SCORE, *told)


def _exchanged(body: Body) -> Body:
    home, away = slots(body)
    home[EXCHANGED], away[EXCHANGED] = away[EXCHANGED], home[EXCHANGED]
    return with_slots(body, home, away)


def _one_sided(course: Course) -> Course:
    """Cards of one side, so that an exchange shows."""
    draft = Draft(course)
    draft.add(What.YELLOW, 0, 1_100, HOME)
    draft.add(What.YELLOW, 0, 1_300, HOME)
    return draft.done()


def _booked_late(course: Course) -> Course:
    """A card that the provider learns of after the end."""
    draft = Draft(_one_sided(course))
    length = draft.period(1).end - draft.period(1).start
    late = (course.ended or 0) - draft.period(1).start + CORRECTED_S
    draft.add(What.YELLOW, 1, late, AWAY, minute=90, added=length // 60 - 44)
    return draft.done()


def _goal_denied_late(course: Course) -> Course:
    """A goal of each side, neither of which counts when all is over."""
    draft = Draft(_one_sided(course))
    late = (course.ended or 0) - draft.period(1).start + CORRECTED_S
    for number, side in enumerate((HOME, AWAY)):
        goal = draft.add(What.GOAL, 0, 1_500 + 300 * number, side)
        codes = (1, wire.GOAL_CANCELLED)
        draft.add(What.REVIEW, 1, late + number, side, about=goal, codes=codes, minute=90, added=0)
    return draft.done()


REPEATED: Mapping[str, Variant] = {
    "mirrored": Variant(plays=_one_sided, tells=_mirrored),
    "a card corrected": Variant(plays=_booked_late, tells=_mirrored),
    "goals corrected": Variant(plays=_goal_denied_late, tells=_mirrored),
}


# ---------------------------------------------------------------- at a table


def _forfeit(course: Course) -> Course:
    """The result is set an hour and a half after the end."""
    return _set_at(course, (course.ended or 0) + FORFEIT_S)


def _replaced(course: Course) -> Course:
    """The result is set a day after the match."""
    return _set_at(course, course.fixture.scheduled + DAY_S)


def _set_at(course: Course, at: int) -> Course:
    draft = Draft(course)
    draft.put(
        Happening(at=at, what=What.AWARDED, codes=TABLE, record=(("loss", 1), ("note", "Home win (awarded)")))
    )
    return draft.done()


def _reversed(script: Script) -> Script:
    """The sides are told to be exchanged; they are listed as before."""
    return script.retold(patches=[Patch(script.course.fixture.announced + 1, {"team_reverse": 1})])


AWARDED: Mapping[str, Variant] = {
    "forfeit": Variant(plays=_forfeit),
    "replaced a day later": Variant(plays=_replaced),
    "sides exchanged": Variant(tells=_reversed),
}
