"""The invented world of a seed: countries, competitions, clubs and all the provider lists of them."""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from random import Random

from msgspec import Struct

from touchline.simulator import names
from touchline.simulator.catalogue import (
    FOUNDED,
    Catalogue,
    coach_row,
    competition_row,
    country_row,
    player_row,
    referee_row,
    season_row,
    stage_row,
    team_row,
    venue_row,
)
from touchline.simulator.squad import coach_id, squad
from touchline.simulator.wire import Record, invented_id

CLUBS_IN_A_LEAGUE = 18
MATCH_SPAN_S = 6_900
"""From kick-off to the end, on average."""


class Country(Struct, frozen=True):
    """A country whose football is invented."""

    name: str
    category: str
    zone_h: int
    """Hours ahead of UTC, near enough for plausible kick-offs."""
    family: str

    @property
    def id(self) -> str:
        return invented_id("country", self.name)


COUNTRIES: Sequence[Country] = (
    Country("England", "Europe", 0, "northern"),
    Country("Germany", "Europe", 1, "germanic"),
    Country("Japan", "Asia", 9, "eastern"),
    Country("Brazil", "Americas", -3, "iberian"),
    Country("Türkiye", "Europe", 3, "turkic"),
    Country("Spain", "Europe", 1, "iberian"),
    Country("USA", "Americas", -5, "northern"),
    Country("Australia", "Oceania", 10, "northern"),
    Country("Italy", "Europe", 1, "italic"),
    Country("Mexico", "Americas", -6, "iberian"),
    Country("Czechia", "Europe", 1, "slavic"),
    Country("South Korea", "Asia", 9, "eastern"),
    Country("Sweden", "Europe", 1, "nordic"),
    Country("Argentina", "Americas", -3, "iberian"),
    Country("Egypt", "Africa", 2, "levantine"),
    Country("Nigeria", "Africa", 1, "southern"),
    Country("Saudi Arabia", "Asia", 3, "levantine"),
    Country("New Zealand", "Oceania", 12, "northern"),
    Country("Kenya", "Africa", 3, "southern"),
    Country("Chile", "Americas", -4, "iberian"),
    Country("Poland", "Europe", 1, "slavic"),
    Country("Kazakhstan", "Asia", 5, "turkic"),
    Country("Norway", "Europe", 1, "nordic"),
    Country("Canada", "Americas", -8, "northern"),
    Country("Indonesia", "Asia", 7, "eastern"),
    Country("Austria", "Europe", 1, "germanic"),
)

TIERS = ("Premier Division", "First Division", "Second Division", "Third Division")


class Club(Struct, frozen=True):
    """An invented club."""

    id: str
    name: str
    town: str
    strength: float
    """Goals it scores, as a factor of the average."""

    @property
    def venue_id(self) -> str:
        return invented_id("venue", self.id)


class League(Struct, frozen=True):
    """A league of clubs that play each other."""

    id: str
    name: str
    country: Country
    tier: int
    clubs: Sequence[Club]

    @property
    def season_id(self) -> str:
        return invented_id("season", self.id)

    @property
    def stage_id(self) -> str:
        return invented_id("stage", self.id)


class Cup(Struct, frozen=True):
    """A country's knock-out competition."""

    id: str
    name: str
    country: Country

    @property
    def season_id(self) -> str:
        return invented_id("season", self.id)

    @property
    def stage_id(self) -> str:
        return invented_id("stage", self.id)


