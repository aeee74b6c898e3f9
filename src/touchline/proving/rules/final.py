"""The end: every match is as the provider finally means it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from touchline.proving.rules.commit import Columns
from touchline.proving.rules.told import Word, word_of

MARKERS = frozenset({11, 12, 27})
GOAL_TYPES = frozenset({1, 8, 17})


class Truth(NamedTuple):
    """How a match stands for the provider now."""

    words: Sequence[Word]
    """As it is meant, and as it was told last: a break or an end may never be told."""
    incidents: Sequence[Sequence[Mapping[str, Any]]]
    """The list, in the same two ways."""
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
    is_ = word_of(row)
    for what, found, right in (
        ("status", is_.status, {word.status for word in true.words}),
        ("home scores", is_.home, {word.home for word in true.words}),
        ("away scores", is_.away, {word.away for word in true.words}),
        ("match_time", row["match_time"], {true.match_time}),
    ):
        if found not in right:
            yield f"truth: {what} of {match_id} is {found}, not {' or '.join(map(str, sorted(right)))}"


def _incidents(match_id: str, true: Truth, entries: Sequence[Columns]) -> Iterator[str]:
    on_the_page = sorted(
        (one for one in entries if one["withdrawn_ts"] is None), key=lambda one: one["position"]
    )
    found = [_likeness(one["what"]) for one in on_the_page]
    right = [[_likeness(one) for one in _once(listed)] for listed in true.incidents]
    if found not in right:
        wanted = right[0]
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
