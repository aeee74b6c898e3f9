"""What is played in a simulation: a few invented matches, seeded, whose middles and ends lie in its hours."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from msgspec import Struct

from touchline.proving.interruption import interrupted
from touchline.simulator.course import Fixture
from touchline.simulator.faults.courses import COURSES, told
from touchline.simulator.faults.courses.variant import Variant
from touchline.simulator.play import play
from touchline.simulator.programme import Programme
from touchline.simulator.script import Script
from touchline.simulator.telling import Manner, loose
from touchline.simulator.wire import invented_id

FROM = 1_770_400_800.0
"""Football time at which simulations begin, about: a Friday evening, Unix seconds."""
MATCH_S = 6_900
ANNOUNCED_S = 2 * 86_400
CUPS = 0.4
INTERRUPTIONS = 0.15


class Plan(Struct, frozen=True, kw_only=True):
    """How much is played."""

    seed: int
    matches: int
    hours: float
    """Football hours."""
    stats_every_s: int = 60


COURSE_FAULTS = 1.5
"""Faults of its course that a match has, on average, where there are many."""


def begins(seed: int) -> float:
    """Football time at which the simulation of a seed begins."""
    return FROM + Random(repr((seed, "begins"))).randrange(86_400)  # noqa: S311 - a play, not a secret


def scene(plan: Plan, faults: Iterable[str] = ()) -> Programme:
    """The matches of `plan`, each in play at some moment of its hours, some with faults of their course."""
    rng = Random(repr((plan.seed, "matchday")))  # noqa: S311
    start, end = begins(plan.seed), begins(plan.seed) + plan.hours * 3_600
    codes = sorted(COURSES.keys() & set(faults))
    scripts = [
        _script(plan, rng, number, int(rng.uniform(start - MATCH_S, max(start, end - 600))), codes)
        for number in range(plan.matches)
    ]
    return Programme(_by_id(scripts))


def _script(plan: Plan, rng: Random, number: int, scheduled: int, codes: Sequence[str]) -> Script:
    fixture = _fixture(plan.seed, number, scheduled // 60 * 60, cup=rng.random() < CUPS)
    course = play(fixture, two_stamps=rng.random() < 0.7)
    if rng.random() < INTERRUPTIONS:
        course = interrupted(course, rng)
    return told(course, _ways(plan.seed, number, codes), _manner(plan), plan.seed)


def _ways(seed: int, number: int, codes: Sequence[str]) -> Iterator[Variant]:
    """What is wrong with the course of a match; with fewer codes it keeps those it has."""
    for code in codes:
        rng = Random(repr((seed, number, code)))  # noqa: S311
        if rng.random() < COURSE_FAULTS / len(codes):
            yield rng.choice(list(COURSES[code].values()))


def _manner(plan: Plan) -> Manner:
    return loose(plan.stats_every_s)


def _fixture(seed: int, number: int, scheduled: int, *, cup: bool) -> Fixture:
    league = invented_id(seed, "proving", "league")
    return Fixture(
        id=invented_id(seed, "proving", "match", number),
        competition_id=league,
        competition="Proving League",
        season_id=invented_id(league, "season"),
        stage_id=invented_id(league, "stage"),
        home_id=invented_id(seed, "home", number),
        home=f"Home {number}",
        away_id=invented_id(seed, "away", number),
        away=f"Away {number}",
        scheduled=scheduled,
        announced=scheduled - ANNOUNCED_S,
        family="northern",
        cup=cup,
    )


def _by_id(scripts: Sequence[Script]) -> list[Script]:
    return sorted(scripts, key=lambda script: script.id)
