"""Trends, as the wire has them: pressure minute by minute, a list a half."""

from collections.abc import Mapping
from functools import partial

from touchline.football.model import Says, Trend
from touchline.ids import MatchId
from touchline.provider.port import Report
from touchline.provider.thesports.shapes import (
    DEPTH_MAX,
    Findings,
    Misread,
    entries,
    mapping,
    whole,
    whole_or,
)

MARKS = frozenset({"match_id", "trend", "data"})
PER = 45
"""Minutes of a half where the wire does not say."""
PER_MAX = 120
HALVES_MAX = 8
MINUTES_MAX = 240
"""Of one half, extra time included."""
PRESSURE_MAX = 100_000


def read_trends(results: object, match_id: str, found: Findings) -> None:
    """Every trend of an answer; one without an id is taken for that of `match_id`, where one was asked for."""
    for named, part in found.parts(results, MARKS, match_id, "bad_trend"):
        trend = found.group("bad_trend", part, named, partial(_trend, part))
        if trend is not None:
            found.reports.append(Report(match_id=MatchId(named), says=Says(trend=trend)))


def _trend(record: Mapping[str, object]) -> Trend | None:
    """The trend itself or what lies one level deeper; None where there is no minute yet."""
    if "trend" in record:
        record = mapping(record["trend"], "trend")
    halves = tuple(_minutes(each) for each in _lists(record.get("data")))
    if len(halves) > HALVES_MAX:
        raise Misread(f"data has more than {HALVES_MAX} lists")
    if not any(halves):
        return None
    return Trend(whole_or(PER, record.get("per"), "per", 1, PER_MAX), halves)


def _lists(value: object) -> list[object]:
    """The list a half; what wraps it once more is taken off."""
    for _ in range(DEPTH_MAX):
        if isinstance(value, dict) and "data" in value:
            value = value["data"]
            continue
        cells = entries(value, "data")
        match cells:
            case [[[*_], *_] as inner]:
                value = inner
            case _:
                return cells
    raise Misread("data is nested too deeply")


def _minutes(value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise Misread("a half of data is no list")
    if len(value) > MINUTES_MAX:
        raise Misread(f"a half has more than {MINUTES_MAX} minutes")
    return tuple(whole(each, "pressure", -PRESSURE_MAX, PRESSURE_MAX) for each in value)
