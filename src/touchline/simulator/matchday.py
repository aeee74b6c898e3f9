"""The fixtures of one day (UTC): who plays whom, when. A function of the world and the day."""

from collections.abc import Iterator, Sequence
from math import floor
from random import Random

from touchline.simulator.course import Fixture
from touchline.simulator.wire import invented_id
from touchline.simulator.world import Club, Country, Cup, League, World

DAY_S = 86_400
SLOT_S = 900
SLOTS = DAY_S // SLOT_S
ANNOUNCED_S = 7 * DAY_S
CUP_SHARE = 0.12
"""Share of days on which a country plays its cup instead of its leagues."""

KICK_OFF_HOURS = range(11, 23)
"""Local hours at which matches begin."""


def fixtures(world: World, day: int) -> list[Fixture]:
    """The matches of `day` (days since 1970), earliest first.

    Kick-offs are spread so that the wished number of matches is in play at any moment; those of a league
    come several at a time.
    """
    rng = Random(repr((world.seed, "matchday", day)))  # noqa: S311 - a play, not a secret
    draw = _Draw(world, day, rng)
    found: list[Fixture] = []
    due, together = 0, rng.choice(world.together)
    for slot in range(SLOTS):
        due += _count(world, day * SLOTS + slot)
        while due >= together or (due and slot == SLOTS - 1):
            drawn = draw.fixtures(day * DAY_S + slot * SLOT_S, min(due, together))
            if not drawn:
                return found
            found += drawn
            due, together = due - len(drawn), rng.choice(world.together)
    return found


def _count(world: World, slot: int) -> int:
    """Kick-offs in a slot: the rest of the division goes to the next slots, over midnight too."""
    each = world.per_day / SLOTS
    return floor((slot + 1) * each) - floor(slot * each)


class _Draw:
    """Hands out pairs of clubs that do not play yet on that day."""

    def __init__(self, world: World, day: int, rng: Random) -> None:
        self._world, self._day, self._rng = world, day, rng
        self._cup_days = {country for country in world.cups if rng.random() < CUP_SHARE}
        self._free: dict[str, list[Club]] = {}
        self._queue: list[League] = list(world.leagues)
        rng.shuffle(self._queue)

    def fixtures(self, scheduled: int, wanted: int) -> list[Fixture]:
        """At most `wanted` matches of one competition at `scheduled`; none when every club plays already."""
        league = self._next_league(scheduled)
        if league is None:
            return []
        cup = self._world.cups[league.country.id] if league.country.id in self._cup_days else None
        free = self._free[league.id]
        pairs = [(free.pop(), free.pop()) for _ in range(min(wanted, len(free) // 2))]
        return [_fixture(self._world, self._day, scheduled, league, pair, cup) for pair in pairs]

    def _next_league(self, scheduled: int) -> League | None:
        """The next league where it is the time of day for football; any with free clubs when there is none."""
        free = [league for league in self._queue if len(self._clubs(league)) >= 2]
        awake = (league for league in free if _local_hour(league.country, scheduled) in KICK_OFF_HOURS)
        league = next(awake, free[0] if free else None)
        if league is not None:
            self._queue.remove(league)
            self._queue.append(league)
        return league

    def _clubs(self, league: League) -> list[Club]:
        if league.id not in self._free:
            clubs = list(league.clubs)
            self._rng.shuffle(clubs)
            self._free[league.id] = clubs
        return self._free[league.id]


def _local_hour(country: Country, at: int) -> int:
    return (at // 3_600 + country.zone_h) % 24


def _fixture(
    world: World, day: int, scheduled: int, league: League, clubs: tuple[Club, Club], cup: Cup | None
) -> Fixture:
    home, away = clubs
    played_for: League | Cup = cup or league
    return Fixture(
        id=invented_id(world.seed, "match", day, home.id, away.id),
        competition_id=played_for.id,
        competition=played_for.name,
        season_id=played_for.season_id,
        stage_id=played_for.stage_id,
        home_id=home.id,
        home=home.name,
        away_id=away.id,
        away=away.name,
        scheduled=scheduled,
        announced=scheduled - ANNOUNCED_S,
        venue_id=home.venue_id,
        referee_id=world.referee_id(league.country, league.clubs.index(home)),
        round_num=0 if cup else day % 34 + 1,
        family=league.country.family,
        cup=cup is not None,
        home_strength=home.strength,
        away_strength=away.strength,
    )


def withdrawn(fixtures_of_day: Sequence[Fixture]) -> Iterator[tuple[Fixture, int]]:
    """Fixtures that leave the schedule, each with the instant of it (some hours before kick-off)."""
    for fixture in fixtures_of_day:
        rng = Random(fixture.id + "withdrawn")  # noqa: S311
        if rng.random() < 1 / 300:
            yield fixture, fixture.scheduled - rng.randint(3, 12) * 3_600
