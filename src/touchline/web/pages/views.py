"""What a page is made of: the answers of the API, arranged for reading. Rendered by the templates."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from touchline.football.model import LIVE, RUNNING, Status
from touchline.web import codes
from touchline.web.shapes import IncidentItem, LiveState, MatchDetail, MatchItem, SideName, StatItem
from touchline.web.zones import FIRST_DAY, LAST_DAY

UNCERTAIN = frozenset({Status.DELAYED, Status.CANCELLED, Status.TO_BE_DETERMINED})
"""A match may come to these before or after it began: no goals, no score."""
HUES = 12
"""Colours of the crests; the style sheet has a class for each."""
LEGAL_FORMS = frozenset(
    {"fc", "sc", "afc", "cf", "ac", "sk", "fk", "bk", "if", "cd", "club", "the", "of", "de"}
)
PERIODS = {
    "first_half": "First half",
    "second_half": "Second half",
    "extra_time": "Extra time",
    "shoot_out": "Shoot-out",
}
DAYS_SHOWN = 3
"""Days before and after the one shown, in the strip of a day page."""


class Group(NamedTuple):
    """Matches of one competition, one after another."""

    name: str
    country: str | None
    matches: Sequence[MatchItem]


class Section(NamedTuple):
    """Groups under one heading."""

    key: str
    title: str
    groups: Sequence[Group]


class Chapter(NamedTuple):
    """What happened in one period."""

    title: str
    incidents: Sequence[IncidentItem]


class Scorer(NamedTuple):
    """One player's goals: `23', 67' (pen)`."""

    name: str
    minutes: str


class Bar(NamedTuple):
    """One counter as two bars. Shares are whole hundredths."""

    title: str
    home: int
    away: int
    home_share: int
    away_share: int


class DayLink(NamedTuple):
    """A day in the strip."""

    day: date
    shown: bool


def live_sections(matches: Sequence[MatchItem]) -> list[Section]:
    """In play, then expected; each by competition, in the order in which they began."""
    in_play = [match for match in matches if match.live_state is LiveState.IN_PLAY]
    expected = [match for match in matches if match.live_state is LiveState.EXPECTED]
    return [
        Section("in-play", "In play", by_competition(in_play)),
        Section("expected", "Expected to start", by_competition(expected)),
    ]


def by_competition(matches: Iterable[MatchItem]) -> list[Group]:
    """Groups in the order of their first match."""
    found: dict[str, list[MatchItem]] = {}
    for match in matches:
        found.setdefault(match.competition.id, []).append(match)
    return [Group(group[0].competition.name, group[0].competition.country, group) for group in found.values()]


def state(match: MatchItem) -> str:
    """How a row looks: `running`, `break`, `expected`, `before`, `over` or `off`."""
    status = Status(match.status_id)
    if status in RUNNING:
        return "running"
    if status in LIVE:
        return "break"
    if status is Status.NOT_STARTED:
        return "expected" if match.live_state else "before"
    return "over" if status is Status.ENDED else "off"


def has_score(match: MatchItem) -> bool:
    """Whether there is a score to show: a match that has not begun has none."""
    if match.status_id == Status.NOT_STARTED:
        return False
    return Status(match.status_id) not in UNCERTAIN or match.score.home + match.score.away > 0


def winner(match: MatchItem) -> SideName | None:
    """Who won, when it is over."""
    if match.status_id != Status.ENDED:
        return None
    for home, away in filter(None, (match.score.shootout, [match.score.home, match.score.away])):
        if home != away:
            return SideName.HOME if home > away else SideName.AWAY
    return None


def notes(match: MatchItem) -> list[str]:
    """Small print of a score: half-time, after extra time, the kicks."""
    found = []
    if match.score.half_time is not None and match.status_id != Status.HALF_TIME:
        found.append("HT {}–{}".format(*match.score.half_time))
    if match.score.extra_time is not None and match.status_id == Status.ENDED:
        found.append("after extra time")
    if match.score.shootout is not None:
        found.append("pens {}–{}".format(*match.score.shootout))
    return found


def chapters(match: MatchDetail) -> list[Chapter]:
    """Incidents by period, in order."""
    told = groupby(match.incidents, key=lambda each: each.period)
    return [Chapter(PERIODS.get(period, period), list(incidents)) for period, incidents in told]


def match_parts(match: MatchDetail) -> dict[str, Any]:
    """What the parts of a match page are given."""
    return {
        "chapters": chapters(match),
        "home_scorers": scorers(match, SideName.HOME),
        "away_scorers": scorers(match, SideName.AWAY),
        "bars": bars(match.statistics.full),
    }


def scorers(match: MatchDetail, side: SideName) -> list[Scorer]:
    """Who scored for `side`, in the order of the first goal. Kicks of a shoot-out are no goals."""
    found: dict[str, list[str]] = {}
    for goal in match.incidents:
        if goal.kind in codes.GOALS and goal.side is side:
            mark = {"penalty_goal": " (pen)", "own_goal": " (og)"}.get(goal.kind, "")
            found.setdefault(goal.player or "Goal", []).append(goal.minute_text + mark)
    return [Scorer(name, ", ".join(minutes)) for name, minutes in found.items()]


def bars(statistics: Iterable[StatItem]) -> list[Bar]:
    """Counters as bars; each side's share of the sum."""
    return [
        Bar(words(each.name), each.home, each.away, _share(each.home, each.away), _share(each.away, each.home))
        for each in statistics
    ]


def words(name: str) -> str:
    """`shots_on_target` as it is read."""
    return name.replace("_", " ").capitalize()


def week(day: date) -> list[DayLink]:
    """The days around `day`."""
    around = [day + timedelta(days=offset) for offset in range(-DAYS_SHOWN, DAYS_SHOWN + 1)]
    return [DayLink(each, each == day) for each in around if FIRST_DAY <= each <= LAST_DAY]


def monogram(name: str) -> str:
    """Two or three letters that stand for a crest."""
    parts = [part for part in name.replace("-", " ").replace(".", " ").split() if part[0].isalnum()]
    telling = [part for part in parts if part.lower() not in LEGAL_FORMS] or parts
    if len(telling) >= 2:
        return "".join(part[0] for part in telling[:3]).upper()
    return telling[0][:3].upper() if telling else "?"


def hue(team_id: str) -> int:
    """The colour of a crest: the same for a team everywhere."""
    return sum(ord(letter) * place for place, letter in enumerate(team_id, start=1)) % HUES


def _share(part: int, other: int) -> int:
    return 0 if part + other == 0 else round(100 * part / (part + other))