class World:
    """Everything that outlasts a day. The same seed and size give the same world."""

    def __init__(self, seed: int, matches: int) -> None:
        self.seed = seed
        self.per_day = matches * 86_400 / MATCH_SPAN_S
        self.together = range(*_together(matches))
        wanted = max(len(COUNTRIES), ceil(self.per_day * 4 / CLUBS_IN_A_LEAGUE))
        self.leagues = [self._league(number) for number in range(wanted)]
        self.cups: Mapping[str, Cup] = {country.id: _cup(country, seed) for country in COUNTRIES}

    def _league(self, number: int) -> League:
        country, tier = COUNTRIES[number % len(COUNTRIES)], number // len(COUNTRIES)
        name = TIERS[tier] if tier < len(TIERS) else f"Regional Division {tier - len(TIERS) + 1}"
        league_id = invented_id(self.seed, "league", number)
        clubs = tuple(_clubs(league_id, country.family))
        return League(league_id, name, country, tier, clubs)

    def referee_id(self, country: Country, number: int) -> str:
        """The id of one of a country's referees."""
        return invented_id(self.seed, "referee", country.id, number % 12)

    def catalogue(self) -> Catalogue:
        """All lists of the world, as the provider gives them."""
        return Catalogue(
            {
                "category": list(_categories()),
                "country": [country_row(entry.id, _category_id(entry), entry.name) for entry in COUNTRIES],
                "competition": [*map(_league_row, self.leagues), *map(_cup_row, self.cups.values())],
                "season": [season_row(entry.season_id, entry.id) for entry in self._competitions()],
                "stage": [
                    stage_row(entry.stage_id, entry.season_id, knock_out=isinstance(entry, Cup))
                    for entry in self._competitions()
                ],
                "team": [_club_row(club, league) for league in self.leagues for club in league.clubs],
                "venue": [
                    venue_row(club.venue_id, f"{club.town} Ground", league.country.id, club.town)
                    for league in self.leagues
                    for club in league.clubs
                ],
                "referee": list(self._referees()),
            },
            later={"coach": self._coaches, "player": self._players},
        )

    def _competitions(self) -> Iterator[League | Cup]:
        yield from self.leagues
        yield from self.cups.values()

    def _referees(self) -> Iterator[Record]:
        for country in COUNTRIES:
            for number in range(12):
                rng = Random(repr((self.seed, "referee", country.id, number)))  # noqa: S311
                name = names.person(country.family, rng)
                yield referee_row(self.referee_id(country, number), name, country.id)

    def _coaches(self) -> Iterator[Record]:
        for club, country in self._first_division():
            coach = coach_id(club.id)
            name = names.person(country.family, Random(coach))  # noqa: S311 - a play, not a secret
            yield coach_row(coach, name, club.id, country.id)

    def _players(self) -> Iterator[Record]:
        for club, country in self._first_division():
            for player in squad(club.id, country.family):
                yield player_row(player.id, player.name, club.id, country.id)

    def _first_division(self) -> Iterator[tuple[Club, Country]]:
        """The clubs whose people anybody lists, with their countries."""
        for league in self.leagues:
            if league.tier == 0:
                yield from ((club, league.country) for club in league.clubs)


def _together(matches: int) -> tuple[int, int]:
    """How many matches of a league begin together: 3 to 6, fewer where few are played at all."""
    most = min(6, max(1, matches // 5))
    return min(3, most), most + 1


def _clubs(league_id: str, family: str) -> Iterator[Club]:
    rng = Random(league_id)  # noqa: S311 - a play, not a secret
    taken: set[str] = set()
    while len(taken) < CLUBS_IN_A_LEAGUE:
        name, town = names.club(family, rng)
        if town not in taken:
            taken.add(town)
            yield Club(invented_id("club", league_id, name), name, town, rng.uniform(0.7, 1.35))


def _cup(country: Country, seed: int) -> Cup:
    return Cup(invented_id(seed, "cup", country.id), "National Cup", country)


def _categories() -> Iterator[Record]:
    for name in sorted({country.category for country in COUNTRIES}):
        yield {"id": invented_id("category", name), "name": name, "updated_at": FOUNDED}


def _category_id(country: Country) -> str:
    return invented_id("category", country.category)


def _league_row(league: League) -> Record:
    return competition_row(
        league.id, league.name, _category_id(league.country), league.country.id, season_id=league.season_id
    )


def _cup_row(cup: Cup) -> Record:
    return competition_row(
        cup.id, cup.name, _category_id(cup.country), cup.country.id, season_id=cup.season_id, cup=True
    )


def _club_row(club: Club, league: League) -> Record:
    return team_row(
        club.id, club.name, competition_id=league.id, country_id=league.country.id, venue_id=club.venue_id
    )
