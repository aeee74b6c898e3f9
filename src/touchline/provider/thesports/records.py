"""Match records (`diary`, `recent/list`, `season/recent`), as the wire has them."""

from collections.abc import Mapping

from touchline.football.model import Counts, Goals, Pair, Says, Schedule, StatusClaim
from touchline.ids import MatchId, is_external_id
from touchline.provider.port import Report
from touchline.provider.thesports.scores import GOALS_MAX, read_slots, read_status
from touchline.provider.thesports.shapes import (
    LATEST_TS,
    Findings,
    Misread,
    entries,
    flag,
    instant,
    mapping,
    objects,
    provider_time,
    text,
    whole,
    whole_or,
)

MARKS = frozenset({"id", "status_id", "match_time", "home_team_id"})
NUMBER_MAX = 30_000


def read_records(results: object, found: Findings, latest: int = LATEST_TS) -> None:
    """Every match record in `results`, in order; a bad row is set aside, the others proceed."""
    for key, part in objects(results, MARKS):
        _read_record(key, part, found, latest)


def _read_record(key: str, part: object, found: Findings, latest: int) -> None:
    if not isinstance(part, dict):
        found.set_aside("bad_row", "no match record", part)
        return
    match_id = part.get("id", key)
    if not is_external_id(match_id):
        found.set_aside("invalid_match_id", "the id is empty or malformed", part)
        return
    goals, counts = _slots(part, match_id, found)
    says = Says(
        status=_status(part, match_id, found),
        goals=goals,
        counts=counts,
        schedule=found.group("bad_schedule", part, match_id, lambda: _schedule(part)),
    )
    if says == Says():
        return
    changed = found.group("bad_provider_time", part, match_id, lambda: provider_time(part, latest))
    found.reports.append(Report(match_id=MatchId(match_id), says=says, provider_time=changed))


def _status(record: Mapping[str, object], match_id: str, found: Findings) -> StatusClaim | None:
    if record.get("status_id") is None:
        return None
    status = found.group("bad_status", record, match_id, lambda: read_status(record["status_id"]))
    return None if status is None else StatusClaim(status)


def _slots(record: Mapping[str, object], match_id: str, found: Findings) -> tuple[Goals | None, Counts | None]:
    home, away = record.get("home_scores"), record.get("away_scores")
    if home in (None, "", []) and away in (None, "", []):
        return None, None
    return read_slots(home, away, record, match_id, found)


def _schedule(record: Mapping[str, object]) -> Schedule:
    match_time = instant(record.get("match_time"), "match_time")
    if match_time is None:
        raise Misread("match_time is missing")
    place = mapping(record.get("round"), "round")
    names = (
        *("competition_id", "season_id", "home_team_id", "away_team_id", "venue_id", "referee_id"),
        *("note", "related_id", "home_position", "away_position"),
    )
    return Schedule(
        match_time=match_time,
        stage_id=text(place.get("stage_id"), "stage_id"),
        round_num=whole_or(0, place.get("round_num"), "round_num", -1, NUMBER_MAX),
        group_num=whole_or(0, place.get("group_num"), "group_num", -1, NUMBER_MAX),
        aggregate=_aggregate(record.get("agg_score")),
        coverage=_coverage(record.get("coverage")),
        environment=_environment(record.get("environment")),
        ended_ts=instant(record.get("ended"), "ended"),
        neutral=flag(record.get("neutral"), "neutral"),
        tbd=flag(record.get("tbd"), "tbd"),
        has_ot=flag(record.get("has_ot"), "has_ot"),
        team_reverse=flag(record.get("team_reverse"), "team_reverse"),
        loss=flag(record.get("loss"), "loss"),
        **{name: text(record.get(name), name) for name in names},
    )


def _aggregate(value: object) -> Pair | None:
    cells = entries(value, "agg_score")
    if not cells:
        return None
    if len(cells) != 2:
        raise Misread(f"agg_score has {len(cells)} parts, not 2")
    return whole(cells[0], "agg_score", 0, GOALS_MAX), whole(cells[1], "agg_score", 0, GOALS_MAX)


def _coverage(value: object) -> dict[str, int]:
    given = mapping(value, "coverage")
    return {text(name, "coverage"): whole_or(0, part, name, 0, NUMBER_MAX) for name, part in given.items()}


def _environment(value: object) -> dict[str, str]:
    given = mapping(value, "environment")
    return {text(name, "environment"): text(part, name) for name, part in given.items()}
