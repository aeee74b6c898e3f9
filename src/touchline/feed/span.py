"""The span of time whose fixtures the board holds; it moves with football time, in steps."""

from typing import NamedTuple, Self

HELD_S = 26 * 3_600
"""To both sides of now: today in any zone, and the steps between two moves."""
STEP_S = 600


class Span(NamedTuple):
    """Half open, Unix seconds."""

    from_ts: int
    until_ts: int

    @classmethod
    def around(cls, now: float) -> Self:
        """What is held at football time `now`."""
        step = int(now) // STEP_S * STEP_S
        return cls(step - HELD_S, step + HELD_S + STEP_S)

    def moved(self, now: float) -> "Span":
        """What is held when it is `now`: never less far ahead than before."""
        around = Span.around(now)
        return Span(around.from_ts, max(around.until_ts, self.until_ts))

    def has(self, instant: int) -> bool:
        """Whether a fixture of that time is held."""
        return self.from_ts <= instant < self.until_ts

    def covers(self, other: "Span") -> bool:
        """Whether every fixture of `other` is held."""
        return self.from_ts <= other.from_ts and other.until_ts <= self.until_ts
