"""The end: every match is as the provider finally means it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from touchline.proving.rules.commit import Columns
from touchline.proving.rules.told import Word, word_of

MARKERS = frozenset({11, 12, 27})
GOAL_TYPES = frozenset({1, 8, 17})


class Truth(NamedTuple):
    """How a match stands for the provider now."""

    word: Word
    incidents: Sequence[Mapping[str, Any]]
    goals: int
    """Goals that were ever told of, those that were taken back included."""
    match_time: int


def unlike(truth: Mapping[str, Truth], rows: Iterable[Columns], incidents: Iterable[Columns]) -> Iterator[str]:
    """Every way in which what is stored is not as it should be."""
    stored = {row["external_id"]: row for row in rows}
    listed: dict[str, list[Columns]] = {}
    for entry in incidents:
        listed.setdefault(entry["match_id"], []).append(entry)
    for match_id, true in sorted(truth.items()):
        if match_id not in stored:
            yield f"truth: {match_id} has no row"
            continue
        yield from _row(match_id, true, stored[match_id])
        yield from _incidents(match_id, true, listed.get(match_id, []))


def _row(match_id: str, true: Truth, row: Columns) -> Iterator[str]:
    is_, due = word_of(row), true.word
    for what, found, wanted in (
        ("status", is_.status, due.status),
        ("home scores", is_.home, due.home),
        ("away scores", is_.away, due.away),
        ("match_time", row["match_time"], true.match_time),
    ):
        if found != wanted:
            yield f"truth: {what} of {match_id} is {found}, not {wanted}"


def _incidents(match_id: str, true: Truth, entries: Sequence[Columns]) -> Iterator[str]:
    on_the_page = sorted(
        (one for one in entries if one["withdrawn_ts"] is None), key=lambda one: one["position"]
    )
    found = [_likeness(one["what"]) for one in on_the_page]
    wanted = [_likeness(one) for one in _once(true.incidents)]
    if found != wanted:
        extra = [one for one in found if one not in wanted]
        missing = [one for one in wanted if one not in found]
        yield f"truth: incidents of {match_id} have {extra} too many and lack {missing}"
    goals = sum(one["type"] in GOAL_TYPES for one in entries)
    if goals > true.goals:
        yield f"one goal, one identity: {match_id} has {goals} goals in its incidents, {true.goals} were told"


def _once(incidents: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """A doubled period marker is one."""
    met: set[int] = set()
    for one in incidents:
        if one["type"] in MARKERS and one["type"] in met:
            continue
        met.add(one["type"])
        yield one


def _likeness(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes an entry what it is, as stored or as told."""
    side = entry["side"] if "side" in entry else entry.get("position", 0)
    return entry["type"], side, entry.get("time", 0), entry.get("player_name", "") or ""
