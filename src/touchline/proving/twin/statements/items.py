"""The view match_item: the board of one match, with its names and its public version."""

from operator import itemgetter
from typing import Any

from touchline.proving.twin.transactions import Transaction
from touchline.proving.twin.values import Row

SAME = (
    "match_time", "status_id", "minute", "competition_id", "home_team_id", "away_team_id",
    "phase_entered_ts", "last_event_ts", "last_seen_ts", "updated_at",
)  # fmt: skip
PAIRS = {
    "display": "score_display",
    "regular": "score_regular",
    "red_cards": "red_cards",
    "yellow_cards": "yellow_cards",
    "corners": "corners",
}
ITEM = (
    "id", "match_time", "status_id", "minute", "minute_of_phase", "second_period", "competition_id",
    "competition_name", "competition_logo", "country_name", "home_team_id", "home_name", "home_logo",
    "away_team_id", "away_name", "away_logo", "display", "regular", "half_time", "extra_time", "shoot_out",
    "red_cards", "yellow_cards", "corners", "phase_entered_ts", "last_event_ts", "last_seen_ts", "updated_at",
    "seq", "at_ms",
)  # fmt: skip

SEQ = itemgetter("seq")


def item(tx: Transaction, row: Row) -> Row:
    """What the view says of a match. Nobody draws crests here, so no logo has a path."""
    id_ = row["external_id"]
    said: dict[str, Any] = {column: row[column] for column in SAME}
    for column, of in PAIRS.items():
        said[column] = [row[f"home_{of}"], row[f"away_{of}"]]
    said |= _named(tx, row)
    said["id"] = id_
    said["minute_of_phase"] = minute_of_phase(row)
    said["second_period"] = second_period(tx, row)
    said["half_time"] = _pair(row, "score_half_time") if row["half_time_reached"] else None
    said["extra_time"] = _pair(row, "score_extra_time")
    said["shoot_out"] = _pair(row, "score_shoot_out")
    said["seq"], said["at_ms"] = place(max(tx.of("change", id_), key=SEQ, default=None))
    return said


def minute_of_phase(row: Row) -> bool:
    """Whether the stored minute belongs to the present phase."""
    at = row["last_minute_update_ts"]
    return at is not None and at >= row["phase_entered_ts"]


def second_period(tx: Transaction, row: Row) -> bool:
    """Whether the stored minute was counted in a second period of extra time with a stamp of its own."""
    at = row["last_minute_update_ts"]
    return at is not None and any(
        revision["reason"] == "et_second_period" and revision["observed_at_ms"] // 1000 < at
        for revision in tx.of("kickoff_revision", row["external_id"])
    )


def place(change: Row | None) -> tuple[int, int]:
    """Number and time of a change; zeros where there is none."""
    return (0, 0) if change is None else (change["seq"], change["at_ms"])


def _pair(row: Row, of: str) -> list[int] | None:
    return None if row[f"home_{of}"] is None else [row[f"home_{of}"], row[f"away_{of}"]]


def _named(tx: Transaction, row: Row) -> Row:
    """Names; a merged record lends its own to the one it replaced."""
    named: dict[str, Any] = {}
    for part, kind in (("competition", "competition"), ("home", "team"), ("away", "team")):
        id_ = row["competition_id" if part == "competition" else f"{part}_team_id"]
        own = tx.find("catalogue", kind, id_)
        heir = None if own is None else tx.find("catalogue", kind, own["merged_into"])
        named[f"{part}_name"] = (heir and heir["name"]) or (own and own["name"]) or id_
        named[f"{part}_logo"] = None
        if part == "competition":
            country_id = (heir and heir["country_id"]) or (own and own["country_id"])
            country = tx.find("catalogue", "country", country_id)
            named["country_name"] = (country and country["name"]) or None
    return named
