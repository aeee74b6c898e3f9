"""What each endpoint answers: the envelope around what the scene says at `now`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from touchline.simulator.form import analysis, season_table, tables_that_moved, tally
from touchline.simulator.half_stats import halves
from touchline.simulator.pressure import trend
from touchline.simulator.scene import Scene, day_of, provider_day
from touchline.simulator.script import Script
from touchline.simulator.team_stats import of_halves, of_teams
from touchline.simulator.teamsheet import sheet, told_anew
from touchline.simulator.wire import ENDED, LIVE, NOT_STARTED, Json, Record

PAGE_ROWS = 1_000
COMPENSATION_ROWS = 100
AHEAD_S = 86_400
"""Matches that begin within it have been compared."""
CHANGED_S = 120
"""`data/update` names what changed within it."""
LINE_UPS, STANDINGS = "1", "3"

Query: TypeAlias = Mapping[str, str]

LISTS = {
    "/category/list": "category",
    "/country/list": "country",
    "/competition/additional/list": "competition",
    "/team/additional/list": "team",
    "/season/list": "season",
    "/stage/list": "stage",
    "/venue/list": "venue",
    "/referee/list": "referee",
    "/coach/list": "coach",
    "/player/with_stat/list": "player",
}
WHOLE = frozenset({"category", "country"})
"""Lists that come in one piece, without `query`."""

EXTRA_FIELDS = {
    "competition": ("id", "name", "logo"),
    "team": ("id", "name", "logo", "country_logo"),
    "referee": ("id", "name", "logo"),
    "venue": ("id", "name"),
    "season": ("id", "competition_id", "year"),
    "stage": ("id", "season_id", "name", "mode", "group_count", "round_count", "order"),
}
REFERENCES = {
    "competition": ("competition_id",),
    "team": ("home_team_id", "away_team_id"),
    "referee": ("referee_id",),
    "venue": ("venue_id",),
    "season": ("season_id",),
}


class WrongQuestion(Exception):
    """A parameter that can't be read; the text goes into the answer."""


def answer(scene: Scene, path: str, query: Query, now: float) -> Record | None:
    """The body of the answer to `path`; None for a path that does not exist.

    Raises WrongQuestion.
    """
    if path in LISTS:
        return _list(scene.catalogue.rows(LISTS[path]), query, whole=LISTS[path] in WHOLE)
    endpoint = ENDPOINTS.get(path)
    return endpoint(scene, query, now) if endpoint else None


def _recent(scene: Scene, query: Query, now: float) -> Record:
    if "uuid" in query:
        found = scene.record(query["uuid"], now)
        return _one(query["uuid"], found)
    return _list(sorted(scene.records(now), key=_by_change), query)


def _diary(scene: Scene, query: Query, now: float) -> Record:
    first, after = provider_day(_asked_day(query, now))
    records = (record for record in scene.records(now) if first <= _number(record["match_time"]) < after)
    listed = sorted(records, key=lambda record: (_number(record["match_time"]), str(record["id"])))
    if "page" in query or "limit" in query:
        listed = _page(listed, _whole(query, "page", 1), min(PAGE_ROWS, _whole(query, "limit", PAGE_ROWS)))
    return {
        "code": 0,
        "query": {"total": len(listed), "type": "diary"},
        "results": [*listed],
        "results_extra": _extra(scene, listed),
    }


def _season(scene: Scene, query: Query, now: float) -> Record:
    season = query.get("uuid", "")
    rows: list[Json] = [record for record in scene.records(now) if season and record["season_id"] == season]
    return {"code": 0, "query": {"total": len(rows), "type": "uuid", "uuid": season}, "results": rows}


def _detail_live(scene: Scene, _query: Query, now: float) -> Record:
    return {"code": 0, "results": [*scene.details(now)]}


def _history(scene: Scene, query: Query, now: float) -> Record:
    match_id = query.get("uuid", "")
    return _told(match_id, scene.history(match_id, now))


def _trends(scene: Scene, _query: Query, now: float) -> Record:
    playing = (script for script in scene.scripts(now) if script.record(now)["status_id"] in LIVE)
    told = ((script.id, trend(script, now)) for script in playing)
    return {"code": 0, "results": [{"match_id": id_, "trend": found} for id_, found in told if found]}


def _part(tell: Callable[[Script, float], Record | None]) -> Callable[[Scene, Query, float], Record]:
    """An endpoint that tells one part of one match."""

    def endpoint(scene: Scene, query: Query, now: float) -> Record:
        match_id = query.get("uuid", "")
        script = scene.script(match_id, now)
        return _told(match_id, tell(script, now) if script else None)

    return endpoint


def _told(match_id: str, found: Record | None) -> Record:
    """What is told of one match; an empty object where there is nothing."""
    query: Record = {"total": int(found is not None), "type": "uuid", "uuid": match_id}
    return {"code": 0, "query": query, "results": found or {}}


def _update(scene: Scene, _query: Query, now: float) -> Record:
    """Line-ups become known before a match, standings move when it ends; nothing else we play is announced."""
    lineups: list[Json] = []
    seasons: dict[str, Json] = {}
    for script in scene.scripts(now):
        told_at = told_anew(script, now - CHANGED_S, now)
        if told_at is not None:
            lineups.append({"match_id": script.id, "update_time": told_at})
        record = script.record(now)
        at = _number(record["updated_at"])
        if record["status_id"] == ENDED and record["season_id"] and now - at <= CHANGED_S:
            seasons[str(record["season_id"])] = {"season_id": record["season_id"], "update_time": at}
    told: Mapping[str, list[Json]] = {LINE_UPS: lineups, STANDINGS: [*seasons.values()]}
    return {"code": 0, "results": {topic: rows for topic, rows in told.items() if rows}}


