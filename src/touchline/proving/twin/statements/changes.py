"""changes.sql: the stream, appended in turns."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.items import minute_of_phase, second_period
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row, jsonb, recordset

TURN = 4_700_000_001
GIVEN = (
    "match_id", "kind", "status_id", "minute", "minute_text", "home_score", "away_score", "happened",
    "lock_version", "at_ms",
)  # fmt: skip
CHANGE = ("seq", *GIVEN)
STANDING = (
    "external_id", "version", "status_id", "minute", "minute_of_phase", "second_period", "home_score_display",
    "away_score_display",
)  # fmt: skip
_change, _given = itemgetter(*CHANGE), itemgetter(*GIVEN)


async def append(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    rows = recordset(params["rows"])
    await tx.turn(TURN)
    seq = None
    for given in rows:
        row = dict(zip(GIVEN, _given(given), strict=True))
        row["happened"] = jsonb(row["happened"])
        seq = tx.insert("change", row)["seq"]
    tx.told = True
    return Answer(("seq",), [(seq,)], 1)


async def turn(tx: Transaction, _params: Mapping[str, Any]) -> Answer:
    await tx.turn(TURN)
    return Answer(("pg_advisory_xact_lock",), [("",)], 1)


def standing(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found = (tx.find("ts_matches", id_) for id_ in sorted(set(params["ids"])))
    rows = [_standing(tx, row) for row in found if row is not None]
    return Answer(STANDING, rows, len(rows))


def floor(tx: Transaction, _params: Mapping[str, Any]) -> Answer:
    log = tx.find("change_log", True)
    return Answer(("pruned_through",), [(log["pruned_through"],)] if log else [], log is not None)


def after(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    rows = tx.beyond("change", (params["seq"],), params["limit"])
    return Answer(CHANGE, list(map(_change, rows)), len(rows))


def some(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found = (tx.find("change", seq) for seq in sorted(set(params["seqs"])))
    return rows_of([row for row in found if row is not None], CHANGE)


def head(tx: Transaction, _params: Mapping[str, Any]) -> Answer:
    log, last = tx.find("change_log", True), tx.last("change")
    if log is None:
        return Answer(("epoch", "seq"), [], 0)
    return Answer(("epoch", "seq"), [(log["epoch"], 0 if last is None else last["seq"])], 1)


def _standing(tx: Transaction, row: Row) -> tuple[Any, ...]:
    return (
        row["external_id"],
        row["version"],
        row["status_id"],
        row["minute"],
        minute_of_phase(row),
        second_period(tx, row),
        row["home_score_display"],
        row["away_score_display"],
    )


ANSWERS = {
    "append": append,
    "turn": turn,
    "standing": standing,
    "floor": floor,
    "after": after,
    "some": some,
    "head": head,
}
