"""What a recording of the push feed says in the end, read without the product.

One pass over the score objects, in their order on the wire, by the written rules: slots and
mirrored repeats (domain: score tuple), which status may follow which (status machine), and
stamps that are kept once (invariants 8 and 15). Nothing here is shared with the product, so a
misreading in one of the two shows as a difference.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

Pair = tuple[int, int]

GOALS, HALF_TIME, RED, YELLOW, CORNERS, EXTRA_TIME, KICKS = range(7)

# A single channel can't confirm itself, so a step that needs confirming is never taken in a fold.
AT_ONCE: dict[int, frozenset[int]] = {
    1: frozenset(range(14)),
    9: frozenset(range(14)),
    13: frozenset(range(14)),
    2: frozenset({3, 4, 5, 7, 8, 9, 10, 11, 12, 13}),
    3: frozenset({4, 5, 7, 8, 9, 10, 11, 12, 13}),
    4: frozenset({5, 7, 8, 9, 10, 11, 12, 13}),
    5: frozenset({7, 8, 9, 10, 11, 12, 13}),
    7: frozenset({8, 9, 10, 11, 12, 13}),
    8: frozenset({5, 7}),
    10: frozenset({2, 3, 4, 5, 7, 8, 9, 11, 12, 13}),
    0: frozenset({1, 9, 13}),
    11: frozenset({1, 9, 13}),
    12: frozenset({1, 9, 13}),
}
STAMPED = {2: "first_half", 4: "second_half", 5: "overtime"}


@dataclass(frozen=True, slots=True)
class Claim:
    """One score object of the wire."""

    match_id: str
    status: int
    home: tuple[int, ...]
    away: tuple[int, ...]
    stamp: int


@dataclass(frozen=True, slots=True)
class Folded:
    """Where a match stands after the claims so far; pairs are (home, away)."""

    status: int = 1
    goals: Pair = (0, 0)
    half_time: Pair | None = None
    extra_time: Pair | None = None
    kicks: Pair | None = None
    red: Pair = (0, 0)
    yellow: Pair = (0, 0)
    corners: Pair | None = (0, 0)
    first_half: int | None = None
    second_half: int | None = None
    overtime: int | None = None


def wire_ids(recording: Path) -> set[str]:
    """Every match the recording names, whatever it says about it."""
    return {item["id"] for item in _items(recording)}


def wire_claims(recording: Path) -> Iterator[Claim]:
    """The score objects of a recording, in their order."""
    for item in _items(recording):
        if "score" in item:
            match_id, status, home, away, stamp, _ = item["score"]
            yield Claim(match_id, status, tuple(home), tuple(away), stamp)


def table_claims(table: Path) -> Iterator[Claim]:
    """The same from the flattened table beside the recording."""
    slots = ("goals", "ht", "red", "yellow", "corners", "et", "pen")
    with table.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            home, away = (tuple(int(row[f"{side}_{slot}"]) for slot in slots) for side in ("home", "away"))
            yield Claim(row["match_id"], int(row["status_id"]), home, away, int(row["kickoff_ts"]))


def fold(claims: Iterable[Claim]) -> dict[str, Folded]:
    """The end of every match that `claims` speak of."""
    matches: dict[str, Folded] = {}
    for claim in claims:
        matches[claim.match_id] = _step(matches.get(claim.match_id, Folded()), claim)
    return matches


def _items(recording: Path) -> Iterator[dict[str, list]]:
    with recording.open(encoding="utf-8") as lines:
        for line in lines:
            yield from json.loads(line)["payload"]


def _step(match: Folded, claim: Claim) -> Folded:
    mirrored = _mirrored(match, claim)
    if claim.status == match.status or claim.status in AT_ONCE[match.status]:
        match = _stamped(replace(match, status=claim.status), claim)
    match = _scored(match, claim)
    return match if mirrored else _counted(match, claim)


def _mirrored(match: Folded, claim: Claim) -> bool:
    """An ended match, sent again with reds, yellows and corners of both sides exchanged."""
    if match.status != 8 or claim.status != 8 or match.goals != _pair(claim, GOALS):
        return False
    stored = (match.red, match.yellow, match.corners or (-1, -1))
    sent = (_pair(claim, RED), _pair(claim, YELLOW), _pair(claim, CORNERS))
    return stored != sent and stored == tuple(pair[::-1] for pair in sent)


def _stamped(match: Folded, claim: Claim) -> Folded:
    period = STAMPED.get(claim.status)
    if period is None or claim.stamp <= 0 or getattr(match, period) is not None:
        return match
    return replace(match, **{period: claim.stamp})


def _scored(match: Folded, claim: Claim) -> Folded:
    goals = _pair(claim, GOALS)
    reached = match.half_time is not None or match.status in {3, 4, 5, 7, 8}
    extra, kicks = _pair(claim, EXTRA_TIME), _pair(claim, KICKS)
    return replace(
        match,
        goals=goals,
        half_time=_pair(claim, HALF_TIME) if reached else None,
        extra_time=_total(goals, extra),
        kicks=kicks if match.status == 7 or match.kicks is not None or kicks != (0, 0) else None,
    )


def _total(goals: Pair, extra: Pair) -> Pair | None:
    if extra == (0, 0):
        return None
    if extra[0] >= goals[0] and extra[1] >= goals[1]:
        return extra
    return goals[0] + extra[0], goals[1] + extra[1]


def _counted(match: Folded, claim: Claim) -> Folded:
    corners = _pair(claim, CORNERS)
    return replace(
        match,
        red=_pair(claim, RED),
        yellow=_pair(claim, YELLOW),
        corners=None if -1 in corners else corners,
    )


def _pair(claim: Claim, slot: int) -> Pair:
    return claim.home[slot], claim.away[slot]
