"""matches.sql: rows locked, read, made and saved under their version."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row, greatest, held, instant, jsonb, recordset

LOCKED = (
    "external_id", "version",
    "match_time", "competition_id", "season_id", "stage_id", "home_team_id", "away_team_id", "venue_id",
    "referee_id", "round_num", "group_num", "neutral", "tbd", "has_ot", "team_reverse", "loss", "note",
    "related_id", "agg_home", "agg_away", "home_position", "away_position", "coverage", "environment",
    "ended_ts",
    "status_id", "phase_entered_ts", "phase_seen_live", "home_scores", "away_scores", "half_time_reached",
    "shoot_out_reached", "home_score_extra_time", "away_score_extra_time", "first_half_kickoff_ts",
    "second_half_kickoff_ts", "overtime_kickoff_ts", "minute", "last_minute_update_ts", "provider_update_time",
    "last_event_ts", "last_seen_ts", "last_live_seen_ts", "provenance", "pending", "statistics",
    "first_half_stats", "statistics_second_half", "data_completeness",
)  # fmt: skip
GIVEN = (
    "status_id", "phase_entered_ts", "phase_seen_live", "home_scores", "away_scores", "half_time_reached",
    "shoot_out_reached", "home_score_extra_time", "away_score_extra_time", "first_half_kickoff_ts",
    "second_half_kickoff_ts", "overtime_kickoff_ts", "provider_update_time", "last_event_ts",
)  # fmt: skip
KEPT = {
    "statistics": "statistics",
    "first_half_stats": "first_half_stats",
    "statistics_second_half": "second_half_stats",
    "incidents_first_half": "incidents_first_half",
    "incidents_second_half": "incidents_second_half",
    "incidents_extra": "incidents_extra",
    "data_completeness": "data_completeness",
}
"""What stays where nothing is given, by column."""
SCHEDULE = (
    "match_time", "competition_id", "season_id", "stage_id", "home_team_id", "away_team_id", "venue_id",
    "referee_id", "round_num", "group_num", "neutral", "tbd", "has_ot", "team_reverse", "loss", "note",
    "related_id", "home_position", "away_position", "ended_ts",
)  # fmt: skip
ID = ("external_id",)
_locked, _given, _schedule = itemgetter(*LOCKED), itemgetter(*GIVEN), itemgetter(*SCHEDULE)


async def lock(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    tx.lock_timeout_s = _seconds(params["wait_ms"])
    seen = [id_ for id_ in sorted(set(params["ids"])) if tx.find("ts_matches", id_) is not None]
    rows = [row for id_ in seen if (row := await tx.lock("ts_matches", (id_,))) is not None]
    return Answer(LOCKED, list(map(_locked, rows)), len(rows))


def lock_free(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    tx.lock_timeout_s = _seconds(params["wait_ms"])
    rows = [
        row
        for id_ in sorted(set(params["ids"]))
        if (row := tx.find("ts_matches", id_)) is not None and tx.free("ts_matches", (id_,))
    ]
    return Answer(LOCKED, list(map(_locked, rows)), len(rows))


def known(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found = [(id_,) for id_ in sorted(set(params["ids"])) if tx.find("ts_matches", id_) is not None]
    return Answer(ID, list(found), len(found))


async def create(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    now = instant(params["now"])
    made = []
    for given in sorted(recordset(params["rows"]), key=itemgetter("id")):
        row = {
            "id": tx.number("ts_matches"),
            "external_id": given["id"],
            "match_time": given["match_time"],
            "status_id": given["status_id"],
            "phase_entered_ts": given["phase_entered_ts"],
            "created_at": now,
            "updated_at": now,
        }
        if await tx.claim("ts_matches", row) is None:
            tx.insert("ts_matches", row)
            made.append((given["id"],))
    return Answer(ID, list(made), len(made))


async def save(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    """A row that has to be waited for is looked at again: its version may have moved meanwhile."""
    won = []
    for given in recordset(params["rows"]):
        seen = tx.find("ts_matches", given["id"])
        if seen is None or seen["version"] != given["version"]:
            continue
        stored = await tx.lock("ts_matches", (given["id"],))
        if stored is not None and stored["version"] == given["version"]:
            tx.update("ts_matches", stored, _saved(stored, given, params["now"]))
            won.append((given["id"],))
    return Answer(ID, list(won), len(won))


async def save_schedule(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    return await _each(tx, params, lambda _stored, given: _scheduled(given["schedule"]))


async def save_deleted(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    def deleted(stored: Row, given: Row) -> Row:
        return {"deleted_at": (stored["deleted_at"] or stored["updated_at"]) if given["deleted"] else None}

    return await _each(tx, params, deleted)


async def _each(tx: Transaction, params: Mapping[str, Any], changes: Callable[[Row, Row], Row]) -> Answer:
    """What `changes` makes of each stored row and the one that is given for it."""
    touched = 0
    for given in recordset(params["rows"]):
        if tx.find("ts_matches", given["id"]) is None:
            continue
        stored = await tx.lock("ts_matches", (given["id"],))
        if stored is not None:
            tx.update("ts_matches", stored, changes(stored, given))
            touched += 1
    return Answer((), [], touched)


async def touch(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    now, live = params["now"], set(params["live"])
    touched = 0
    for id_ in params["ids"]:
        seen = tx.find("ts_matches", id_)
        if seen is None or not _unseen(seen, now, live):
            continue
        stored = await tx.lock("ts_matches", (id_,))
        if stored is not None and _unseen(stored, now, live):
            tx.update("ts_matches", stored, _touched(stored, now, id_ in live))
            touched += 1
    return Answer((), [], touched)


def _seconds(wait_ms: str) -> float | None:
    """A lock_timeout; 0 is none."""
    return int(wait_ms) / 1000 or None


def _saved(stored: Row, given: Row, now: int) -> Row:
    saved = dict(zip(GIVEN, _given(given), strict=True))
    saved["version"] = stored["version"] + 1
    saved["last_seen_ts"] = greatest(stored["last_seen_ts"], now)
    saved["pending"] = jsonb(given["pending"])
    if given["visible"]:
        saved["updated_at"] = instant(now)
    if given["seen_live"]:
        saved["last_live_seen_ts"] = greatest(stored["last_live_seen_ts"], now)
    if given["provenance"]:
        saved["provenance"] = jsonb(held(stored["provenance"]) | given["provenance"])
    for column, name in KEPT.items():
        if given[name] is not None:
            saved[column] = jsonb(given[name])
    return saved


def _scheduled(given: Row) -> Row:
    aggregate = given["aggregate"] or (None, None)
    return dict(zip(SCHEDULE, _schedule(given), strict=True)) | {
        "agg_home": aggregate[0],
        "agg_away": aggregate[1],
        "coverage": jsonb(given["coverage"]),
        "environment": jsonb(given["environment"]),
    }


def _unseen(row: Row, now: int, live: set[str]) -> bool:
    return _before(row["last_seen_ts"], now) or (
        row["external_id"] in live and _before(row["last_live_seen_ts"], now)
    )


def _before(seen: int | None, now: int) -> bool:
    return seen is None or seen < now


def _touched(row: Row, now: int, live: bool) -> Row:
    touched = {"last_seen_ts": greatest(row["last_seen_ts"], now)}
    if live:
        touched["last_live_seen_ts"] = greatest(row["last_live_seen_ts"], now)
    return touched


ANSWERS = {
    "lock": lock,
    "lock_free": lock_free,
    "known": known,
    "create": create,
    "save": save,
    "save_schedule": save_schedule,
    "save_deleted": save_deleted,
    "touch": touch,
}
