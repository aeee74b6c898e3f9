"""Which faults are on. They are switched while the provider runs, and every change is said once."""

from collections.abc import Iterable
from random import Random

import structlog

from touchline.errors import BadInput
from touchline.simulator.faults.matrix import MATRIX


class Switches:
    """A switch for each row of the matrix. The same seed hits the same things."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._on: set[str] = set()
        self._turns: dict[str, int] = {}
        self._rngs: dict[str, Random] = {}
        self._log = structlog.get_logger()

    @property
    def active(self) -> tuple[str, ...]:
        """Codes of what is on, in the order of the matrix."""
        return tuple(code for code in MATRIX if code in self._on)

    def is_on(self, code: str) -> bool:
        """Whether a fault is on."""
        return code in self._on

    def on(self, *codes: str) -> None:
        """Switch faults on; one that is on stays on. Raises BadInput, and then nothing was switched."""
        self.change(on=codes)

    def off(self, *codes: str) -> None:
        """Switch faults off; one that is off stays off. Raises BadInput, and then nothing was switched."""
        self.change(off=codes)

    def change(self, *, on: Iterable[str] = (), off: Iterable[str] = ()) -> None:
        """Both at once; what is in both ends off. Raises BadInput, and then nothing was switched."""
        wanted = (self._on | set(_known(on))) - set(_known(off))
        switched_on, switched_off = sorted(wanted - self._on), sorted(self._on - wanted)
        self._on = wanted
        for code in switched_on:
            self._turns[code] = self.turn(code) + 1
        for code in switched_off:
            self._rngs.pop(code, None)
        if switched_on or switched_off:
            self._log.warning("simulator.faults.switched", on=switched_on, off=switched_off, active=self.active)

    def turn(self, code: str) -> int:
        """How often a fault was switched on so far: what it remembers is of one turn."""
        return self._turns.get(code, 0)

    def rng(self, code: str) -> Random:
        """The one generator of a fault: it goes on from draw to draw, and begins anew after it was off."""
        if code not in self._rngs:
            self._rngs[code] = Random(repr((self._seed, code)))  # noqa: S311 - a play, not a secret
        return self._rngs[code]

    def drawn(self, code: str, *about: object) -> Random:
        """A generator for one thing: whoever asks about the same thing draws the same."""
        return Random(repr((self._seed, code, *about)))  # noqa: S311

    def hits(self, code: str, share: float, *about: object) -> bool:
        """Whether a fault is on and one thing belongs to the `share` (0..1) it hits."""
        return code in self._on and self.drawn(code, *about).random() < share


def codes(text: str) -> tuple[str, ...]:
    """The codes of a list separated by commas. Raises BadInput."""
    return tuple(_known(one for part in text.split(",") if (one := part.strip())))


def _known(given: Iterable[str]) -> Iterable[str]:
    found = [code.upper() for code in given]
    for code in found:
        if code not in MATRIX:
            raise BadInput("faults", code, f"codes of the fault matrix: {', '.join(MATRIX)}")
    return found
