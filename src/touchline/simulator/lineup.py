"""Who of a side is on the pitch, who may still come on, and who is gone for good."""

from collections.abc import Sequence
from random import Random

from touchline.simulator.course import Player

STARTERS = 11
SUBSTITUTES = 5
"""As many as may come on."""


class Lineup:
    """One side of a match as it is played. The first STARTERS of the squad begin, the others wait."""

    def __init__(self, squad: Sequence[Player], rng: Random) -> None:
        self._rng = rng
        self._pitch = list(squad[:STARTERS])
        self._bench = list(squad[STARTERS:])
        self._tired = list(self._pitch)
        self._booked: set[str] = set()

    def anybody(self, but: Player | None = None) -> Player:
        """Somebody on the pitch, other than `but`."""
        return self._rng.choice([player for player in self._pitch if player != but])

    def unbooked(self) -> Player | None:
        """Somebody on the pitch without a yellow card, if there is anybody left."""
        clean = [player for player in self._pitch if player.id not in self._booked]
        return self._rng.choice(clean) if clean else None

    def plays(self, player: Player) -> bool:
        """Whether `player` is on the pitch."""
        return player in self._pitch

    def book(self, player: Player) -> None:
        """A yellow card."""
        self._booked.add(player.id)

    def dismiss(self, player: Player) -> None:
        """A red card: one fewer for the rest of the match."""
        self._pitch.remove(player)

    def recall(self, player: Player) -> None:
        """The red card did not stand."""
        self._pitch.append(player)

    def substitute(self, wanted: int) -> list[tuple[Player, Player]]:
        """Up to `wanted` at once, as (on, off): starters make way, and nobody returns."""
        tired = [player for player in self._tired if player in self._pitch]
        going = self._rng.sample(tired, min(wanted, len(tired), len(self._bench)))
        changes = [(self._bench.pop(0), off) for off in going]
        for on, off in changes:
            self._pitch[self._pitch.index(off)] = on
            self._tired.remove(off)
        return changes
