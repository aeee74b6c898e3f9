"""How the provider tells a course: seconds late, score and incidents apart, never in a different order."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

from msgspec import Struct

from touchline.simulator import wire
from touchline.simulator.commentary import line
from touchline.simulator.course import GOALS, Course, Fixture, Happening, What, in_order
from touchline.simulator.ledger import Channel, Ledger
from touchline.simulator.script import Kind, Message, Patch, Script
from touchline.simulator.stats import Stats
from touchline.simulator.wire import Json, Record

Tell: TypeAlias = "Callable[[Course, Manner, object], Script]"
"""How a course, in a manner and by a seed, is told."""

LAG_S = (2.0, 9.0)
"""From an event to the first word of it."""

CONDITIONS_S = 3_600
"""Before kick-off."""


class Manner(Struct, frozen=True, kw_only=True):
    """How loosely the two messages of one goal hang together."""

    incidents_first: float
    """Share of goals whose incident comes before the score."""
    apart_s: tuple[float, float]
    """Between the two."""
    score_late_s: float
    """The most a score may be late when its incident came first."""
    stats_every_s: int


def loose(stats_every_s: int) -> Manner:
    """As the provider is: 2 to 70 s between the messages of a goal, in either order."""
    return Manner(incidents_first=0.3, apart_s=(2, 70), score_late_s=75, stats_every_s=stats_every_s)


def punctual(stats_every_s: int) -> Manner:
    """Every score within 9 s: for real timelines, whose every event is checked."""
    return Manner(incidents_first=0.3, apart_s=(2, 40), score_late_s=LAG_S[1], stats_every_s=stats_every_s)


def tell(course: Course, manner: Manner, seed: object) -> Script:
    """The script of `course`. The same course, manner and seed give the same script."""
    return _Teller(course, manner, Random(repr((seed, course.fixture.id)))).script()  # noqa: S311


class _Teller:
    def __init__(self, course: Course, manner: Manner, rng: Random) -> None:
        self._course = course
        self._manner = manner
        self._rng = rng
        self._tracks: dict[Kind, list[Message]] = {Kind.SCORE: [], Kind.INCIDENTS: [], Kind.TLIVE: []}
        self._patches: list[Patch] = []
        self._lines: list[Json] = []
        self._status_told_at = float("-inf")

    def script(self) -> Script:
        course, rng = self._course, self._rng
        ledger = Ledger(course.fixture.id, corners=_has_corners(course, rng), say_added=rng.random() < 0.1)
        for happening in in_order(course.happenings):
            self._take(happening, ledger)
        tracks: dict[Kind, Sequence[Message]] = {
            kind: _never_overtaken(track) for kind, track in self._tracks.items()
        }
        stats = None if course.thin else Stats(course, self._manner.stats_every_s, rng)
        self._patches.append(self._conditions())
        self._patches.sort(key=lambda patch: patch.at)
        return Script(course, fixture_record(course.fixture), tracks, self._patches, stats)

    def _conditions(self) -> Patch:
        """What an hour before kick-off brings: how the match is covered, and mostly the weather."""
        rng = self._rng
        covered = not self._course.thin
        named = covered and bool(self._course.squads)
        fields: Record = {"coverage": {"mlive": int(covered), "lineup": int(named)}}
        if rng.random() < 0.75:
            fields["environment"] = {
                "weather": rng.randint(1, 13),
                "pressure": f"{rng.randint(740, 775)}mmHg",
                "temperature": f"{rng.randint(2, 31)}°C",
                "wind": f"{rng.randint(0, 90) / 10}m/s",
                "humidity": f"{rng.randint(35, 95)}%",
            }
        return Patch(self._course.fixture.scheduled - CONDITIONS_S, fields)

    def _take(self, happening: Happening, ledger: Ledger) -> None:
        before = dict(ledger.record)
        changed = ledger.enter(happening)
        score_at, incidents_at = self._when(happening)
        if Channel.SCORE in changed:
            self._say(Kind.SCORE, score_at, ledger.score())
        if Channel.INCIDENTS in changed:
            self._say(Kind.INCIDENTS, incidents_at, ledger.incidents())
        if ledger.record != before:
            fields = {name: value for name, value in ledger.record.items() if before.get(name) != value}
            self._patches.append(Patch(score_at, {**fields}))
        said = line(happening, self._course.fixture) if self._course.commented else None
        if said is not None:
            self._lines.append(said)
            self._say(Kind.TLIVE, incidents_at, list(self._lines))

    def _when(self, happening: Happening) -> tuple[float, float]:
        """When score and incident list say so."""
        first = happening.at + self._between(*LAG_S)
        if happening.what is What.STATUS:
            self._status_told_at = max(self._status_told_at, first)
            return first, first
        second = first + self._between(*self._manner.apart_s)
        if happening.what in GOALS:
            if self._rng.random() < self._manner.incidents_first:
                return min(second, happening.at + self._manner.score_late_s), self._not_before_status(first)
            return first, self._not_before_status(second)
        if happening.what is What.MARK:
            second = max(first, self._status_told_at + self._between(1, 20))
            return first, second
        return first, self._not_before_status(happening.at + self._between(*LAG_S))

    def _not_before_status(self, at: float) -> float:
        return max(at, self._status_told_at + 0.5)

    def _between(self, least: float, most: float) -> float:
        return round(self._rng.uniform(least, most), 1)

    def _say(self, kind: Kind, at: float, body: list[Json]) -> None:
        self._tracks[kind].append(Message(round(at, 1), self._course.fixture.id, kind, body))


def _never_overtaken(track: Sequence[Message]) -> list[Message]:
    """`track` in the order of the match: a message that a later one would overtake goes along with it."""
    kept: list[Message] = []
    for message in reversed(track):
        if not kept or message.at < kept[-1].at:
            kept.append(message)
    return kept[::-1]


def _has_corners(course: Course, rng: Random) -> bool:
    return not course.thin or rng.random() < 0.7


def fixture_record(fixture: Fixture) -> Record:
    """The match record of a fixture nothing was said about yet."""
    zeros: list[Json] = [0] * 7
    return {
        "id": fixture.id,
        "season_id": fixture.season_id,
        "competition_id": fixture.competition_id,
        "home_team_id": fixture.home_id,
        "away_team_id": fixture.away_id,
        "status_id": wire.NOT_STARTED,
        "match_time": fixture.scheduled,
        "venue_id": fixture.venue_id,
        "referee_id": fixture.referee_id,
        "neutral": fixture.neutral,
        "note": "",
        "home_scores": zeros,
        "away_scores": list(zeros),
        "home_position": "",
        "away_position": "",
        "coverage": {"mlive": 1, "lineup": 0},
        "round": {"stage_id": fixture.stage_id, "round_num": fixture.round_num, "group_num": 0},
        "updated_at": fixture.announced,
    }
