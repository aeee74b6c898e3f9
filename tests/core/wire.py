"""Reads recorded payloads for tests of the core: a reading of its own, apart from the product's."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from touchline.football.model import Counts, Goals, Incident, Side

_FIELDS = (
    "player_id",
    "player_name",
    "assist1_id",
    "assist1_name",
    "in_player_id",
    "in_player_name",
    "out_player_id",
    "out_player_name",
    "home_score",
    "away_score",
    "var_reason",
    "var_result",
    "reason_type",
    "add_time",
)

Json = dict[str, Any]


def incidents(entries: list[Json]) -> tuple[Incident, ...]:
    """The list of one match."""
    return tuple(
        Incident(
            type=entry["type"],
            side=Side(entry["position"]),
            time=entry["time"],
            **{name: entry[name] for name in _FIELDS if name in entry},
        )
        for entry in entries
    )


def goals(score: list[Any]) -> Goals:
    """Slots 0, 1, 5 and 6 of a score tuple."""
    home, away = score[2], score[3]
    return Goals((home[0], home[1], home[5], home[6]), (away[0], away[1], away[5], away[6]))


def counts(score: list[Any]) -> Counts:
    """Slots 2 to 4 of a score tuple."""
    return Counts(tuple(score[2][2:5]), tuple(score[3][2:5]))


def objects(capture: Path) -> Iterator[tuple[float, Json]]:
    """Each object of each recorded message with the time of its receipt, in order."""
    with capture.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            for one in record["payload"]:
                yield record["est_recv_ts"], one
