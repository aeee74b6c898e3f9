"""Standings, as the wire has them: several tables a season, one a group or a conference."""

from collections.abc import Mapping
from functools import partial

from touchline.ids import is_external_id
from touchline.provider.port import Promotion, Standing, Sums, Table
from touchline.provider.thesports.shapes import (
    LATEST_TS,
    Findings,
    Misread,
    changed_at,
    entries,
    external_id,
    mapping,
    objects,
    text,
    whole_or,
)

MARKS = frozenset({"tables"})
ROWS_MAX = 200
NUMBER_MAX = 100_000
FIELDS: Mapping[str, str] = {
    "position": "position",
    "points": "points",
    "played": "total",
    "won": "won",
    "drawn": "draw",
    "lost": "loss",
    "goals": "goals",
    "goals_against": "goals_against",
}
"""Our names and the wire's."""


def read_tables(results: object, season_id: str, found: Findings, latest: int = LATEST_TS) -> list[Table]:
    """Every table of an answer. `season_id` is the one that was asked for, empty where none was.

    A table of a season nobody asked for is refused: it would stand in another one's place.
    """
    read: list[Table] = []
    for _, part in objects(results, MARKS):
        if not isinstance(part, dict):
            found.set_aside("bad_table", "no object", part)
            continue
        named = part.get("season_id") or season_id
        if not is_external_id(named):
            found.set_aside("bad_table", "season_id is empty or malformed", part)
        elif season_id and named != season_id:
            found.set_aside("foreign_season", f"season {named} was not asked for", part)
        else:
            read += found.group("bad_table", part, "", partial(_tables, str(named), part, latest)) or ()
    return read


def _tables(season_id: str, part: Mapping[str, object], latest: int) -> list[Table]:
    promotions = tuple(
        _promotion(mapping(one, "promotion")) for one in entries(part.get("promotions"), "promotions", "id")
    )
    return [
        _table(season_id, mapping(one, "table"), promotions, latest)
        for one in entries(part.get("tables"), "tables", "rows")
    ]


def _promotion(part: Mapping[str, object]) -> Promotion:
    return Promotion(
        text(part.get("id"), "id"), text(part.get("name"), "name"), text(part.get("color"), "color")
    )


def _table(season_id: str, part: Mapping[str, object], promotions: tuple[Promotion, ...], latest: int) -> Table:
    rows = entries(part.get("rows"), "rows", "team_id")
    if len(rows) > ROWS_MAX:
        raise Misread(f"a table has more than {ROWS_MAX} rows")
    return Table(
        season_id=season_id,
        id=external_id(part.get("id"), "the id of a table"),
        stage_id=text(part.get("stage_id"), "stage_id"),
        conference=text(part.get("conference"), "conference"),
        group=whole_or(0, part.get("group"), "group", 0, NUMBER_MAX),
        rows=tuple(_row(mapping(row, "row"), latest) for row in rows),
        promotions=promotions,
    )


def _row(part: Mapping[str, object], latest: int) -> Standing:
    return Standing(
        team_id=external_id(part.get("team_id"), "team_id"),
        total=_sums(part, ""),
        home=_sums(part, "home_"),
        away=_sums(part, "away_"),
        deducted=_number(part, "deduct_points"),
        promotion_id=text(part.get("promotion_id"), "promotion_id"),
        note=text(part.get("note"), "note"),
        updated_at=changed_at(part, latest),
    )


def _sums(part: Mapping[str, object], prefix: str) -> Sums:
    return Sums(**{ours: _number(part, prefix + theirs) for ours, theirs in FIELDS.items()})


def _number(part: Mapping[str, object], name: str) -> int:
    return whole_or(0, part.get(name), name, -NUMBER_MAX, NUMBER_MAX)
