"""What happens in a match, and how it is told, while course faults are on.

They hold for matches whose telling begins after the switch: a match of a seeded matchday begins to be
told two hours before its kick-off, those of a programme when it begins. What was told stays so. Each row
hits every match that is played to its end; which way it shows in which match follows from the seed.
"""

from collections.abc import Iterable, Mapping

from touchline.simulator.course import Course
from touchline.simulator.faults.courses.incidents import AROUND_HALF_TIME, CROWDED, LATE_AND_EARLY, REWRITTEN
from touchline.simulator.faults.courses.overtime import TIES
from touchline.simulator.faults.courses.paths import PATHS, UNTOLD
from touchline.simulator.faults.courses.pauses import HALF_TIMES, INTERRUPTED, SILENT
from touchline.simulator.faults.courses.repeats import AWARDED, REPEATED
from touchline.simulator.faults.courses.reviews import CARDS, REVIEWS
from touchline.simulator.faults.courses.scores import APART, CLOSE, RUNNING, WAVERING
from touchline.simulator.faults.courses.stamps import KEPT, REVISED
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.faults.switches import Switches
from touchline.simulator.script import Script
from touchline.simulator.telling import Manner, tell

COURSES: Mapping[str, Mapping[str, Variant]] = {
    "F22": CLOSE,
    "F24": REVISED,
    "F25": KEPT,
    "F26": RUNNING,
    "F27": WAVERING,
    "F28": REPEATED,
    "F29": APART,
    "F30": REVIEWS,
    "F31": REWRITTEN,
    "F32": CROWDED,
    "F33": AROUND_HALF_TIME,
    "F34": CARDS,
    "F35": PATHS,
    "F36": UNTOLD,
    "F37": TIES,
    "F38": INTERRUPTED,
    "F39": HALF_TIMES,
    "F40": SILENT,
    "F45": LATE_AND_EARLY,
    "F46": AWARDED,
}
"""The ways in which each row shows, by name."""

HALF_S = 2_700
"""A half that is shorter is no match of ours to alter."""


REMEMBERED_MAX = 50_000
"""Matches of which it is known how they were told: those of a few days. The oldest are forgotten."""


class Courses:
    """Tells matches as the switches say, and the same match the same way again whatever is switched since."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._ways: dict[str, tuple[Variant, ...]] = {}

    def tell(self, course: Course, manner: Manner, seed: object) -> Script:
        """The script of `course`, with what was on when it was told first."""
        return told(course, self._of(course.fixture.id), manner, seed)

    def _of(self, match_id: str) -> tuple[Variant, ...]:
        if match_id not in self._ways:
            if len(self._ways) >= REMEMBERED_MAX:
                del self._ways[next(iter(self._ways))]
            self._ways[match_id] = self._chosen(match_id)
        return self._ways[match_id]

    def _chosen(self, match_id: str) -> tuple[Variant, ...]:
        return tuple(
            ways[self._switches.drawn(code, match_id).choice(list(ways))]
            for code, ways in COURSES.items()
            if self._switches.is_on(code)
        )


def told(course: Course, ways: Iterable[Variant], manner: Manner, seed: object) -> Script:
    """The script of `course` in these ways, one after the other."""
    ways = list(ways)
    if not _is_played(course):
        return tell(course, manner, seed)
    for way in ways:
        course, manner = way.plays(course) if _is_played(course) else course, way.manner(manner)
    script = tell(course, manner, seed)
    for way in ways:
        script = way.tells(script) if _is_played(course) else script
    return script


def _is_played(course: Course) -> bool:
    """Whether it has two whole halves and an end."""
    return course.ended is not None and all(span.end - span.start >= HALF_S for span in course.spans[:2])
