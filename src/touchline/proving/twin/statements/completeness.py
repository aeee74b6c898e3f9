"""completeness.sql: matches that are over and not whole."""

from collections.abc import Mapping
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import change
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row, held, instant, jsonb, recordset

Params = Mapping[str, Any]
KEPT = {
    "statistics_second_half": "second_half_stats",
    "incidents_first_half": "incidents_first_half",
    "incidents_second_half": "incidents_second_half",
    "incidents_extra": "incidents_extra",
}


def due(tx: Transaction, params: Params) -> Answer:
    found = []
    for row in tx.scan("ts_matches"):
        if _is_over(row, params["now"] - params["back_s"], params["now"] - params["provisional_s"]):
            known = held(row["data_completeness"])
            if "reason" in known and _is_due(known, params):
                checked_at = known.get("checked_at")
                order = (checked_at is not None, checked_at or 0, row["phase_entered_ts"], row["external_id"])
                found.append((order, row))
    found.sort(key=lambda each: each[0])
    return rows_of([row for _, row in found[: params["most"]]], ("external_id", "data_completeness"))


async def save(tx: Transaction, params: Params) -> Answer:
    won: list[Row] = []
    for given in recordset(params["rows"]):
        won += await change(
            tx,
            "ts_matches",
            [tx.find("ts_matches", given["id"])],
            lambda row, given=given: bool(row["version"] == given["version"]),  # type: ignore[misc]
            lambda row, given=given: _saved(row, given, params["now"]),  # type: ignore[misc]
        )
    return rows_of(won, ("external_id",))


def _is_over(row: Row, first: int, last: int) -> bool:
    contested_ms = held(row["pending"]).get("contested_at_ms") or 0
    return bool(
        row["status_id"] == 8
        and row["deleted_at"] is None
        and first <= row["phase_entered_ts"] <= last
        and contested_ms <= last * 1000
    )


def _is_due(known: Mapping[str, Any], params: Params) -> bool:
    attempts, checked_at = known.get("attempts") or 0, known.get("checked_at")
    if attempts >= params["attempts_max"]:
        return False
    return checked_at is None or checked_at + (params["wait_s"] << max(attempts - 1, 0)) <= params["now"]


def _saved(stored: Row, given: Row, now: int) -> Row:
    saved: dict[str, Any] = {
        column: jsonb(given[name]) for column, name in KEPT.items() if given[name] is not None
    }
    saved["version"] = stored["version"] + 1
    saved["data_completeness"] = jsonb(given["data_completeness"])
    if given["visible"]:
        saved["updated_at"] = instant(now)
    return saved


ANSWERS = {"due": due, "save": save}
