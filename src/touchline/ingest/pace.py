"""How often a source is asked: in football time, with a floor in real time.

A faster clock makes football's seconds short. The floor keeps a provider from being hammered
by a demo that runs at sixty times the speed.
"""

from datetime import timedelta

from touchline.clock import Clock

LIVE_FLOOR_S = 0.5
"""Real seconds between two `detail_live` calls, whatever the clock's speed and whoever asks for one."""
FLOOR_S = 2.0
"""Real seconds between two rounds of any other source; those that need more calls a round have their own."""


def real_s(clock: Clock, football_s: float, floor_s: float = FLOOR_S) -> float:
    """`football_s` in real seconds, at least `floor_s`."""
    return max(floor_s, football_s / clock.speed)


def pace(clock: Clock, football_s: float, floor_s: float = FLOOR_S) -> timedelta:
    """The wait a loop returns for a cadence of `football_s` seconds."""
    return timedelta(seconds=real_s(clock, football_s, floor_s))
