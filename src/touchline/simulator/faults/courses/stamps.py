"""F24, F25: kick-off stamps that are revised, absent, in the future, or another half's."""

from collections.abc import Callable, Mapping
from functools import partial

from msgspec.structs import replace

from touchline.simulator import wire
from touchline.simulator.course import Course, Happening, What
from touchline.simulator.faults.courses.draft import Draft
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.faults.courses.words import Body, between, edited
from touchline.simulator.script import Kind, Script

STATUS_OF = (wire.FIRST_HALF, wire.SECOND_HALF)
REVISED_S = 400
"""From a kick-off to the first revision, and from one to the next."""
KEPT_S = 180
"""How long the first half's stamp is told in the second, where it is put right."""


def _stamped(period: int, *off: int | None) -> Callable[[Course], Course]:
    """The stamps of a half: `off` is how far each of them is from the true kick-off, None no stamp."""

    def play(course: Course) -> Course:
        draft = Draft(course)
        span = draft.period(period)
        begins = STATUS_OF[period]
        draft.drop(lambda one: one.what is What.STAMP and span.start <= one.at < span.end)
        first = 0 if off[0] is None else span.start + off[0]
        draft.change(lambda one: replace(one, stamp=first) if _enters(one, begins) else one)
        for number, each in enumerate(off[1:], 1):
            draft.stamp(span.start + number * REVISED_S, 0 if each is None else span.start + each)
        return draft.done()

    return play


def _enters(one: Happening, status: int) -> bool:
    return one.what is What.STATUS and one.status == status


REVISED: Mapping[str, Variant] = {
    "by -1 s": Variant(plays=_stamped(1, 1, 0)),
    "by -5 s": Variant(plays=_stamped(0, 5, 0)),
    "by -48, -54, -62 s": Variant(plays=_stamped(0, 62, 14, 8, 0)),
    "by -61 s": Variant(plays=_stamped(1, 61, 0)),
    "by +30 s": Variant(plays=_stamped(1, -30, 0)),
    "by +400 s": Variant(plays=_stamped(0, 0, 400)),
    "0 at first": Variant(plays=_stamped(1, None, 0)),
    "0 later": Variant(plays=_stamped(1, 0, None)),
    "90 s ahead": Variant(plays=_stamped(0, 90, 0)),
    "600 s ahead": Variant(plays=_stamped(0, 600)),
}


def _left_standing(script: Script, body: Body) -> Body:
    """In the second half the first half's stamp."""
    return _with_stamp(body, script.course.spans[0].start) if body[1] == wire.SECOND_HALF else body


def _kept_for_a_while(script: Script) -> Script:
    second = script.course.spans[1].start
    return between(script, Kind.SCORE, second, second + KEPT_S, partial(_left_standing, script))


def _kept(script: Script) -> Script:
    return edited(script, Kind.SCORE, partial(_left_standing, script))


def _at_half_time(script: Script) -> Script:
    """At half-time a stamp is told: that of the whistle."""
    whistle = script.course.spans[0].end
    return edited(
        script,
        Kind.SCORE,
        lambda body: _with_stamp(body, whistle) if body[1] == wire.HALF_TIME else body,
    )


def _with_stamp(body: Body, stamp: int) -> Body:
    return [*body[:4], stamp, *body[5:]]


KEPT: Mapping[str, Variant] = {
    "for three minutes": Variant(tells=_kept_for_a_while),
    "for the whole half": Variant(tells=_kept),
    "at half-time": Variant(tells=_at_half_time),
}
