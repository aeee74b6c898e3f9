"""form.sql: what came before a match."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import put, so_many
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row, held, jsonb, recordset

Params = Mapping[str, Any]


def want(tx: Transaction, params: Params) -> Answer:
    now = params["now"]
    found = []
    for row in tx.scan("ts_matches"):
        known = tx.find("match_h2h", row["external_id"])
        asked_ts = 0 if known is None else known["asked_ts"]
        soon = row["status_id"] == 1 and now <= row["match_time"] <= now + params["ahead_s"]
        if soon and row["deleted_at"] is None and asked_ts <= now - params["again_s"]:
            found.append(row)
    found.sort(key=itemgetter("match_time", "external_id"))
    return rows_of(found[: params["most"]], ("external_id",))


async def save_analysis(tx: Transaction, params: Params) -> Answer:
    given = params["analysis"]
    analysis = None if given is None else jsonb(held(given))
    new = {"match_id": params["match_id"], "analysis": analysis, "asked_ts": params["now"]}

    def asked_again(row: Row) -> Row:
        return {
            "analysis": row["analysis"] if analysis is None else analysis,
            "asked_ts": max(new["asked_ts"], row["asked_ts"]),
        }

    await put(tx, "match_h2h", new, asked_again)
    return so_many(1)


async def save_tallies(tx: Transaction, params: Params) -> Answer:
    saved = []
    for given in recordset(params["rows"]):
        if tx.find("ts_matches", given["match_id"]) is None:
            continue
        new = {"match_id": given["match_id"], "tally": jsonb(given["tally"]), "asked_ts": 0}
        row = await put(tx, "match_h2h", new, lambda stored, new=new: _newer_tally(stored, new))  # type: ignore[misc]
        saved += [] if row is None else [row]
    return rows_of(saved, ("match_id",))


def of_match(tx: Transaction, params: Params) -> Answer:
    row = tx.find("match_h2h", params["match_id"])
    return rows_of([] if row is None else [row], ("analysis", "tally"))


def _newer_tally(stored: Row, new: Row) -> Row | None:
    if stored["tally"] is not None:
        was, now = held(stored["tally"]).get("updated_at"), held(new["tally"]).get("updated_at")
        if stored["tally"] == new["tally"] or was is None or now is None or was > now:
            return None
    return {"tally": new["tally"]}


ANSWERS = {
    "want": want,
    "save_analysis": save_analysis,
    "save_tallies": save_tallies,
    "of_match": of_match,
}
