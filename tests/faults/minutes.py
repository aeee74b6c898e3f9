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
    early_s: int = EARLY_S
    """More where an interruption is measured by when we heard of it."""


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
    if len(written) < LEAST:
        return [f"only {len(written)} minutes were written"]
    counted_from = start + stretch.off_s
    least = min(at - counted_from - 60 * (minute - stretch.base - 1) for minute, at in written)
    wrong = (
        []
        if -stretch.early_s <= least <= LATE_S
        else [f"the most punctual minute came {least:+.0f} s from when it was due"]
    )
    back = [f"{after} after {before}" for (before, _), (after, _) in pairwise(written) if after <= before]
    return wrong + back
