"""A course that is being rewritten: what is added, delayed or left out, until it is `done`.

Goals are added in pairs, one a side, wherever they stand: a tie that was level stays level.
"""

from collections.abc import Callable

from msgspec.structs import replace

from touchline.simulator import wire
from touchline.simulator.course import Course, Happening, Player, Span, What
from touchline.simulator.wire import goal_minute, invented_id


class Draft:
    """A played course on the way to another. Seconds are counted from the kick-off of a period."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._happenings = list(course.happenings)
        self._key = max((one.key for one in course.happenings), default=0)

    def period(self, number: int) -> Span:
        """First half 0, second half 1, extra time 2 and 3."""
        return self._course.spans[number]

    def add(self, what: What, period: int, s: int, side: int = wire.NEUTRAL, **more: object) -> int:
        """Let something happen `s` seconds into a period; its key."""
        self._key += 1
        minute, added = goal_minute(period, s)
        known: dict[str, object] = {"minute": minute, "added": added, "player": self._player(side)}
        at = self.period(period).start + s
        happening = Happening(at=at, what=what, key=self._key, side=side, **(known | more))  # type: ignore[arg-type]
        self._happenings.append(happening)
        return self._key

    def status(self, at: int, status: int, stamp: int = 0) -> None:
        """Let the match enter a status."""
        self._happenings.append(Happening(at=at, what=What.STATUS, status=status, stamp=stamp))

    def stamp(self, at: int, stamp: int) -> None:
        """Let the provider give another kick-off stamp for the running period."""
        self._happenings.append(Happening(at=at, what=What.STAMP, stamp=stamp))

    def put(self, happening: Happening) -> None:
        """Let something else happen."""
        self._happenings.append(happening)

    def drop(self, gone: Callable[[Happening], bool]) -> None:
        """Leave out what is `gone`, and what is about it."""
        keys = {one.key for one in self._happenings if one.key and gone(one)}
        self._happenings = [one for one in self._happenings if not gone(one) and one.about not in keys]

    def change(self, edit: Callable[[Happening], Happening]) -> None:
        """Let every happening be what `edit` makes of it."""
        self._happenings = [edit(one) for one in self._happenings]

    def delay(self, since: int, by_s: int) -> None:
        """Let everything from `since` on happen `by_s` later, kick-offs with their stamps."""

        def later(instant: int) -> int:
            return instant + by_s if instant >= since else instant

        def moved(one: Happening) -> Happening:
            record = tuple(
                (name, later(value) if name == "ended" and isinstance(value, int) else value)
                for name, value in one.record
            )
            return replace(one, at=later(one.at), stamp=later(one.stamp), record=record)

        course = self._course
        self._happenings = [moved(one) for one in self._happenings]
        self._course = replace(
            course,
            spans=tuple(Span(span.name, later(span.start), later(span.end)) for span in course.spans),
            kicks_start=None if course.kicks_start is None else later(course.kicks_start),
            ended=None if course.ended is None else later(course.ended),
        )

    def done(self, **fields: object) -> Course:
        """The course as it is now; what was added in the second of a whistle comes after it."""
        happenings = tuple(sorted(self._happenings, key=lambda one: one.at))
        return replace(self._course, happenings=happenings, **fields)

    def _player(self, side: int) -> Player | None:
        if side == wire.NEUTRAL:
            return None
        squads = self._course.squads
        if squads:
            return squads[side - 1][self._key % 11]
        return Player(invented_id(self._course.fixture.id, self._key), f"N. {self._key}")
