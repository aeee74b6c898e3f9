"""F22, F26, F27, F29: slots that run, waver and jump, and how far apart the two messages of a goal are."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec.structs import replace

from touchline.simulator import wire
from touchline.simulator.course import Course, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.reviews import REVIEWS
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.faults.courses.words import Body, between, left_out, slots, with_slots
from touchline.simulator.script import Counters, Kind, Message, Script
from touchline.simulator.telling import Manner
from touchline.simulator.wire import AWAY, HOME, Json


def _runs(course: Course) -> Course:
    """The half-time slot runs with the score of the first half, and falls with it."""
    draft = Draft(REVIEWS["goals cancelled"].plays(course))
    draft.add(What.GOAL, 0, 600, HOME)
    draft.add(What.GOAL, 0, 2_100, AWAY)
    return draft.done()


def _within_seconds(course: Course) -> Course:
    """A goal of each side and a card, all within four seconds."""
    draft = Draft(course)
    draft.add(What.GOAL, 0, 1_200, HOME)
    draft.add(What.GOAL, 0, 1_202, AWAY)
    draft.add(What.YELLOW, 0, 1_203, HOME)
    return draft.done()


CLOSE: Mapping[str, Variant] = {"within seconds": Variant(plays=_within_seconds)}
RUNNING: Mapping[str, Variant] = {"up and down": Variant(plays=_runs)}


# ---------------------------------------------------------------- back and forth

WAVERS_S = (900, 1_300, 1_700)
"""Seconds of the second half in which a count wavers, each time for WAVERING_S."""
WAVERING_S = 25


def _wavering(edit: Callable[[Body], Body]) -> Callable[[Script], Script]:
    def tell(script: Script) -> Script:
        begins = script.course.spans[1].start
        for s in WAVERS_S:
            script = between(script, Kind.SCORE, begins + s, begins + s + WAVERING_S, edit)
        return script

    return tell


def _corner_more(body: Body) -> Body:
    home, away = slots(body)
    home[wire.CORNERS] = max(1, home[wire.CORNERS] + 1)
    away[wire.CORNERS] = max(0, away[wire.CORNERS])
    return with_slots(body, home, away)


def _yellow_moved(body: Body) -> Body:
    """A yellow card is the other side's."""
    home, away = slots(body)
    giver, taker = (home, away) if home[wire.YELLOWS] else (away, home)
    if giver[wire.YELLOWS]:
        giver[wire.YELLOWS] -= 1
        taker[wire.YELLOWS] += 1
    return with_slots(body, home, away)


class Falling:
    """Statistics every third telling of which is behind the one before."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters

    def ticks(self, after: float, until: float) -> Iterator[float]:
        return self._counters.ticks(after, until)

    def last_tick(self, now: float) -> float | None:
        return self._counters.last_tick(now)

    def at(self, tick: float, score: Sequence[Json]) -> list[Json]:
        rows = self._counters.at(tick, score)
        return rows if int(tick) % 3 else [_fallen(row) for row in rows]


def _fallen(row: Json) -> Json:
    if not isinstance(row, dict):
        return row
    return {**row, **{side: max(0, int(str(row[side])) - 1) for side in ("home", "away")}}


def _falling(script: Script) -> Script:
    return script.retold(stats=Falling(script.counters)) if script.counters else script


def _booked(course: Course) -> Course:
    draft = Draft(course)
    draft.add(What.YELLOW, 0, 1_000, HOME)
    return draft.done()


WAVERING: Mapping[str, Variant] = {
    "corners": Variant(tells=_wavering(_corner_more)),
    "yellow cards": Variant(plays=_booked, tells=_wavering(_yellow_moved)),
    "statistics": Variant(tells=_falling),
}


# ---------------------------------------------------------------- score and incident of a goal

FAR_S = (60, 70)
ANY_S = 75
TOGETHER_S = 80
"""Scores that are told so shortly after one another are told as one."""


def _goals_of_both(course: Course) -> Course:
    """Two goals of each side, one shortly after the other."""
    draft = Draft(course)
    for side, s in ((HOME, 1_200), (AWAY, 1_800)):
        draft.add(What.GOAL, 0, s, side)
        draft.add(What.GOAL, 0, s + 15, side)
    return draft.done()


def _far(incidents_first: float) -> Callable[[Manner], Manner]:
    return lambda manner: replace(manner, incidents_first=incidents_first, apart_s=FAR_S, score_late_s=ANY_S)


def _jumping(script: Script) -> Script:
    """Of two goals in a row only the second brings a score."""
    track = script.tellings(Kind.SCORE)
    hasty = {
        one.at
        for one, after in pairwise(track)
        if after.at - one.at < TOGETHER_S and one.body[1] == after.body[1] and _total(after) > _total(one)
    }
    return left_out(script, Kind.SCORE, lambda message: message.at in hasty)


def _total(message: Message) -> int:
    home, away = slots(message.body)
    return home[wire.GOALS] + away[wire.GOALS]


APART: Mapping[str, Variant] = {
    "the score first": Variant(plays=_goals_of_both, manner=_far(0.0)),
    "the incident first": Variant(plays=_goals_of_both, manner=_far(1.0)),
    "a score that jumps by two": Variant(plays=_goals_of_both, tells=_jumping),
}
