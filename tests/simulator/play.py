"""What the tests of the simulator let it play: invented matches, told."""

from touchline.simulator import matchday
from touchline.simulator.course import Fixture
from touchline.simulator.play import play
from touchline.simulator.script import Script
from touchline.simulator.telling import loose, tell
from touchline.simulator.world import World

SEED = 11
DAY = 20_500


def world(seed: int = SEED, matches: int = 8) -> World:
    """A small world."""
    return World(seed, matches)


def told(fixture: Fixture, *, seed: int = SEED, two_stamps: bool = True) -> Script:
    """The script of a fixture."""
    return tell(play(fixture, two_stamps=two_stamps), loose(20), seed)


def matchdays(days: int = 3, seed: int = SEED, matches: int = 8) -> list[Script]:
    """Every match of some days, cup ties among them."""
    small = world(seed, matches)
    fixtures = [one for day in range(DAY, DAY + days) for one in matchday.fixtures(small, day)]
    return [told(fixture, seed=seed) for fixture in fixtures]
