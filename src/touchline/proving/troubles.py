"""Troubles of an installation itself: each comes, lasts and goes, when the seed says so."""

from collections.abc import Mapping
from random import Random
from types import MappingProxyType

from msgspec import Struct

LENGTH_S = 120.0
"""Real seconds of a simulation in which troubles come as often as they say."""


class Trouble(Struct, frozen=True, kw_only=True):
    """One kind of trouble. Times are real seconds."""

    code: str
    title: str
    every_s: float
    """Between two of them, on average."""
    lasts_s: tuple[float, float]
    after_s: float
    """How long the installation may take to get over it, once it is gone."""


_TROUBLES = (
    Trouble(code="F42", title="clocks are off, and step", every_s=200, lasts_s=(20, 120), after_s=30),
    Trouble(
        code="F44", title="a process is killed and started again", every_s=60, lasts_s=(0.1, 15), after_s=40
    ),
    Trouble(code="P01", title="a process stands still and goes on", every_s=120, lasts_s=(1, 60), after_s=40),
    Trouble(code="P02", title="the database is gone", every_s=150, lasts_s=(0.5, 30), after_s=40),
    Trouble(code="P03", title="the database is slow", every_s=100, lasts_s=(5, 40), after_s=30),
    Trouble(code="P04", title="answers of commits are lost", every_s=60, lasts_s=(2, 20), after_s=40),
    Trouble(code="P05", title="the provider answers nothing", every_s=200, lasts_s=(1, 60), after_s=170),
    Trouble(code="P06", title="push connections are cut", every_s=40, lasts_s=(0.1, 10), after_s=45),
    Trouble(code="P07", title="frames are lost and doubled", every_s=60, lasts_s=(5, 60), after_s=30),
)
TROUBLES: Mapping[str, Trouble] = MappingProxyType({trouble.code: trouble for trouble in _TROUBLES})


class Weather:
    """When there is trouble and when it has been calm; `calm_from` is when what there was is got over."""

    def __init__(self, calm_from: float) -> None:
        self.calm_from = calm_from
        self.begun = 0
        """Troubles so far."""
        self._on: list[str] = []
        self._over: dict[str, float] = {"": calm_from}

    def begins(self, code: str) -> None:
        """Trouble."""
        self.begun += 1
        self._on.append(code)

    def ends(self, code: str, over_at: float) -> None:
        """It is gone; what it did is got over at `over_at`."""
        self._on.remove(code)
        self._over[code] = over_at
        self.calm_from = max(self.calm_from, over_at)

    def has_been(self, code: str, at: float) -> bool:
        """Whether there is trouble of one kind, or it is not got over yet."""
        return code in self._on or at < self._over.get(code, 0.0)

    def only_was(self, code: str, since: float) -> bool:
        """Whether since then there was no trouble of another kind, nor one to get over."""
        others = (over for kind, over in self._over.items() if kind != code)
        return all(kind == code for kind in self._on) and all(over <= since for over in others)

    def is_calm(self, at: float) -> bool:
        """Whether everybody has had the time to get over everything."""
        return not self._on and at >= self.calm_from


def lasts(trouble: Trouble, rng: Random, hours_s: float) -> float:
    """How long one of them lasts in a simulation of `hours_s` real seconds: short ones are likelier."""
    least, most = trouble.lasts_s
    return least + (min(most, max(least, hours_s / 3)) - least) * rng.random() ** 2


def pause(trouble: Trouble, rng: Random, hours_s: float) -> float:
    """How long it is until the next; in a short simulation they come closer together, or none would come."""
    return rng.expovariate(1 / (trouble.every_s * min(1.0, hours_s / LENGTH_S)))
