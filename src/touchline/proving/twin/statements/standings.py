"""standings.sql: tables of seasons, whole each time."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any

from touchline.proving.sessions import Answer
from touchline.proving.twin.statements.changing import put, so_many, take_away
from touchline.proving.twin.transactions import Transaction, rows_of
from touchline.proving.twin.values import Row, instant, jsonb, recordset

Params = Mapping[str, Any]
CONTENT = ("stage_id", "conference", "group_num", "teams", "promotions")
SHOWN = ("table_id", *CONTENT, "provider_ts")


async def save(tx: Transaction, params: Params) -> Answer:
    saved = []
    for given in recordset(params["rows"]):
        new = {
            **given,
            "teams": jsonb(given["teams"]),
            "promotions": jsonb(given["promotions"]),
            "updated_at": instant(params["now"]),
        }
        row = await put(tx, "standing", new, lambda stored, new=new: _replaces(stored, new))  # type: ignore[misc]
        saved += [] if row is None else [row]
    return rows_of(saved, ("season_id",))


def of_season(tx: Transaction, params: Params) -> Answer:
    rows = sorted(tx.of("standing", params["season_id"]), key=itemgetter("group_num", "conference", "table_id"))
    return rows_of(rows, SHOWN)


def played(tx: Transaction, params: Params) -> Answer:
    first, last = params["now"] - params["around_s"], params["now"] + params["around_s"]
    ids = set(params["ids"])
    found = {
        row["season_id"]
        for row in tx.scan("ts_matches")
        if row["season_id"] in ids and row["deleted_at"] is None and first <= row["match_time"] <= last
    }
    return Answer(("season_id",), [(id_,) for id_ in sorted(found)], len(found))


async def want(tx: Transaction, params: Params) -> Answer:
    wanted = {"wanted_ts": params["now"]}
    for id_ in params["ids"]:
        await put(tx, "standing_wanted", {"season_id": id_, **wanted}, lambda _row: wanted)
    return so_many(len(params["ids"]))


def wanted(tx: Transaction, params: Params) -> Answer:
    rows = sorted(tx.scan("standing_wanted"), key=itemgetter("wanted_ts", "season_id"))
    return rows_of(rows[: params["most"]], ("season_id", "wanted_ts"))


async def got(tx: Transaction, params: Params) -> Answer:
    seen = [tx.find("standing_wanted", params["season_id"])]
    gone = await take_away(
        tx, "standing_wanted", seen, lambda row: bool(row["wanted_ts"] <= params["wanted_ts"])
    )
    return so_many(len(gone))


def _replaces(stored: Row, new: Row) -> Row | None:
    newer = new["provider_ts"] == 0 or new["provider_ts"] >= stored["provider_ts"]
    return new if newer and any(stored[column] != new[column] for column in CONTENT) else None


ANSWERS = {
    "save": save,
    "of_season": of_season,
    "played": played,
    "want": want,
    "wanted": wanted,
    "got": got,
}
