"""Invented answers for the API's documentation. A test holds them against their shapes."""

from typing import Any

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

ID = "k82rekhg0w8nrep"

ITEM: dict[str, Any] = {
    "id": ID,
    "match_time": 1770483600,
    "live_state": "in_play",
    "status_id": 4,
    "status": "second_half",
    "minute": 67,
    "minute_text": "67'",
    "competition": {"id": "8y39mp1h6jmojxg", "name": "Northern League", "country": "Freedonia", "logo": None},
    "home": {"id": "z318q66hp66qo9j", "name": "Home FC", "logo": None},
    "away": {"id": "yl5ergphj74r8k0", "name": "Away SK", "logo": None},
    "score": {
        "home": 2,
        "away": 1,
        "half_time": [1, 1],
        "regular": [2, 1],
        "extra_time": None,
        "shootout": None,
    },
    "cards": {"red": [0, 1], "yellow": [2, 3]},
    "corners": [5, 4],
    "stale_reason": None,
    "last_event_ts": 1770486101,
    "updated_at": "2026-02-07T17:41:41Z",
    "version": 48211,
}
GOAL: dict[str, Any] = {
    "id": 3,
    "type": 1,
    "kind": "goal",
    "side": "home",
    "period": "first_half",
    "minute_text": "45+2'",
    "player": "P. Nine",
    "assist": "P. Ten",
    "player_in": None,
    "player_out": None,
    "score": [1, 1],
    "added_minutes": None,
    "var": None,
}
STATISTICS: dict[str, Any] = {
    "full": [{"type": 25, "name": "possession", "home": 60, "away": 40}],
    "first_half": None,
    "second_half": None,
}
LINEUP: dict[str, Any] = {
    "confirmed": True,
    "home": {
        "formation": "4-3-3",
        "starters": [
            {
                "id": "2y8m4zh5xp0k1q9",
                "name": "P. Nine",
                "number": 9,
                "position": "F",
                "captain": False,
                "x": 50,
                "y": 80,
                "rating": "7.1",
                "marks": [{"kind": "goal", "minute_text": "45+2'"}],
            }
        ],
        "bench": [],
    },
    "away": {"formation": "4-4-2", "starters": [], "bench": []},
}
MOMENTUM: dict[str, Any] = {"minutes_per_half": 45, "peak": 16, "halves": [[16, 0, -2], [-16, 0, 1]]}
OF_MATCH: dict[str, Any] = {"match_id": ID, "version": 48211, "stale": False}

LIVE: dict[str, Any] = {
    "as_of": 1770486101,
    "cursor": "9f3c0a1b-12342016",
    "stale": False,
    "counts": {"in_play": 1, "expected": 0},
    "matches": [ITEM],
}
DIARY: dict[str, Any] = {
    "date": "2026-02-07",
    "tz": "Europe/Istanbul",
    "from_ts": 1770411600,
    "until_ts": 1770498000,
    "as_of": 1770486101,
    "cursor": "9f3c0a1b-12342016",
    "stale": False,
    "count": 1,
    "matches": [ITEM],
}
MATCH: dict[str, Any] = ITEM | {
    "stale": False,
    "venue": "Harbour Ground",
    "referee": None,
    "season": "2025-2026",
    "stage": None,
    "round": 21,
    "neutral": False,
    "aggregate": None,
    "kickoffs": {"first_half": 1770483630, "second_half": 1770487280, "overtime": None, "revisions": []},
    "data_completeness": {"first_half": False, "second_half": False, "full_time": False},
    "statistics": STATISTICS,
    "incidents": [GOAL],
    "lineup": LINEUP,
    "momentum": MOMENTUM,
}
INCIDENTS = OF_MATCH | {"incidents": [GOAL]}
STATS = OF_MATCH | {"statistics": STATISTICS}
TIMELINE = OF_MATCH | {
    "chapters": [{"period": "first_half", "kickoff_ts": 1770483630, "incidents": [GOAL]}],
    "commentary": [{"minute_text": "45'+2'", "text": "45'+2' Corner, Home FC.", "side": "home"}],
}

ALIVE: dict[str, Any] = {"ok": True}
READY: dict[str, Any] = {"ready": True, "reasons": ["thesports-http: limited (too many requests)"]}
NOT_READY: dict[str, Any] = {"ready": False, "reasons": ["database: down (does not answer)"]}
SUMMARY: dict[str, Any] = {"ok": True, "database": "ok", "provider": "limited", "changes": "ok"}
DETAIL: dict[str, Any] = {
    "ok": True,
    "now": 1770486103,
    "streams_open": 12,
    "parts": [
        {"name": "database", "state": "ok", "reason": "", "age_s": 0.0},
        {"name": "changes", "state": "ok", "reason": "at 9f3c0a1b-12342016", "age_s": 0.0},
        {"name": "thesports-mqtt", "state": "ok", "reason": "", "age_s": 1.2},
        {"name": "thesports-http", "state": "limited", "reason": "too many requests", "age_s": 3.4},
    ],
}
METRICS = """\
# HELP orchestrator_updates_total Claims answered by the one writer.
# TYPE orchestrator_updates_total counter
orchestrator_updates_total{reason="applied",source="mqtt",status="success"} 1204.0
"""


def shown(
    shape: type, description: str, value: object, *, status: int = 200, media_type: str = "application/json"
) -> dict[int, ResponseSpec]:
    """The OpenAPI response of one status: what it says, and an example of it."""
    return {
        status: ResponseSpec(
            shape,
            generate_examples=False,
            description=description,
            media_type=media_type,
            examples=[Example(summary="Invented", value=value)],
        )
    }
