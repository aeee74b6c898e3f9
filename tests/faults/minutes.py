"""Whether the minute follows the stamp it should: read off the instants at which minutes were written.

A minute m of a period that is counted from K is due at K + 60 * (m - base - 1). Of many minutes one at
least is written in time, however busy the machine is; none is written early. So the least lag says from
which stamp it was counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

LATE_S = 45
"""Football seconds that the most punctual minute may be late: less than a revision of a stamp by -61 s."""
EARLY_S = 1
HEARD_LATE_S = 600
LEAST = 2
"""So many minutes must have been written for a judgement."""


@dataclass(frozen=True)
class Clocked:
    """A stretch of a match whose minutes are counted from one instant."""

    period: str
    """Whose true kick-off is meant: first_half, second_half, overtime."""
    status: int
    base: int
    """Minutes that came before."""
    off_s: int = 0
    """From the true kick-off to where the clock counts from."""
    since_s: int = 0
    """From the true kick-off to the beginning of the stretch."""
    by_ear: bool = False
    """Whether it is counted, in part, from when we heard of something: on a busy machine minutes later."""


def misjudged(stretch: Clocked, changes: Sequence[Mapping[str, Any]], starts: Mapping[str, int]) -> list[str]:
    """What is wrong with the minutes of a stretch, if anything."""
    start = starts[stretch.period]
    written = [
        (change["minute"], change["at_ms"] / 1000)
        for change in changes
        if change["kind"] == "minute"
        and change["status_id"] == stretch.status
        and change["at_ms"] / 1000 - start >= stretch.since_s
    ]
    if len(written) < LEAST and not stretch.by_ear:
        return [f"only {len(written)} minutes were written"]
    counted_from = start + stretch.off_s
    early_s, late_s = (HEARD_LATE_S, HEARD_LATE_S) if stretch.by_ear else (EARLY_S, LATE_S)
    lags_s = [at - counted_from - 60 * (minute - stretch.base - 1) for minute, at in written]
    least = min(lags_s, default=0)
    wrong = (
        [] if -early_s <= least <= late_s else [f"the most punctual minute came {least:+.0f} s from its time"]
    )
    back = [f"{after} after {before}" for (before, _), (after, _) in pairwise(written) if after <= before]
    return wrong + back
