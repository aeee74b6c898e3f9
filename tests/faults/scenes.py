"""Scenes for the faults of answers, and which matches of the stage a fault of seed 1 hits."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.faults.programme import LEAD_S, a_timeline, match_id, programme, scripts

from touchline.simulator.catalogue import Catalogue
from touchline.simulator.faults.fixtures import Fate, fate
from touchline.simulator.faults.switches import Switches
from touchline.simulator.programme import Programme

LATER_S = 10 * 3_600
"""Fixtures that are not played while a world lasts begin so much later."""

Scene = Callable[[Sequence[Mapping[str, Any]], float, Switches], Programme]


def hit(code: str, share: float, *, is_hit: bool = True) -> int:
    """The first match after number 1 that a fault of seed 1 hits, or the first it does not."""
    switches = Switches(1)
    switches.on(code)
    return next(number for number in range(2, 99) if switches.hits(code, share, match_id(number)) is is_hit)


def fated(wanted: Fate) -> int:
    """The first match after number 1 that F11 has this in store for."""
    return next(number for number in range(2, 99) if fate(Switches(1), match_id(number)) is wanted)


def and_later(*numbers: int) -> Scene:
    """A scene that has fixtures for later too."""

    def scene(lines: Sequence[Mapping[str, Any]], start: float, _switches: Switches) -> Programme:
        later = scripts([a_timeline(number) for number in numbers], start + LATER_S)
        return Programme([*scripts(lines, start + LEAD_S), *later])

    return scene


def with_a_table(lines: Sequence[Mapping[str, Any]], start: float, switches: Switches) -> Programme:
    """A scene whose teams play in a league."""
    scene = programme(lines, start, switches)
    lists = {kind: scene.catalogue.rows(kind) for kind in scene.catalogue.kinds}
    league: Any = scene.catalogue.rows("competition")[0]["id"]
    scene.catalogue = Catalogue(lists | {"team": [row | {"competition_id": league} for row in lists["team"]]})
    return scene
