"""What came before a match, as the wire has it: rows without names for earlier matches, and counts."""

from collections.abc import Mapping
from functools import partial

from touchline.ids import MatchId
from touchline.provider.port import Analysis, Meeting, Record, Tally
from touchline.provider.thesports.shapes import (
    LATEST_TS,
    Findings,
    Misread,
    changed_at,
    entries,
    external_id,
    instant,
    mapping,
    whole,
    whole_or,
)

ANALYSIS_MARKS = frozenset({"info", "history", "future", "goal_distribution"})
TALLY_MARKS = frozenset({"history", "recent", "similar"})
ROWS_MAX = 200
NUMBER_MAX = 10_000
SIDE_GOALS, SIDE_HALF_TIME = 2, 3
"""Where a side's array[7] begins, and its second slot."""


def read_analysis(results: object, match_id: str, found: Findings) -> list[Analysis]:
    """The meetings and last matches of the one match that was asked for."""
    analyses = [
        found.group("bad_analysis", part, named, partial(_analysis, named, part))
        for named, part in found.parts(results, ANALYSIS_MARKS, match_id, "bad_analysis")
        if named == match_id
    ]
    return [analysis for analysis in analyses if analysis is not None]


def read_tallies(results: object, found: Findings, latest: int = LATEST_TS) -> list[Tally]:
    """The counts of every match of a page."""
    tallies = [
        found.group("bad_compensation", part, named, partial(_tally, named, part, latest))
        for named, part in found.parts(results, TALLY_MARKS, "", "bad_compensation")
    ]
    return [tally for tally in tallies if tally is not None]


def _analysis(match_id: str, part: Mapping[str, object]) -> Analysis:
    history = mapping(part.get("history"), "history")
    return Analysis(
        match_id=MatchId(match_id),
        meetings=_meetings(history.get("vs")),
        home=_meetings(history.get("home")),
        away=_meetings(history.get("away")),
    )


def _meetings(value: object) -> tuple[Meeting, ...]:
    rows = entries(value, "history")
    if len(rows) > ROWS_MAX:
        raise Misread(f"a history has more than {ROWS_MAX} rows")
    return tuple(map(_meeting, rows))


def _meeting(row: object) -> Meeting:
    match row:
        case [match_id, competition_id, status_id, match_time, _, [*home], [*away], *_]:
            pass
        case _:
            raise Misread("a row of a history has too few cells")
    at = instant(match_time, "match_time")
    if at is None:
        raise Misread("a row of a history names no time")
    return Meeting(
        match_id=external_id(match_id, "the match of a history"),
        competition_id=competition_id if isinstance(competition_id, str) else "",
        status_id=whole(status_id, "status", 0, 99),
        match_time=at,
        home_team_id=_team(home),
        away_team_id=_team(away),
        goals=(_slot(home, SIDE_GOALS), _slot(away, SIDE_GOALS)),
        half_time=(_slot(home, SIDE_HALF_TIME), _slot(away, SIDE_HALF_TIME)),
    )


def _team(side: list[object]) -> str:
    return external_id(side[0] if side else None, "the team of a history")


def _slot(side: list[object], place: int) -> int:
    if len(side) <= place:
        raise Misread("a side of a history has too few cells")
    return whole(side[place], "goals", 0, 99)


def _tally(match_id: str, part: Mapping[str, object], latest: int) -> Tally:
    meetings, recent = mapping(part.get("history"), "history"), mapping(part.get("recent"), "recent")
    return Tally(
        match_id=MatchId(match_id),
        home_meetings=_record(meetings.get("home")),
        away_meetings=_record(meetings.get("away")),
        home_recent=_record(recent.get("home")),
        away_recent=_record(recent.get("away")),
        updated_at=changed_at(part, latest),
    )


def _record(value: object) -> Record:
    part = mapping(value, "record")
    names = ("won_count", "drawn_count", "lost_count")
    return Record(*(whole_or(0, part.get(name), name, 0, NUMBER_MAX) for name in names))
