"""The line-up of a match as the provider tells it: expected, then confirmed, then marked as it is played."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from random import Random

from touchline.simulator import wire
from touchline.simulator.course import Course, Player
from touchline.simulator.lineup import STARTERS
from touchline.simulator.script import Kind, Script
from touchline.simulator.squad import coach_id
from touchline.simulator.wire import Json, Record

EXPECTED_S, CONFIRMED_S = 4_500, 2_400
"""Before the scheduled time a line-up is told as expected, and as confirmed."""
FORMATIONS = ("4-4-2", "4-3-3", "4-2-3-1", "3-5-2", "5-3-2", "3-4-3")
KEEPER_Y, FIRST_LINE_Y, LAST_LINE_Y = 8, 28, 84
"""How far before the own goal line they stand, of 100."""
RATED_EVERY_S = 900
UNRATED = "0.0"
AVERAGE, LEAST, MOST = 6.6, 3.0, 9.9

WORTH = {wire.GOAL: 0.8, wire.PENALTY: 0.6, wire.OWN_GOAL: -0.7, wire.YELLOW: -0.2, wire.RED: -1.2}
"""What a deed adds to a rating."""
MARKED = frozenset({*WORTH, wire.SECOND_YELLOW, wire.SUBSTITUTION, wire.PENALTY_MISSED})
ROLES = ("player_id", "in_player_id", "out_player_id")

Marks = Mapping[str, Sequence[Record]]
"""What each player did, by his id."""


def sheet(script: Script, now: float) -> Record | None:
    """What is told of who plays; None where nobody tells, or not yet."""
    course = script.course
    until = course.fixture.scheduled - now
    if course.thin or not course.squads or until > EXPECTED_S:
        return None
    marks, played_s = _marks(script, now), _played_s(course, now)
    teams = {"home": course.fixture.home_id, "away": course.fixture.away_id}
    formations = {name: _seeded(team_id).choice(FORMATIONS) for name, team_id in teams.items()}
    coaches: Record = {name: coach_id(team_id) for name, team_id in teams.items()}
    sides: Record = {
        name: _side(squad, formations[name], _seeded(team_id), marks, played_s)
        for (name, team_id), squad in zip(teams.items(), course.squads, strict=True)
    }
    return {
        "confirmed": int(until <= CONFIRMED_S),
        "home_formation": formations["home"],
        "away_formation": formations["away"],
        "coach_id": coaches,
        "lineup": sides,
        "injury": {},
    }


def told_anew(script: Script, since: float, now: float) -> int | None:
    """When after `since` another line-up was told than before: as expected, or as confirmed."""
    scheduled = script.course.fixture.scheduled
    moments = (scheduled - CONFIRMED_S, scheduled - EXPECTED_S)
    at = next((moment for moment in moments if since <= moment <= now), None)
    return at if at is not None and sheet(script, now) else None


def _side(squad: Sequence[Player], formation: str, rng: Random, marks: Marks, played_s: float) -> list[Json]:
    bench = ((rng.choice("DMF"), 0, 0) for _ in squad[STARTERS:])
    places = [*_places(formation), *bench]
    numbers = [1, *rng.sample(range(2, 31), len(squad) - 1)]
    captain = rng.randrange(STARTERS)
    rows: list[Json] = []
    for place, (player, number) in enumerate(zip(squad, numbers, strict=True)):
        position, x, y = places[place]
        row: Record = {
            "id": player.id,
            "first": int(place < STARTERS),
            "captain": int(place == captain),
            "name": player.name,
            "logo": "",
            "shirt_number": number,
            "position": position,
            "x": x,
            "y": y,
        }
        rows.append(row | _deeds(player, marks.get(player.id, ()), played_s, starts=place < STARTERS))
    return rows


def _places(formation: str) -> Iterator[tuple[str, int, int]]:
    """Position and coordinates of the eleven, the keeper first."""
    yield "G", 50, KEEPER_Y
    lines = [int(count) for count in formation.split("-")]
    step = (LAST_LINE_Y - FIRST_LINE_Y) // (len(lines) - 1)
    for line, count in enumerate(lines):
        position = "D" if line == 0 else "F" if line == len(lines) - 1 else "M"
        for place in range(count):
            yield position, round(100 * (place + 1) / (count + 1)), FIRST_LINE_Y + line * step


def _deeds(player: Player, marks: Sequence[Record], played_s: float, *, starts: bool) -> Record:
    """How a player does: the rating moves a little every quarter of an hour; nought for who has not played."""
    kinds = [_whole(mark["type"]) for mark in marks]
    rating = UNRATED
    if played_s >= RATED_EVERY_S and (starts or wire.SUBSTITUTION in kinds):
        rng = Random(repr((player.id, "rating", played_s // RATED_EVERY_S)))  # noqa: S311 - a play, not a secret
        worth = sum(WORTH.get(kind, 0.0) for kind in kinds)
        rating = f"{min(MOST, max(LEAST, AVERAGE + rng.uniform(-0.5, 0.7) + worth)):.1f}"
    return {"rating": rating, "incidents": [*marks]} if marks else {"rating": rating}


def _marks(script: Script, now: float) -> Marks:
    """The incidents as they were told; the markers among them say which half each belongs to."""
    told = script.newest(Kind.INCIDENTS, now)
    marks: dict[str, list[Record]] = defaultdict(list)
    last = 45
    for entry in told.body if told else ():
        if not isinstance(entry, dict):
            continue
        for role in ROLES:
            if role in entry and entry["type"] in MARKED:
                marks[str(entry[role])].append(_mark(entry, last))
        last = {wire.MARK_HALF_TIME: 90, wire.MARK_NINETY: 120}.get(_whole(entry["type"]), last)
    return marks


def _mark(entry: Record, last: int) -> Record:
    minute, side = _whole(entry["time"]), _whole(entry["position"])
    added = max(0, minute - last)
    mark: Record = {
        "type": entry["type"],
        "time": f"{last}+{added}" if added else str(minute),
        "minute": min(minute, last),
        "belong": wire.other(side) if entry["type"] == wire.OWN_GOAL else side,
    }
    return mark | {"addtime": added} if added else mark


def _played_s(course: Course, now: float) -> float:
    return sum(max(0.0, min(now, span.end) - span.start) for span in course.spans)


def _seeded(team_id: str) -> Random:
    return Random("sheet" + team_id)  # noqa: S311 - a play, not a secret


def _whole(value: Json) -> int:
    return value if isinstance(value, int) else 0
