"""fixtures.sql: what ingest asks about the rows the schedule has made."""

from collections.abc import Callable, Mapping
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row, held

LIVE = frozenset({2, 3, 4, 5, 7})
AROUND_S = 3 * 86_400
ID = ("external_id",)
KIND_ID = ("kind", "id")
SETTLED = frozenset({"live_history", "operator"})


def count(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found = _there(tx, lambda row: params["start"] <= row["match_time"] < params["end"])
    return Answer(("count",), [(len(found),)], 1)


def unsettled(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    now = params["now"]
    found = _there(tx, lambda row: now - AROUND_S <= row["match_time"] <= now and _wants_history(row))
    found.sort(key=lambda row: (-row["match_time"], row["external_id"]))
    rows = [(row["external_id"],) for row in found[: params["most"]]]
    return Answer(ID, list(rows), len(rows))


def unnamed(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    now = params["now"]
    wanted: set[tuple[str, str]] = set()
    for row in _there(tx, lambda row: now - AROUND_S <= row["match_time"] <= now + AROUND_S):
        wanted |= {
            ("competition", row["competition_id"]),
            ("team", row["home_team_id"]),
            ("team", row["away_team_id"]),
        }
    unknown = [(kind, id_) for kind, id_ in sorted(wanted) if id_ and tx.find("catalogue", kind, id_) is None]
    rows = unknown[: params["most"]]
    return Answer(KIND_ID, list(rows), len(rows))


def anything_in_play(tx: Transaction, _params: Mapping[str, Any]) -> Answer:
    return Answer(("exists",), [(bool(_there(tx, lambda row: row["status_id"] in LIVE)),)], 1)


def want_lineup(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    first, last = params["now"] - params["late_s"], params["now"] + params["ahead_s"]
    wanted = []
    for row in _there(tx, lambda row: str(held(row["coverage"]).get("lineup")) == "1"):
        known = tx.find("match_lineup", row["external_id"])
        soon = row["status_id"] == 1 and first <= row["match_time"] <= last
        if row["status_id"] in LIVE or (soon and not _is_confirmed(known)):
            wanted.append((known is not None, row["match_time"], row["external_id"]))
    rows = [(id_,) for _, _, id_ in sorted(wanted)]
    return Answer(ID, list(rows), len(rows))


def want_last_word(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    earliest, latest, longest = params["from_ts"], params["until_ts"], params["longest_s"]
    ended = _there(
        tx,
        lambda row: (
            row["status_id"] == 8
            and earliest - longest <= row["match_time"] <= latest
            and earliest <= row["phase_entered_ts"] <= latest
        ),
    )
    wanted = sorted(
        (row["phase_entered_ts"], row["external_id"], part)
        for row in ended
        for part in _parts(row)
        if _said_ms(row, part) < row["phase_entered_ts"] * 1000
    )
    return Answer(("part", "external_id"), [(part, id_) for _, id_, part in wanted], len(wanted))


def followed(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found = (tx.find("ts_matches", id_) for id_ in sorted(set(params["ids"])))
    rows = [(row["external_id"],) for row in found if row is not None and _is_around(row, params)]
    return Answer(ID, list(rows), len(rows))


def sides(tx: Transaction, params: Mapping[str, Any]) -> Answer:
    found = (tx.find("ts_matches", id_) for id_ in sorted(set(params["ids"])))
    return rows_of([row for row in found if row is not None], ("external_id", "home_team_id", "away_team_id"))


def _is_around(row: Row, params: Mapping[str, Any]) -> bool:
    return row["deleted_at"] is None and params["from_ts"] <= row["match_time"] <= params["until_ts"]


def _there(tx: Transaction, wanted: Callable[[Row], bool]) -> list[Row]:
    return [row for row in tx.scan("ts_matches") if row["deleted_at"] is None and wanted(row)]


def _wants_history(row: Row) -> bool:
    if held(row["pending"]).get("history_asked") is not True:
        return False
    return held(row["provenance"]).get("counts", {}).get("source", "") not in SETTLED


def _is_confirmed(lineup: Row | None) -> bool:
    return lineup is not None and held(lineup["lineup"]).get("confirmed") is True


def _parts(row: Row) -> list[str]:
    provenance = held(row["provenance"])
    has = {
        "halves": row["statistics"] != "[]",
        "trend": "trend" in provenance,
        "lineup": "lineup" in provenance,
    }
    return [part for part, there in has.items() if there]


def _said_ms(row: Row, part: str) -> int:
    said = held(row["provenance"]).get(part, {}).get("observed_at_ms")
    return 0 if said is None else int(said)


ANSWERS = {
    "count": count,
    "unsettled": unsettled,
    "unnamed": unnamed,
    "anything_in_play": anything_in_play,
    "want_lineup": want_lineup,
    "want_last_word": want_last_word,
    "followed": followed,
    "sides": sides,
}
