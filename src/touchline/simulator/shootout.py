"""Kicks from the mark: when a shoot-out is decided, and how one with a given result can go."""

from collections.abc import Sequence
from random import Random

from touchline.simulator import wire
from touchline.simulator.wire import AWAY, HOME

BEST_OF = 5
MOST_KICKS = 80

Kicks = Sequence[tuple[int, bool]]
"""Side and whether it went in, in order."""


def decided(kicks: Kicks) -> bool:
    """Whether nobody needs to kick any more: the lead is out of reach, or a round of sudden death is won."""
    scored = {side: sum(into for kicker, into in kicks if kicker == side) for side in (HOME, AWAY)}
    taken = {side: sum(kicker == side for kicker, _ in kicks) for side in (HOME, AWAY)}
    rounds = max(BEST_OF, *taken.values())
    return any(scored[side] > scored[wire.other(side)] + rounds - taken[wire.other(side)] for side in scored)


def play(rng: Random) -> Kicks:
    """A shoot-out with three kicks of four scored."""
    side = rng.choice((HOME, AWAY))
    kicks: list[tuple[int, bool]] = []
    while not decided(kicks) and len(kicks) < MOST_KICKS:
        kicks.append((side, rng.random() < 0.75))
        side = wire.other(side)
    return kicks


def ending(home: int, away: int, rng: Random) -> Kicks:
    """A legal shoot-out that ends `home` to `away`; the kicks in turn where no legal one exists."""
    first = rng.choice((HOME, AWAY))
    for side in (first, wire.other(first)):
        found = _search([], side, (home, away), rng)
        if found:
            return found
    return [(HOME, True)] * home + [(AWAY, True)] * away


def _search(kicks: list[tuple[int, bool]], side: int, goal: tuple[int, int], rng: Random) -> Kicks | None:
    scored = tuple(sum(into for kicker, into in kicks if kicker == one) for one in (HOME, AWAY))
    if decided(kicks):
        return kicks if scored == goal else None
    if scored[0] > goal[0] or scored[1] > goal[1] or len(kicks) > 2 * max(BEST_OF, *goal) + 2:
        return None
    for into in sorted((True, False), key=lambda into: rng.random() < (0.25 if into else 0.75)):
        found = _search([*kicks, (side, into)], wire.other(side), goal, rng)
        if found:
            return found
    return None
