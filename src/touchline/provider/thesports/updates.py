"""What changed besides the score: lists by number, each with ids and the time of the change."""

from collections.abc import Iterator, Mapping
from functools import partial

from touchline.provider.port import Topic, Update
from touchline.provider.thesports.shapes import (
    LATEST_TS,
    Findings,
    Misread,
    entries,
    external_id,
    instant,
    mapping,
)

TOPICS: Mapping[str, tuple[Topic, str]] = {
    "1": (Topic.LINEUP, "match_id"),
    "3": (Topic.STANDINGS, "season_id"),
}
"""By the provider's number, with the name of the id."""
OTHER_IDS = ("match_id", "season_id", "team_id")
TIMES = ("update_time", "pub_time")
ROWS_MAX = 10_000
WORD_MAX = 40
"""Characters of an id that is only counted: it is remembered for long."""


def read_updates(results: object, found: Findings, latest: int) -> Iterator[Update]:
    """Every change of an answer; of a topic we have no use for, enough to count each change once."""
    topics = found.group("bad_update", results, "", lambda: mapping(results, "results")) or {}
    for number, given in topics.items():
        read = partial(_update, *TOPICS[number], latest) if number in TOPICS else partial(_other, number)
        rows = found.group("bad_update", given, "", partial(entries, given, number, "update_time")) or []
        for row in rows[:ROWS_MAX]:
            update = found.group("bad_update", row, "", partial(read, row))
            if update is not None:
                yield update


def _update(topic: Topic, id_name: str, latest: int, row: object) -> Update:
    if not isinstance(row, dict):
        raise Misread("no object")
    at = instant(row.get("update_time"), "update_time", latest)
    if at is None:
        raise Misread("update_time is missing")
    return Update(topic=topic, id=external_id(row.get(id_name), id_name), at=at)


def _other(number: str, row: object) -> Update:
    """Nothing of it is used, so nothing about it is wrong."""
    if not isinstance(row, dict):
        return Update(topic=Topic.OTHER, id=number[:WORD_MAX])
    told = next((row[name] for name in OTHER_IDS if isinstance(row.get(name), str)), "")
    at = next((row[name] for name in TIMES if isinstance(row.get(name), int)), 0)
    return Update(topic=Topic.OTHER, id=f"{number[:WORD_MAX]}.{told[:WORD_MAX]}", at=min(at, LATEST_TS))
