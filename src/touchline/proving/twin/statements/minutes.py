"""minutes.sql: running matches, and the minute engine's one UPDATE."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.parts import REVISION
from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row, greatest, recordset

RUNNING = frozenset({2, 4, 5})
TICKING = (
    "external_id", "version", "status_id", "phase_entered_ts", "phase_seen_live", "first_half_kickoff_ts",
    "second_half_kickoff_ts", "overtime_kickoff_ts", "minute", "last_minute_update_ts",
)  # fmt: skip
WRITTEN = (
    "external_id", "version", "status_id", "minute", "last_minute_update_ts", "provider_update_time",
    "home_score_display", "away_score_display",
)  # fmt: skip
PAUSE = ("match_id", "started_ts", "ended_ts")
_ticking, _written, _id = itemgetter(*TICKING), itemgetter(*WRITTEN), itemgetter("external_id")
_revision, _pause = itemgetter(*REVISION), itemgetter(*PAUSE)


def page(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    after, limit = params["after"], params["limit"]
    running = [row for row in tx.scan("ts_matches") if _runs(row) and row["external_id"] > after]
    rows = [_ticking(row) for row in sorted(running, key=_id)[:limit]]
    return Answer(TICKING, rows, len(rows))


def some(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found = (tx.find("ts_matches", id_) for id_ in dict.fromkeys(params["ids"]))
    rows = [_ticking(row) for row in found if row is not None and _runs(row)]
    return Answer(TICKING, rows, len(rows))


def revisions(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    rows = [_revision(row) for id_ in set(params["ids"]) for row in tx.of("kickoff_revision", id_)]
    rows.sort()
    return Answer(REVISION, rows, len(rows))


def pauses(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    rows = [_pause(row) for id_ in set(params["ids"]) for row in tx.of("match_pause", id_)]
    rows.sort(key=itemgetter(0, 1))
    return Answer(PAUSE, rows, len(rows))


def tick(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    now = params["now"]
    written = []
    for given in sorted(recordset(params["minutes"]), key=itemgetter("id")):
        row = tx.find("ts_matches", given["id"])
        if row is not None and _is_due(row, given) and tx.free("ts_matches", (given["id"],)):
            minute = {
                "minute": given["minute"],
                "last_minute_update_ts": greatest(now, given["counts_from"]),
            }
            written.append(_written(tx.update("ts_matches", row, minute)))
    return Answer(WRITTEN, written, len(written))


def _runs(row: Row) -> bool:
    return row["status_id"] in RUNNING and row["deleted_at"] is None


def _is_due(row: Row, given: Row) -> bool:
    at = row["last_minute_update_ts"]
    earlier = at is not None and given["counts_from"] is not None and at < given["counts_from"]
    later = row["minute"] is None or row["minute"] < given["minute"]
    return row["version"] == given["version"] and (later or earlier)


ANSWERS = {"page": page, "some": some, "revisions": revisions, "pauses": pauses, "tick": tick}