def _deleted(scene: Scene, _query: Query, now: float) -> Record:
    gone: list[Json] = [*scene.deleted(now)]
    return {"code": 0, "results": {"match": gone} if gone else {}}


def _team_stats(scene: Scene, _query: Query, now: float) -> Record:
    return {"code": 0, "results": [*of_teams(iter(scene.scripts(now)), now)]}


def _half_stats(scene: Scene, _query: Query, now: float) -> Record:
    return {"code": 0, "results": [*of_halves(iter(scene.scripts(now)), now)]}


def _tables_live(scene: Scene, _query: Query, now: float) -> Record:
    return {"code": 0, "results": [*tables_that_moved(scene.catalogue, scene.records(now), now)]}


def _season_table(scene: Scene, query: Query, now: float) -> Record:
    season_id = query.get("uuid", "")
    return _told(season_id, season_table(scene.catalogue, scene.records(now), season_id))


def _analysis(scene: Scene, query: Query, now: float) -> Record:
    match_id = query.get("uuid", "")
    record = scene.record(match_id, now)
    coming = record is not None and record["status_id"] == NOT_STARTED
    return _told(match_id, analysis(record) if record and coming else None)


def _compensation(scene: Scene, query: Query, now: float) -> Record:
    coming = sorted(
        (
            record
            for record in scene.records(now)
            if record["status_id"] == NOT_STARTED and 0 <= _number(record["match_time"]) - now <= AHEAD_S
        ),
        key=lambda record: (_number(record["match_time"]), str(record["id"])),
    )
    page = _whole(query, "page", 1)
    listed = _page(coming, page, COMPENSATION_ROWS)
    return _rows([tally(record, now) for record in listed], {"type": "page", "page": page})


ENDPOINTS: Mapping[str, Callable[[Scene, Query, float], Record]] = {
    "/match/recent/list": _recent,
    "/match/diary": _diary,
    "/match/season/recent": _season,
    "/match/detail_live": _detail_live,
    "/match/live/history": _history,
    "/match/trend/live": _trends,
    "/match/trend/detail": _part(trend),
    "/match/lineup/detail": _part(sheet),
    "/match/half/team_stats/detail": _part(halves),
    "/match/half/team_stats/list": _half_stats,
    "/match/team_stats/list": _team_stats,
    "/match/analysis": _analysis,
    "/compensation/list": _compensation,
    "/table/live": _tables_live,
    "/season/recent/table/detail": _season_table,
    "/data/update": _update,
    "/deleted": _deleted,
}


def _list(rows: Sequence[Record], query: Query, *, whole: bool = False) -> Record:
    """A paged and incremental list: `uuid`, else `time` (with `page`), else `page`."""
    if whole:
        return {"code": 0, "results": [*rows]}
    if "uuid" in query:
        return _one(query["uuid"], next((row for row in rows if row["id"] == query["uuid"]), None))
    page = _whole(query, "page", 1)
    if "time" not in query:
        listed = _page(rows, page, PAGE_ROWS)
        return _rows(listed, {"type": "page", "page": page})
    since = _whole(query, "time", 0)
    listed = _page([row for row in rows if _number(row["updated_at"]) >= since], page, PAGE_ROWS)
    changes = [_number(row["updated_at"]) for row in listed]
    ends: Record = {"min_time": changes[0], "max_time": changes[-1]} if changes else {}
    return _rows(listed, {"type": "time", "time": since, **ends})


def _rows(rows: Iterable[Record], query: Record) -> Record:
    results: list[Json] = [*rows]
    return {"code": 0, "query": {"total": len(results), **query}, "results": results}


def _one(record_id: str, row: Record | None) -> Record:
    return _rows([row] if row else [], {"type": "uuid", "uuid": record_id})


def _page(rows: Sequence[Record], page: int, size: int) -> list[Record]:
    return list(rows[(page - 1) * size : page * size])


def _extra(scene: Scene, records: Sequence[Record]) -> Record:
    """Names that go with the rows of a diary."""
    extra: Record = {}
    for kind, fields in REFERENCES.items():
        wanted = sorted({str(record[field]) for record in records for field in fields if record[field]})
        found = (scene.catalogue.find(kind, one) for one in wanted)
        extra[kind] = [_named(row, EXTRA_FIELDS[kind]) for row in found if row]
    stages = sorted({str(_stage(record)) for record in records})
    found = (scene.catalogue.find("stage", one) for one in stages)
    extra["stage"] = [_named(row, EXTRA_FIELDS["stage"]) for row in found if row]
    return extra


def _stage(record: Record) -> Json:
    position = record["round"]
    return position["stage_id"] if isinstance(position, dict) else ""


def _named(row: Record, fields: Sequence[str]) -> Record:
    return {field: row[field] for field in fields}


def _asked_day(query: Query, now: float) -> int:
    """The provider's day: by `date` (YYYYMMDD) or by a stamp in it (`tsp`); today without either."""
    if "date" in query:
        try:
            midnight = datetime.strptime(query["date"], "%Y%m%d").replace(tzinfo=UTC)
        except ValueError:
            raise WrongQuestion("date must be YYYYMMDD") from None
        return int(midnight.timestamp()) // 86_400
    return day_of(_whole(query, "tsp", int(now)))


def _whole(query: Query, name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or (name in {"page", "limit"} and int(text) < 1):
        raise WrongQuestion(f"{name} must be a whole number")
    return int(text)


def _number(value: Json) -> int:
    return value if isinstance(value, int) else 0


def _by_change(record: Record) -> tuple[int, str]:
    return _number(record["updated_at"]), str(record["id"])
