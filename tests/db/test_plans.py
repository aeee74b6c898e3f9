"""Reading what is on now costs the same however many matches have ever been played."""

from collections.abc import Iterator
from typing import Any

import psycopg
from tests.conftest import Conninfo

from touchline.store.sql import load

PLAYED = 5_000
FIRST_TS, EVERY_S = 1_770_000_000, 600
FILL = """
INSERT INTO ts_matches (
    external_id, match_time, status_id, competition_id, home_team_id, away_team_id, phase_entered_ts,
    updated_at, created_at
)
SELECT 'match' || lpad(n::text, 9, '0'), %(first)s + n * %(every)s, 8, 'c', 'h', 'a', %(first)s, now(), now()
FROM generate_series(1, %(played)s) AS n
"""
LAST_TS = FIRST_TS + PLAYED * EVERY_S
IDS = ["match000004998", "match000004999"]
LOOKS = {
    "board": {"from_ts": LAST_TS - 7_200, "until_ts": LAST_TS, "limit": 1_000},
    "between": {"from_ts": LAST_TS - 7_200, "until_ts": LAST_TS, "limit": 1_000},
    "some": {"ids": IDS},
    "wholes": {"ids": IDS},
}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def test_what_is_on_now_is_found_without_reading_all_that_ever_was(conninfo: Conninfo) -> None:
    views = load("views")
    with psycopg.connect(conninfo.owner, autocommit=True) as owner, psycopg.ClientCursor(owner) as cursor:
        cursor.execute(FILL, {"first": FIRST_TS, "every": EVERY_S, "played": PLAYED})
        cursor.execute("ANALYZE ts_matches")
        for name, given in LOOKS.items():
            cursor.execute(b"EXPLAIN (FORMAT JSON) " + views[name], given)
            [[[explained]]] = cursor.fetchall()
            scans = [node for node in nodes(explained["Plan"]) if node.get("Relation Name") == "ts_matches"]
            assert scans, name
            assert "Seq Scan" not in [node["Node Type"] for node in scans], name
