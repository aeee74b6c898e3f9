"""What came before a match, and how its league stands: invented of the ids alone, so always the same.

A table counts the matches of the last days that are over, on top of a season that was played before.
"""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from msgspec import Struct

from touchline.simulator.catalogue import Catalogue
from touchline.simulator.scene import DAY_S
from touchline.simulator.wire import ENDED, GOALS, Json, Record, invented_id

ROWS = 5
"""Earlier meetings, and last matches of each team."""
MOVED_S = 600
"""`table/live` shows the tables that moved within it."""
PLACES = {"up": 2, "down": 3}
"""How many first and last places of a table lead somewhere."""


class _Played(Struct):
    """What a team has behind it at home or away."""

    won: int = 0
    draw: int = 0
    loss: int = 0
    goals: int = 0
    goals_against: int = 0

    def add(self, scored: int, conceded: int) -> None:
        """One match more."""
        self.won += scored > conceded
        self.draw += scored == conceded
        self.loss += scored < conceded
        self.goals += scored
        self.goals_against += conceded

    def told(self, prefix: str) -> Record:
        """As the fields of a row."""
        return {
            f"{prefix}total": self.won + self.draw + self.loss,
            f"{prefix}won": self.won,
            f"{prefix}draw": self.draw,
            f"{prefix}loss": self.loss,
            f"{prefix}goals": self.goals,
            f"{prefix}goals_against": self.goals_against,
            f"{prefix}goal_diff": self.goals - self.goals_against,
            f"{prefix}points": 3 * self.won + self.draw,
        }


# ---------------------------------------------------------------- tables


def tables_that_moved(catalogue: Catalogue, records: Iterable[Record], now: float) -> Iterator[Record]:
    """The table of every season in which a match ended lately."""
    records = list(records)
    moved = {
        str(record["season_id"])
        for record in records
        if record["status_id"] == ENDED and now - _number(record["updated_at"]) <= MOVED_S
    }
    for season_id in sorted(moved - {""}):
        table = season_table(catalogue, records, season_id)
        if table is not None:
            yield {"season_id": season_id, **table}


def season_table(catalogue: Catalogue, records: Iterable[Record], season_id: str) -> Record | None:
    """The table of one season; None where there is no such season, or it is a cup."""
    season = catalogue.find("season", season_id)
    teams = [
        row for row in catalogue.rows("team") if season and row["competition_id"] == season["competition_id"]
    ]
    if not teams:
        return None
    played = [record for record in records if record["season_id"] == season_id and record["status_id"] == ENDED]
    rows = sorted((_row(str(team["id"]), played) for team in teams), key=_by_place)
    for place, row in enumerate(rows, start=1):
        row["position"] = place
        row["promotion_id"] = _leads_to(season_id, place, len(rows))
    return {
        "promotions": [
            {"id": invented_id(season_id, "up"), "name": "Promotion", "color": "#2b6"},
            {"id": invented_id(season_id, "down"), "name": "Relegation", "color": "#c33"},
        ],
        "tables": [
            {
                "id": invented_id(season_id, "table"),
                "conference": "",
                "group": 0,
                "stage_id": "",
                "rows": [*rows],
            }
        ],
    }


def _row(team_id: str, records: Sequence[Record]) -> Record:
    rng = Random(team_id + "season")  # noqa: S311 - a play, not a secret
    sides = {"home": _Played(), "away": _Played()}
    for played in sides.values():
        for _ in range(12):
            played.add(_goals(rng), _goals(rng))
    changed = 0
    for record in records:
        for side, other in (("home", "away"), ("away", "home")):
            if record[f"{side}_team_id"] == team_id:
                sides[side].add(_slot(record, side, GOALS), _slot(record, other, GOALS))
                changed = max(changed, _number(record["updated_at"]))
    both = _Played(
        **{name: sum(getattr(one, name) for one in sides.values()) for name in _Played.__struct_fields__}
    )
    return {
        "team_id": team_id,
        "deduct_points": 0,
        "note": "",
        "updated_at": changed,
        **both.told(""),
        **{f"{side}_position": 0 for side in sides},
        **sides["home"].told("home_"),
        **sides["away"].told("away_"),
    }


def _by_place(row: Record) -> tuple[int, int, int, str]:
    return -_number(row["points"]), -_number(row["goal_diff"]), -_number(row["goals"]), str(row["team_id"])


def _leads_to(season_id: str, place: int, places: int) -> str:
    if place <= PLACES["up"]:
        return invented_id(season_id, "up")
    return invented_id(season_id, "down") if place > places - PLACES["down"] else ""


# ---------------------------------------------------------------- before a match


def analysis(record: Record) -> Record:
    """The meetings of both teams, and the last matches of each against others."""
    home, away = str(record["home_team_id"]), str(record["away_team_id"])
    empty: list[Json] = []
    return {
        "info": empty,
        "history": {
            "vs": [_meeting(record, home, away, number) for number in range(ROWS)],
            "home": [
                _meeting(record, home, invented_id(home, "rival", number), number) for number in range(ROWS)
            ],
            "away": [
                _meeting(record, away, invented_id(away, "rival", number), number) for number in range(ROWS)
            ],
        },
        "future": {},
        "goal_distribution": {},
    }


def tally(record: Record, now: float) -> Record:
    """How the meetings and the last matches went, counted."""
    told = analysis(record)["history"]
    history = told if isinstance(told, dict) else {}
    home, away = str(record["home_team_id"]), str(record["away_team_id"])
    return {
        "id": record["id"],
        "history": {"home": _counted(history["vs"], home), "away": _counted(history["vs"], away)},
        "recent": {"home": _counted(history["home"], home), "away": _counted(history["away"], away)},
        "similar": {},
        "updated_at": int(now) // DAY_S * DAY_S,
    }


def _last_matches(record: Record, team: str) -> list[Json]:
    return [_meeting(record, team, invented_id(team, "rival", number), number) for number in range(ROWS)]


def _meeting(record: Record, one: str, other: str, number: int) -> Json:
    """A row: whoever was at home comes first; the venue changes from time to time."""
    rng = Random(repr((one, other, number)))  # noqa: S311 - a play, not a secret
    sides = [one, other] if rng.random() < 0.5 else [other, one]
    at = _number(record["match_time"]) // DAY_S * DAY_S - (number + 1) * 40 * DAY_S
    cells: list[Json] = []
    for team in sides:
        goals = _goals(rng)
        cells.append([team, "", goals, rng.randint(0, goals), 0, rng.randint(0, 4), -1, 0, 0])
    return [
        invented_id(one, other, number),
        record["competition_id"],
        ENDED,
        at,
        0,
        *cells,
        ["", "", "", ""],
        ["", 0, 0],
        [record["season_id"], ""],
    ]


def _counted(rows: Json, team: str) -> Record:
    results = [_result(row, team) for row in (rows if isinstance(rows, list) else [])]
    counts = {
        "won_count": results.count(1),
        "drawn_count": results.count(0),
        "lost_count": results.count(-1),
    }
    return {**counts, "rate": round(counts["won_count"] / len(results), 2) if results else 0}


def _result(row: Json, team: str) -> int:
    """1 won, 0 drawn, -1 lost."""
    match row:
        case [_, _, _, _, _, [str(home), _, int(scored), *_], [_, _, int(conceded), *_], *_]:
            difference = scored - conceded if home == team else conceded - scored
            return (difference > 0) - (difference < 0)
        case _:
            return 0


def _goals(rng: Random) -> int:
    return rng.choices((0, 1, 2, 3, 4), weights=(26, 35, 23, 11, 5))[0]


def _slot(record: Record, side: str, slot: int) -> int:
    slots = record[f"{side}_scores"]
    return _number(slots[slot]) if isinstance(slots, list) else 0


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0
